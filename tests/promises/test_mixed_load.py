"""Promise 1: readers, writers and dispatchers on one database, while processes of the server are killed."""

import json
import os
import signal
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import pytest
from django.db import connection

from aktar.transfers.models import TransferOrder
from aktar.webhooks.models import Webhook, WebhookEvent
from aktar.workflow.models import TransitionLog
from tests.backups.databases import runner
from tests.concurrency.ledger import require_agreement
from tests.concurrency.rows import contested_orders
from tests.conftest import ServerProcess
from tests.factories import a_key
from tests.metrics.scraping import Samples, samples_of
from tests.promises.callers import Told, calling, together
from tests.promises.load import left, listeners, owed_here
from tests.promises.processes import LEASE, SHORT, DispatcherProcess, Start
from tests.webhooks.dispatching import wait_until
from tests.webhooks.receiver import Receiver

FRESH = "Verified: nothing is amiss."
CALLERS = 6
NOTICED = 5  # seconds within which whoever was cut off by a kill has found out, its next request or not
SETTLED_AFTER = 0.25  # of the time, for caches and pools to fill
GROWTH = 1.10
SLACK = 8 * 2**20  # bytes


@dataclass(frozen=True)
class Form:
    """How long the load lasts, how often a process is killed, and how much there is to move."""

    seconds: float
    kill_every: float
    packages: int
    pause: float
    is_backed_up: bool


SHORT_FORM = Form(seconds=8, kill_every=3.5, packages=15, pause=0.02, is_backed_up=False)
LONG_FORM = Form(seconds=600, kill_every=30, packages=200, pause=0.15, is_backed_up=True)


