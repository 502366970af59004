"""Cursor pages meet every row once in every order, whatever is written meanwhile, and know their own."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aktar.edge import counts
from aktar.transfers.models import TransferOrder
from aktar.transfers.queries import SORTS
from tests.factories import NOW, a_transfer_order

pytestmark = pytest.mark.django_db

BRIEF = "/api/v1/oms/transfer_orders/list-simple/"


def some_orders(count: int) -> list[int]:
    """Transfer orders of which several share each value that they can be sorted by."""
    original = a_transfer_order()
    ids = [original.pk]
    others = [a_transfer_order().order_id for _ in range(2)]
    for number in range(1, count):
        original.pk, original.number = None, f"copy {number}"
        original.created_date = NOW + timedelta(microseconds=number // 3)
        original.modified_date = NOW.replace(microsecond=0) + timedelta(seconds=number * 7 % 3)
        original.target_transfer_date = NOW - timedelta(days=number % 4)
        original.order_id = others[number % 2]
        original.save(force_insert=True)
        ids.append(original.pk)
    return [*ids, *TransferOrder.objects.exclude(pk__in=ids).values_list("pk", flat=True)]


def page(caller: Client, address: str) -> dict[str, Any]:
    answer = caller.get(address)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    assert list(found) == ["count", "next", "previous", "results"]
    return found


def walked(caller: Client, address: str | None, way: str = "next") -> list[list[int]]:
    pages = []
    while address:
        found = page(caller, address)
        pages.append([result["id"] for result in found["results"]])
        address = found[way]
    return pages


def flat(pages: list[list[int]]) -> list[int]:
    return [id_ for page in pages for id_ in page]


@pytest.mark.parametrize("sort", [sign + sort for sort in SORTS for sign in ("", "-")])
def test_walking_there_and_back_meets_every_row_once(caller: Client, sort: str) -> None:
    made = some_orders(11)
    there = walked(caller, f"{BRIEF}?cursor=&limit=3&sort={sort}")
    everything = page(caller, f"{BRIEF}?limit=100&sort={sort}")
    assert flat(there) == [result["id"] for result in everything["results"]]
    assert len(there) == -(-len(made) // 3)

    last = f"{BRIEF}?cursor=&limit=3&sort={sort}"
    while (following := page(caller, last)["next"]) is not None:
        last = following
    assert walked(caller, last, "previous") == there[::-1]


def test_a_cursor_page_is_not_counted(caller: Client) -> None:
    some_orders(3)
    first = page(caller, f"{BRIEF}?cursor=&limit=2")
    assert (first["count"], first["previous"]) == (None, None)
    assert page(caller, page(caller, first["next"])["previous"])["results"] == first["results"]
    with CaptureQueriesContext(connection) as captured:
        page(caller, first["next"])
    # 1 token, 2 ids, 3 orders.
    assert len(captured) == 3
    assert not any("COUNT" in query["sql"] for query in captured)


def test_the_full_list_has_cursors_too(caller: Client) -> None:
    made = some_orders(3)
    assert flat(walked(caller, "/api/v1/oms/transfer_orders/?cursor=&limit=2&sort=id")) == sorted(made)


def test_rows_that_come_meanwhile_move_nothing(caller: Client) -> None:
    made = some_orders(5)
    first = page(caller, f"{BRIEF}?cursor=&limit=3")
    a_transfer_order()
    second = page(caller, first["next"])
    told = [result["id"] for answer in (first, second) for result in answer["results"]]
    assert told == sorted(made, reverse=True)[:6]
    # And whoever goes back meets what has come.
    assert len(page(caller, page(caller, second["previous"])["previous"])["results"]) == 1


def test_filters_and_limit_go_along(caller: Client) -> None:
    made = some_orders(5)
    pages = walked(caller, f"{BRIEF}?cursor=&limit=2&sort=id&id__gt={made[0]}")
    assert flat(pages) == sorted(set(made) - {made[0]})
    assert [len(found) for found in pages] == [2, 2, 2]


def test_nothing_has_no_neighbours(caller: Client) -> None:
    assert page(caller, f"{BRIEF}?cursor=") == {"count": None, "next": None, "previous": None, "results": []}


def token(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


FOREIGN = [
    "x",
    "abc",
    "%FF",
    "ü",
    "=" * 8,
    "A" * 5000,
    token("[]"),
    token("{}"),
    token("null"),
    token('["-id",false,1]'),
    token('["-id",false,1,1,1]'),
    token('["id",false,1,1]'),
    token('["-id",0,1,1]'),
    token('["-id",false,"1",1]'),
    token('["-id",false,1.5,1]'),
    token('["-id",false,true,1]'),
    token('["-id",false,null,1]'),
    token('["-id",false,-1,1]'),
    token('["-id",false,1,-1]'),
    token(f'["-id",false,{2**63},1]'),
    token(f'["-id",false,1,{2**63}]'),
    token(f'["-id",false,{"9" * 400},1]'),
    token('["-created_date",false,"2026-01-01T00:00:00Z",1]'),
    token('["-id",false,1,1') + "\x00",
]


@pytest.mark.parametrize("cursor", FOREIGN)
def test_a_cursor_that_was_not_given_here_is_a_400(caller: Client, cursor: str) -> None:
    answer = caller.get(BRIEF, {"cursor": cursor})
    assert (answer.status_code, list(answer.json())) == (400, ["cursor"])


@pytest.mark.parametrize(
    "value", ['"x"', '"2026-01-01"', '"2026-01-01T00:00:00"', "1", '"0001-01-01T00:00:00+10:00"']
)
def test_an_instant_in_a_cursor_is_one(caller: Client, value: str) -> None:
    cursor = token(f'["created_date",false,{value},1]')
    answer = caller.get(BRIEF, {"cursor": cursor, "sort": "created_date"})
    assert (answer.status_code, list(answer.json())) == (400, ["cursor"])


def test_a_cursor_of_another_order_and_a_page_beside_one_are_refused(caller: Client) -> None:
    some_orders(3)
    following = page(caller, f"{BRIEF}?cursor=&limit=1")["next"]
    answer = caller.get(f"{following}&sort=created_date")
    assert (answer.status_code, list(answer.json())) == (400, ["cursor"])
    answer = caller.get(f"{following}&page=1")
    assert (answer.status_code, list(answer.json())) == (400, ["page"])
    assert caller.get(f"{BRIEF}?cursor=&limit=0").json().keys() == {"limit"}


def test_very_many_are_counted_once_in_five_seconds(caller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "MANY", 3)
    monkeypatch.setattr(counts, "SLOW", 0)
    some_orders(2)
    orders = TransferOrder.objects.order_by("-id")
    assert counts.counted(orders, now=NOW) == 4
    TransferOrder.objects.filter(pk=orders[0].pk).update(order_id=orders[1].order_id)
    a_transfer_order()
    assert counts.counted(orders, now=NOW + timedelta(seconds=4.9)) == 4
    assert counts.counted(orders.filter(pk__gt=0), now=NOW) == 5
    assert counts.counted(orders.filter(pk__lt=0), now=NOW) == 0
    assert counts.counted(orders.none(), now=NOW) == 0
    assert counts.counted(orders, now=NOW + timedelta(seconds=5)) == 5


def test_what_is_overdue_is_counted_once_though_the_clock_goes_on(
    caller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "MANY", 3)
    monkeypatch.setattr(counts, "SLOW", 0)
    some_orders(2)
    TransferOrder.objects.update(target_transfer_date=NOW - timedelta(days=9999))
    assert page(caller, f"{BRIEF}?overdue=true")["count"] == 4
    first = TransferOrder.objects.earliest("pk")
    TransferOrder.objects.filter(pk=first.pk).update(target_transfer_date=NOW + timedelta(days=9999))
    assert page(caller, f"{BRIEF}?overdue=true")["count"] == 4
    assert len(counts._kept) == 1


def test_of_many_counts_the_oldest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("MANY", 1), ("SLOW", 0), ("_MOST_KEPT", 2)):
        monkeypatch.setattr(counts, name, value)
    some_orders(1)

    def count(least: int, seconds: int) -> int:
        orders = TransferOrder.objects.filter(pk__gt=least)
        with CaptureQueriesContext(connection) as captured:
            assert counts.counted(orders, now=NOW + timedelta(seconds=seconds)) == 3
        return len(captured)

    assert [count(0, 0), count(-1, 3), count(0, 5), count(-1, 6)] == [1, 1, 1, 0]
    assert [count(-2, 6), count(0, 7), count(-2, 7), count(-1, 7)] == [1, 0, 0, 1]
