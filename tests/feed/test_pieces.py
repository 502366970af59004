"""The feed tells every event once from a cursor on, to those who may see it, at a fixed cost."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aktar.accounts.models import Reach
from aktar.places.actions import assign_user
from aktar.transfers.feed import actions, queries
from aktar.webhooks.actions import place_events, placing, prune, record_event
from aktar.webhooks.models import Event, EventPosition, FeedHead
from tests.factories import NOW, a_caller, a_location, a_transfer_order, a_user
from tests.feed.reading import FEED, everything, objects, piece
from tests.webhooks.deliveries import tell

pytestmark = pytest.mark.django_db


def test_an_event_is_told_whole_with_its_payload_to_the_byte(caller: Client) -> None:
    payload = '{ "b":1,"a" :[1.0, "Sıra \\u0131"] }'
    with transaction.atomic():
        record_event(
            "transfer.status.in_transit",
            content_type=6,
            object_id=7,
            payload=payload,
            audience=Q(),
            now=NOW,
        )
    answer = caller.get(FEED)
    assert answer.content.decode() == (
        '{"cursor":1,"has_more":false,"results":[{"cursor":1,"type":"transfer.status.in_transit",'
        '"content_type":6,"object_id":7,"sequence":1,"created_date":"2026-11-02T09:30:15.123456Z",'
        f'"payload":{payload}}}]}}'
    )


def test_a_feed_in_which_nothing_happened_is_empty(caller: Client) -> None:
    nothing = {"cursor": 0, "has_more": False, "results": []}
    assert piece(caller) == piece(caller, after=0) == piece(caller, after="latest") == nothing
    assert piece(caller, after="") == nothing


def test_pieces_follow_one_another_without_gap_or_repetition(caller: Client) -> None:
    for object_id in range(1, 8):
        tell(object_id)
    first = piece(caller, limit=3)
    assert (objects(first["results"]), first["cursor"], first["has_more"]) == ([1, 2, 3], 3, True)
    second = piece(caller, limit=3, after=first["cursor"])
    assert (objects(second["results"]), second["has_more"]) == ([4, 5, 6], True)
    third = piece(caller, limit=3, after=second["cursor"])
    assert (objects(third["results"]), third["cursor"], third["has_more"]) == ([7], 7, False)
    assert piece(caller, after=7) == {"cursor": 7, "has_more": False, "results": []}
    assert piece(caller, limit=3, after=4)["has_more"] is False
    tell(8)
    assert objects(piece(caller, after=7)["results"]) == [8]
    # The cursor of one event is as good as that of an answer.
    assert objects(everything(caller, after=first["results"][1]["cursor"])) == [3, 4, 5, 6, 7, 8]


def test_latest_tells_only_what_comes_from_now_on(caller: Client) -> None:
    tell(1)
    begun = piece(caller, after="latest")
    assert begun == {"cursor": 1, "has_more": False, "results": []}
    tell(2)
    assert objects(piece(caller, after=begun["cursor"])["results"]) == [2]


def test_a_backlog_is_placed_in_bounded_steps(caller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (placing, actions):
        monkeypatch.setattr(module, "PLACED_AT_ONCE", 2)
    for object_id in range(1, 6):
        tell(object_id)
    first = piece(caller)
    assert (objects(first["results"]), first["has_more"]) == ([1, 2], True)
    assert objects(everything(caller, after=2)) == [3, 4, 5]


@pytest.mark.parametrize(
    "after",
    ["x", "-1", "1.0", "1e3", "²", "٣", " 1", "+1", "9" * 19, "9" * 400, "oldest", "LATEST", "1\x00", "None"],
)
def test_what_is_no_cursor_is_refused(caller: Client, after: str) -> None:
    tell()
    answer = caller.get(FEED, {"after": after})
    assert (answer.status_code, list(answer.json())) == (400, ["after"])


def test_a_cursor_that_the_feed_has_not_come_to_is_refused(caller: Client) -> None:
    tell()
    assert piece(caller, after=1)["results"] == []
    for after in (2, 2**63 - 1):
        answer = caller.get(FEED, {"after": after})
        assert (answer.status_code, list(answer.json())) == (400, ["after"])


@pytest.mark.parametrize("wait", ["x", "", "-1", "1.5", "²", "1s"])
def test_a_wait_is_whole_seconds(caller: Client, wait: str) -> None:
    answer = caller.get(FEED, {"wait": wait})
    assert (answer.status_code, list(answer.json())) == (400, ["wait"])


@pytest.mark.parametrize("wait", ["0", "00", "007", "30", "31", "9" * 5000])
def test_nobody_waits_for_what_is_there(caller: Client, wait: str) -> None:
    tell()
    assert objects(piece(caller, wait=wait)["results"]) == [1]


def test_who_works_at_neither_end_is_told_nothing_and_moves_on(caller: Client) -> None:
    order = a_transfer_order()
    at_source, at_destination, elsewhere = (
        a_caller(locations=[location]) for location in (order.source, order.destination, a_location())
    )
    person = a_user()
    assign_user(person, erp_codes=[order.source.erp_code])
    tell(9)  # at no location
    told = everything(caller)
    assert objects([event for event in told if event["content_type"] == 6]) == [order.pk, 9]
    for client in (at_source, a_caller(person, reach=Reach.USER)):
        seen = everything(client)
        assert order.pk in objects(seen)
        assert [event for event in told if event in seen] == seen
        assert 9 not in objects(seen)
    assert order.pk in objects(everything(at_destination))
    assert piece(elsewhere) == {"cursor": told[-1]["cursor"], "has_more": False, "results": []}
    assert piece(a_caller(a_user(), reach=Reach.USER))["results"] == []
    assert everything(a_caller(a_user(is_admin=True), reach=Reach.USER)) == told


def test_what_is_not_seen_is_passed_in_bounded_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "SCANNED_AT_ONCE", 3)
    mine, other = a_location(), a_location()
    caller = a_caller(locations=[mine])
    for object_id in range(1, 8):
        tell(object_id, source=other.pk)
    tell(8, source=other.pk, destination=mine.pk)
    cursors, found = [], piece(caller)
    while found["has_more"]:
        cursors.append(found["cursor"])
        assert found["results"] == []
        found = piece(caller, after=found["cursor"])
    assert (cursors, objects(found["results"]), found["cursor"]) == ([3, 6], [8], 8)


def test_a_cursor_from_before_what_is_kept_is_gone(caller: Client) -> None:
    for object_id in range(1, 5):
        tell(object_id)
    cursor = piece(caller, limit=2)["cursor"]
    last = Event.objects.latest("pk")
    prune(before=last.created_at)
    assert FeedHead.objects.get().pruned == 3
    answer = caller.get(FEED, {"after": cursor})
    assert answer.status_code == 410
    assert list(answer.json()) == ["detail", "oldest"]
    oldest = answer.json()["oldest"]
    assert objects(everything(caller, after=oldest)) == objects(everything(caller)) == [4]
    prune(before=last.created_at + timedelta(seconds=1))
    assert piece(caller) == piece(caller, after=4) == {"cursor": 4, "has_more": False, "results": []}
    tell(5)
    assert objects(everything(caller, after=4)) == [5]


def test_what_is_pruned_while_it_is_read_is_no_gap(caller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for object_id in range(1, 4):
        tell(object_id)
    place_events()
    ends = queries.feed_ends
    calls = []

    def pruned_meanwhile() -> queries.Ends:
        found = ends()
        if not calls:
            prune(before=Event.objects.latest("pk").created_at)
        calls.append(found)
        return found

    monkeypatch.setattr(queries, "feed_ends", pruned_meanwhile)
    assert caller.get(FEED, {"after": 0}).status_code == 410
    calls.clear()
    EventPosition.objects.all().delete()
    assert piece(caller)["results"] == []


@pytest.mark.parametrize("count", [1, 20, 100])
def test_a_piece_costs_five_queries_whatever_it_holds(caller: Client, count: int) -> None:
    for object_id in range(count):
        tell(object_id)
    piece(caller)
    with CaptureQueriesContext(connection) as captured:
        assert len(piece(caller, limit=100)["results"]) == count
    # 1 token, 2 whether events lack a place, 3 the feed's ends, 4 the events, 5 the ends again.
    assert len(captured) == 5, [query["sql"] for query in captured]


def test_placing_costs_a_fixed_number_of_queries(django_assert_num_queries: Any) -> None:
    for count in (1, 30):
        for object_id in range(count):
            tell(object_id)
        FeedHead.objects.get_or_create(pk=1)
        # What is missing, the head, the ids, their positions, the head; and the savepoint of the test.
        with django_assert_num_queries(7):
            assert place_events() == count
    with django_assert_num_queries(1):
        assert place_events() == 0