@dataclass
class Memory:
    """How much memory each process has, by name, looked at every second."""

    processes: dict[str, int]
    seen: dict[str, list[int]] = field(default_factory=dict)

    def require_flat(self) -> None:
        """Hold that none has much more in the end than it had once it was warm."""
        for name, sizes in self.seen.items():
            warm = sizes[int(len(sizes) * SETTLED_AFTER) :]
            tenth = max(1, len(warm) // 10)
            before, after = statistics.median(warm[:tenth]), statistics.median(warm[-tenth:])
            assert after <= before * GROWTH + SLACK, (name, before, after)

    @contextmanager
    def watched(self) -> Iterator[None]:
        enough = Flag()
        watcher = Thread(target=self._watch, args=(enough,))
        watcher.start()
        try:
            yield
        finally:
            enough.set()
            watcher.join()

    def _watch(self, enough: Flag) -> None:
        while not enough.wait(1):
            for name, pid in self.processes.items():
                pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
                self.seen.setdefault(name, []).append(pages * os.sysconf("SC_PAGESIZE"))


@pytest.mark.parametrize(
    "form",
    [pytest.param(SHORT_FORM, id="short"), pytest.param(LONG_FORM, id="long", marks=pytest.mark.soak)],
)
def test_a_mixed_load_loses_nothing_while_processes_of_the_server_are_killed(
    form: Form,
    database_url: str,
    live_server_process: Callable[..., ServerProcess],
    start_dispatcher: Start,
    receiver: Receiver,
    aktar_environment: dict[str, str],
    tmp_path: Path,
) -> None:
    orders = _orders_listened_to(receiver, packages=form.packages)
    key = a_key()
    struck, spared, dispatchers = _started(database_url, live_server_process, start_dispatcher)
    memory = Memory(
        {"server": _processes_of(spared.process.pid)[0]}
        | {f"dispatcher {number}": one.process.pid for number, one in enumerate(dispatchers)}
    )
    kills = []
    until = time.monotonic() + form.seconds
    with (
        calling([struck.url, spared.url], key, orders, callers=CALLERS, pause=form.pause) as callers,
        memory.watched(),
    ):
        if form.is_backed_up:
            done = runner(aktar_environment, database_url)("backup", "--verify", str(tmp_path))
            assert (done.returncode, done.stdout.splitlines()[-1]) == (0, FRESH), done.stderr
        while time.monotonic() + form.kill_every < until:
            time.sleep(form.kill_every)
            kills.append(_kill_the_oldest(struck))
        time.sleep(max(0.0, until - time.monotonic()))
    told = together(callers)
    answered = samples_of(spared.get("/metrics", Authorization=f"Token {key}").body.decode())
    wait_until(lambda: left() == 0, seconds=LEASE + 60, or_say=left)
    for dispatcher in dispatchers:
        dispatcher.stop()
    _say(form, told, kills, receiver, memory)
    _require_no_errors(told, struck.url, kills, [struck, spared])
    _require_no_lost_update(told, orders)
    _require_no_lost_event(receiver)
    require_agreement()
    _require_right_counts(answered, told, spared.url)
    memory.require_flat()


def _orders_listened_to(receiver: Receiver, *, packages: int) -> list[int]:
    """Orders to move, of which the receiver alone has heard from the beginning."""
    ours = [webhook.pk for webhook in listeners(receiver, paths=("/one", "/two"))]
    orders = contested_orders(packages=packages, each=3)
    WebhookEvent.objects.exclude(webhook__in=ours).delete()
    Webhook.objects.exclude(pk__in=ours).delete()
    return orders


def _started(
    database_url: str, serve: Callable[..., ServerProcess], start_dispatcher: Start
) -> tuple[ServerProcess, ServerProcess, list[DispatcherProcess]]:
    """Two servers, of which one will be struck, and two dispatchers; they start side by side.

    SQLite's one dispatcher is in the server that will be struck, in each of its processes in turn.
    """
    options = {"AKTAR_THROTTLE_TOKEN": "off", "AKTAR_LOG_LEVEL": "warning"} | SHORT
    is_apart = connection.vendor == "postgresql"
    dispatching = "--no-dispatch" if is_apart else "--dispatch"
    with ThreadPoolExecutor(4) as pool:
        struck = pool.submit(serve, database_url, "--workers", "2", "--threads", "3", dispatching, **options)
        spared = pool.submit(serve, database_url, "--workers", "1", "--threads", "3", **options)
        dispatchers = [
            pool.submit(start_dispatcher, PGAPPNAME=f"dispatcher-{number}") for number in (1, 2) if is_apart
        ]
        return struck.result(), spared.result(), [each.result() for each in dispatchers]


def _processes_of(pid: int) -> list[int]:
    """The processes that a server has started, oldest first."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sorted(map(int, found), key=_started_at)


def _started_at(pid: int) -> int:
    # The name may hold anything, so the fields are counted from behind it.
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def _kill_the_oldest(server: ServerProcess) -> float:
    """Kill the process that has lived longest, once there are two; answers when."""
    wait_until(lambda: len(_processes_of(server.process.pid)) == 2, seconds=30)
    os.kill(_processes_of(server.process.pid)[0], signal.SIGKILL)
    return time.monotonic()


def _require_no_errors(told: Told, struck: str, kills: list[float], servers: list[ServerProcess]) -> None:
    """No 5xx, nothing strange, and no broken connection but those of the one that was struck, then."""
    assert kills
    assert told.strange == []
    assert {status for _, status in told.statuses} <= {200, 204, 412}
    for cut in told.cut:
        assert cut.server == struck, cut
        assert any(cut.opened - NOTICED < kill < cut.broke for kill in kills), (cut, kills)
    for server in servers:
        lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
        amiss = [line["event"] for line in lines if line["level"] in ("error", "critical")]
        # That one was killed is what the server itself says.
        assert [event for event in amiss if not event.startswith("Unexpected exit from worker")] == []


def _require_no_lost_update(told: Told, orders: list[int]) -> None:
    """Each version was written over once, and an order is in as late a version as writes were confirmed."""
    assert told.written
    assert set(told.written.values()) == {1}
    marks = [attributes["command"].get("remote_user_pk") for attributes in _logged()]
    assert len(marks) == len(set(marks)), "a command ran twice"
    assert told.moved <= set(marks), "a move that was confirmed is gone"
    assert set(marks) <= told.moved | told.unclear.keys(), "a move that nobody asked for"
    rows = dict(TransferOrder.objects.values_list("pk", "version"))
    for order in orders:
        confirmed = sum(number == order for number, _ in told.written)
        unclear = sum(number == order for number in told.unclear.values())
        assert 1 + confirmed <= rows[order] <= 1 + confirmed + unclear, order


def _logged() -> list[dict[str, dict[str, str]]]:
    return list(TransitionLog.objects.filter(content_type=6).values_list("attributes", flat=True))


def _require_no_lost_event(receiver: Receiver) -> None:
    owed, arrived = owed_here(), {one.uuid for one in receiver.arrived}
    assert owed
    assert owed - arrived == set(), "lost"
    assert arrived - owed == set(), "made up"
    assert not WebhookEvent.objects.filter(delivered=False).exists()
    receiver.require_order()


def _require_right_counts(answered: Samples, told: Told, spared: str) -> None:
    """The server that lived through all of it has counted what its callers were told."""
    counted: Counter[int] = Counter()
    for (name, labels), value in answered.items():
        if name == "aktar_http_requests_total" and labels[1] != "readyz":
            counted[int(labels[2])] += int(value)
    assert counted == {status: count for (server, status), count in told.statuses.items() if server == spared}


def _say(form: Form, told: Told, kills: list[float], receiver: Receiver, memory: Memory) -> None:
    """Figures for whoever runs the long form with -s."""
    statuses: Counter[int] = Counter()
    for (_, status), count in told.statuses.items():
        statuses[status] += count
    sizes = {
        name: [round(size / 2**20) for size in (seen[len(seen) // 4], seen[-1], max(seen))]
        for name, seen in memory.seen.items()
    }
    print(  # noqa: T201 - for who runs it
        f"\n{form.seconds:.0f} s: {sum(statuses.values())} requests {dict(statuses)}, "
        f"{len(told.moved)} commands, "
        f"{len(told.written)} writes, {len(kills)} kills, {len(told.cut)} connections cut, "
        f"{len(told.unclear)} writes without an answer, {len(receiver.arrived)} deliveries, "
        f"memory in MB after a quarter, in the end, at most: {sizes}"
    )
