"""Promises 2, 3, 5 and 9: at least once, recovery without a hand, a dead endpoint, a graceful end."""

import asyncio
import time

import pytest
from aiohttp import web
from django.db import connection

from aktar.webhooks.models import Standing, WebhookAttempt, WebhookEvent
from tests import factories
from tests.promises.load import RETRY_AT_ONCE, duplicates, left, owed_here
from tests.promises.processes import LEASE, Start
from tests.webhooks.deliveries import tell
from tests.webhooks.receiver import Delivery, Drop, Receiver, never_answer

CREATED = "transfer.status.created"

pytestmark = pytest.mark.django_db(transaction=True)


def _listen(receiver: Receiver, path: str = "/hook", **values: object) -> None:
    given = {"target_url": receiver.url(path), "retry_countdown_config": RETRY_AT_ONCE} | values
    factories.a_webhook(CREATED, **given)


def _drained(seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while left():
        assert time.monotonic() < until, left()
        time.sleep(0.05)


def test_2_at_least_once_with_the_same_id_and_bytes(receiver: Receiver, start_dispatcher: Start) -> None:
    """The receiver takes the event, and hangs up before it has answered."""
    dropped: set[str] = set()

    async def drop_first(delivery: Delivery) -> web.StreamResponse:
        if delivery.uuid not in dropped:
            dropped.add(delivery.uuid)
            raise Drop
        return web.Response(text="OK")

    receiver.behaviour = drop_first
    _listen(receiver)
    # As many as are under way at once: more would go out first as probes, and each ends in a longer rest.
    for object_id in range(16):
        tell(object_id)
    start_dispatcher()
    receiver.wait_for(32)
    _drained()
    by_uuid: dict[str, set[bytes]] = {}
    for one in receiver.arrived:
        by_uuid.setdefault(one.uuid, set()).add(one.body)
    assert set(by_uuid) == owed_here()
    assert {len(bodies) for bodies in by_uuid.values()} == {1}
    kinds = set(WebhookAttempt.objects.values_list("response_http_status", "error_kind"))
    assert kinds == {(None, "disconnected"), (200, "")}


def test_3_a_killed_workers_events_are_delivered_within_the_lease(
    receiver: Receiver, start_dispatcher: Start
) -> None:
    """One of three is killed while its requests hang; the others deliver after the lease has run out."""
    hangs = True

    async def hang_at_first(delivery: Delivery) -> web.StreamResponse:
        if hangs:
            return await never_answer(delivery)
        return web.Response(text="OK")

    receiver.behaviour = hang_at_first
    _listen(receiver)
    first = start_dispatcher(AKTAR_WEBHOOK_TIMEOUT="2")
    for object_id in range(5):
        tell(object_id)
    receiver.wait_for(5)
    first.kill()
    killed_at = time.monotonic()
    hangs = False
    others = 2 if connection.vendor == "postgresql" else 1
    for _ in range(others):
        start_dispatcher()
    _drained(LEASE + 5)
    assert time.monotonic() - killed_at < LEASE + 5
    assert duplicates(receiver) == 5


def test_5_a_dead_endpoint_delays_nobody(receiver: Receiver, start_dispatcher: Start) -> None:
    """One of ten accepts and never answers: every lane of the others ends while it hangs."""
    receiver.by_path["/dead"] = never_answer
    _listen(receiver, "/dead")
    for number in range(9):
        _listen(receiver, f"/{number}")
    for object_id in range(30):
        for _ in range(2):
            tell(object_id)
    start_dispatcher(AKTAR_WEBHOOK_TIMEOUT="50", AKTAR_WEBHOOK_LEASE="60")
    receiver.wait_for(1, path="/dead")
    for number in range(9):
        receiver.wait_for(60, path=f"/{number}")
    receiver.require_order()
    hanging = WebhookEvent.objects.filter(webhook__target_url=receiver.url("/dead"))
    assert not hanging.filter(delivered=True).exists()
    assert hanging.filter(lease__isnull=False).count() == 16


def test_9_told_to_stop_it_finishes_what_is_under_way(receiver: Receiver, start_dispatcher: Start) -> None:
    """SIGTERM with 200 in flight: an end in good time, nothing sent twice, nothing left claimed."""

    async def take_time(_delivery: Delivery) -> web.StreamResponse:
        await asyncio.sleep(1.0)
        return web.Response(text="OK")

    receiver.behaviour = take_time
    for number in range(13):
        _listen(receiver, f"/{number}")
    for object_id in range(40):
        tell(object_id)
    dispatcher = start_dispatcher(AKTAR_WEBHOOK_TIMEOUT="15", AKTAR_WEBHOOK_LEASE="60")
    receiver.wait_for(200)
    assert dispatcher.stop(within=30) < 30
    sent = len(receiver.arrived)
    assert not WebhookEvent.objects.filter(lease__isnull=False).exists()
    assert WebhookEvent.objects.filter(delivered=True).count() == sent
    # With the long timeout again: a machine that is busy must not look like a receiver that is late.
    start_dispatcher(AKTAR_WEBHOOK_TIMEOUT="15", AKTAR_WEBHOOK_LEASE="60")
    _drained(60)
    assert duplicates(receiver) == 0
    assert WebhookEvent.objects.filter(standing=Standing.DELIVERED).count() == 13 * 40
