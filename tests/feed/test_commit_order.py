"""Whatever the order of ids and commits: who goes on from a cursor misses nothing and reads it once."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.test import Client

from aktar.webhooks.actions import place_events, record_event
from aktar.webhooks.models import Event, EventPosition
from tests.concurrency.processes import life, writers
from tests.concurrency.rows import contested_orders
from tests.factories import NOW, a_caller
from tests.feed.reading import FEED, everything, objects, piece
from tests.webhooks.deliveries import tell

pytestmark = pytest.mark.django_db(transaction=True)
PROCESSES = 8


@contextmanager
def an_open_transaction_that_tells(object_id: int) -> Iterator[None]:
    """Another connection has recorded an event; left, it has committed it."""
    recorded, may_commit = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                record_event(
                    "transfer.status.created",
                    content_type=6,
                    object_id=object_id,
                    payload="{}",
                    audience=Q(),
                    now=NOW,
                )
                recorded.set()
                assert may_commit.wait(20)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        assert recorded.wait(20)
        try:
            yield
        finally:
            may_commit.set()
            writing.result(timeout=20)


def test_an_event_that_is_committed_late_is_not_skipped(caller: Client) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time, whose commits are in the order of ids")
    with an_open_transaction_that_tells(1):
        tell(2)
        first = piece(caller)
        assert objects(first["results"]) == [2]
        with an_open_transaction_that_tells(3):
            tell(4)
            second = piece(caller, after=first["cursor"])
            assert objects(second["results"]) == [4]
        third = piece(caller, after=second["cursor"])
        assert objects(third["results"]) == [3]
    fourth = piece(caller, after=third["cursor"])
    assert objects(fourth["results"]) == [1]
    assert list(Event.objects.order_by("pk").values_list("object_id", flat=True)) == [1, 2, 3, 4]
    # Once told, the order stands for every reader.
    assert objects(everything(caller, limit=1)) == [2, 4, 3, 1]


def test_what_is_undone_leaves_no_hole(caller: Client) -> None:
    tell(1)
    with transaction.atomic():
        record_event(
            "transfer.status.created", content_type=6, object_id=2, payload="{}", audience=Q(), now=NOW
        )
        transaction.set_rollback(True)
    tell(3)
    assert [event["cursor"] for event in everything(caller)] == [1, 2]


def test_processes_that_place_at_once_give_each_event_one_place(caller: Client) -> None:
    for object_id in range(200):
        tell(object_id % 7)

    def place() -> int:
        try:
            return place_events()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        placed = [one.result() for one in [pool.submit(place) for _ in range(8)]]
    assert sum(placed) == 200
    positions = EventPosition.objects.order_by("event_id").values_list("position", flat=True)
    assert list(positions) == list(range(1, 201))


@pytest.mark.parametrize("commands", [40, pytest.param(400, marks=pytest.mark.soak)])
def test_a_follower_of_eight_writers_reads_every_event_once_and_in_order(
    commands: int, database_url: str, aktar_environment: dict[str, str], settings: Any
) -> None:
    settings.AKTAR_THROTTLE_TOKEN = None
    orders = contested_orders(packages=commands // 5, each=3)
    caller, told = a_caller(), []
    with writers(
        database_url, aktar_environment, orders, seeds=range(PROCESSES), commands=commands
    ) as started:
        cursor, is_over = 0, False
        while True:
            found = piece(caller, after=cursor, limit=17, wait=1)
            cursor = found["cursor"]
            told += found["results"]
            if is_over and not (found["results"] or found["has_more"]):
                break
            is_over = all(writer.poll() is not None for writer in started)
        assert [life(writer).returncode for writer in started] == [0] * PROCESSES
    assert [event["cursor"] for event in told] == list(range(1, Event.objects.count() + 1))
    last: dict[tuple[int, int], int] = {}
    for event in told:
        thing = (event["content_type"], event["object_id"])
        assert event["sequence"] == last.get(thing, 0) + 1
        last[thing] = event["sequence"]
    payloads = {
        (kind, thing, sequence): json.loads(payload)
        for kind, thing, sequence, payload in Event.objects.values_list(
            "content_type", "object_id", "sequence", "payload"
        )
    }
    assert len(payloads) == len(told) > commands
    for event in told:
        assert payloads[event["content_type"], event["object_id"], event["sequence"]] == event["payload"]


def test_no_connection_is_held_while_somebody_waits(caller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from aktar.transfers.feed import lookout

    held = []
    waiting = lookout.threading.Condition.wait_for

    def watched(self: Any, *rest: Any) -> bool:
        held.append(connection.connection)
        return waiting(self, *rest)

    monkeypatch.setattr(lookout.threading.Condition, "wait_for", watched)
    assert piece(caller, wait=1)["results"] == []
    assert held == [None]


def test_what_this_process_commits_wakes_who_waits(caller: Client) -> None:
    with ThreadPoolExecutor(1) as pool:

        def wait() -> Any:
            try:
                return caller.get(FEED, {"after": 0, "wait": 20})
            finally:
                connection.close()

        waiting = pool.submit(wait)
        threading.Event().wait(0.5)
        tell(1)
        assert objects(waiting.result(timeout=5).json()["results"]) == [1]
