"""Promise 7: `aktar serve` alone delivers what is committed; one of its processes does, then another."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from aktar.webhooks.models import WebhookEvent
from tests.conftest import ServerProcess
from tests.factories import a_carrier, a_key, a_transfer_order, a_user, a_webhook, a_workflow
from tests.promises.load import RETRY_AT_ONCE, duplicates, left, owed_here
from tests.promises.processes import LEASE, SHORT
from tests.webhooks.deliveries import tell
from tests.webhooks.dispatching import wait_until
from tests.webhooks.receiver import Delivery, Receiver, accept, payload_of

READY = 100
CREATED = "transfer.status.created"
BEGUN_MEANWHILE = 250  # what 16 requests of 0.3 s make of the seconds in which a signal is passed on
Serve = Callable[..., ServerProcess]

pytestmark = pytest.mark.django_db(transaction=True)


def _listen(receiver: Receiver, event_type: str = CREATED, path: str = "/hook") -> None:
    a_webhook(
        event_type,
        user=a_user(is_admin=True),
        target_url=receiver.url(path),
        retry_countdown_config=RETRY_AT_ONCE,
    )


def _children(pid: int) -> list[int]:
    """The processes that a process has started, by what the system says of them."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    if not listed.exists():
        pytest.skip("of Linux only: how the server's processes are found")
    return [int(child) for child in listed.read_text().split()]


def _callers(server: ServerProcess, port: int) -> set[int]:
    """Those of the server's processes that have a connection to a port open."""
    remote = f":{port:04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {f"socket:[{row[9]}]" for row in rows if row[2].endswith(remote)}
    found = set()
    for pid in _children(server.process.pid):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                if os.readlink(descriptor) in sockets:
                    found.add(pid)
    return found


async def _take_time(_delivery: Delivery) -> web.StreamResponse:
    await asyncio.sleep(0.3)
    return web.Response(status=204)


def _drained(seconds: float) -> None:
    wait_until(lambda: left() == 0, seconds=seconds, or_say=left)


def test_a_command_over_http_arrives_with_nothing_but_the_server_running(
    database_url: str, live_server_process: Serve, receiver: Receiver
) -> None:
    a_workflow()
    a_carrier()
    order, key = a_transfer_order(), a_key()
    _listen(receiver, "transfer.status.transitioned")
    server = live_server_process(database_url, "--dispatch", **SHORT)
    done = server.post(
        f"/api/v1/oms/transfer_orders/{order.pk}/command/",
        {"transition": READY, "input_parameters": {"cargo_company": 1}},
        Authorization=f"Token {key}",
    )
    assert done.status == 204, done
    [arrived] = receiver.wait_for(1, seconds=5)
    assert payload_of(arrived)["id"] == order.pk
    _drained(5)


def test_without_dispatch_the_server_delivers_nothing(
    database_url: str, live_server_process: Serve, receiver: Receiver
) -> None:
    _listen(receiver)
    a_workflow()
    live_server_process(database_url, "--no-dispatch", **SHORT)
    tell()
    time.sleep(2)
    assert (receiver.arrived, left()) == ([], 1)


def test_of_two_processes_one_dispatches_and_when_it_is_killed_the_other_does(
    database_url: str, live_server_process: Serve, receiver: Receiver
) -> None:
    a_workflow()
    receiver.behaviour = _take_time
    for number in range(3):
        _listen(receiver, path=f"/{number}")
    for object_id in range(40):
        tell(object_id)
    server = live_server_process(database_url, "--dispatch", "--workers", "2", **SHORT)
    seen: set[int] = set()

    def has_begun() -> bool:
        seen.update(_callers(server, receiver.port))
        return len(receiver.arrived) >= 60

    wait_until(has_begun, or_say=lambda: len(receiver.arrived))
    [elected] = seen
    os.kill(elected, signal.SIGKILL)
    # What it held and had not settled, whether sent or not, is all that can come twice.
    in_hand = WebhookEvent.objects.filter(lease__isnull=False).count()
    for object_id in range(40, 50):
        tell(object_id)
    _drained(LEASE + 15)
    assert {one.uuid for one in receiver.arrived} == owed_here()
    assert duplicates(receiver) <= in_hand


def test_told_to_stop_the_server_finishes_what_is_under_way(
    database_url: str, live_server_process: Serve, receiver: Receiver
) -> None:
    a_workflow()
    receiver.behaviour = _take_time
    _listen(receiver)
    for object_id in range(1_000):
        tell(object_id)
    server = live_server_process(database_url, "--dispatch", **SHORT | {"AKTAR_WEBHOOK_LEASE": "60"})
    receiver.wait_for(10)
    server.process.terminate()
    until_then = len(receiver.arrived)
    assert server.process.wait(timeout=30) == 0
    sent = len(receiver.arrived)
    assert sent < 1_000, "it was done before it was told to stop, and nothing is shown by this test"
    assert sent - until_then <= BEGUN_MEANWHILE
    assert WebhookEvent.objects.filter(delivered=True).count() == sent
    assert not WebhookEvent.objects.filter(lease__isnull=False).exists()
    receiver.behaviour = accept
    live_server_process(database_url, "--dispatch", **SHORT)
    _drained(60)
    assert (len(receiver.arrived), duplicates(receiver)) == (1_000, 0)
