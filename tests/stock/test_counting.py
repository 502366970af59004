"""Counts and adjustments: what they make of the books, what is refused, and what that leaves."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from aktar.stock.actions import adjust_stock, change_keeping, reserve, set_stock
from aktar.stock.models import StockKeeping, StockLevel, StockMovement
from aktar.stock.rules import (
    MOST_ON_HAND,
    CountFromTheFuture,
    Kind,
    StillNegative,
    StockCount,
    StockDelta,
    StockFault,
    StockLine,
)
from tests.factories import NOW, a_location, a_product, a_user
from tests.stock.books import a_stock, kinds, level, require_balance

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def test_the_first_count_begins_a_locations_books() -> None:
    product, location = a_product(), a_location()
    (outcome,) = set_stock([StockCount(product.pk, location.pk, 700)], by=None, now=NOW)
    assert (outcome.on_hand, outcome.changed_by, outcome.fault) == (700, 700, None)
    assert level(product, location) == (7, 0, 0)
    assert StockKeeping.objects.get().stock_location == location
    require_balance()


def test_a_count_that_agrees_moves_nothing() -> None:
    product, location = a_product(), a_location()
    a_stock(product, location, 5)
    a_stock(product, location, 5)
    assert kinds(product) == ["counted"]


def test_what_moved_after_a_count_is_added_to_it() -> None:
    product, location = a_product(), a_location()
    a_stock(product, location, 5)
    adjust_stock([StockDelta(product.pk, location.pk, -200)], by=None, now=NOW + 3 * HOUR)
    # Counted before these two left, taken over after.
    count = [StockCount(product.pk, location.pk, 900)]
    set_stock(count, by=None, now=NOW + 4 * HOUR, as_of=NOW + 2 * HOUR)
    assert level(product, location) == (7, 0, 0)
    # The same count once more says the same: no count moves goods, so none counts as having moved since.
    set_stock(count, by=None, now=NOW + 5 * HOUR, as_of=NOW + 2 * HOUR)
    assert level(product, location) == (7, 0, 0)
    require_balance()


def test_an_older_count_does_not_undo_a_later_one() -> None:
    product, location = a_product(), a_location()
    set_stock([StockCount(product.pk, location.pk, 500)], by=None, now=NOW, as_of=NOW - HOUR)
    older = StockCount(product.pk, location.pk, 900)
    (outcome,) = set_stock([older], by=None, now=NOW, as_of=NOW - 2 * HOUR)
    assert (outcome.fault, outcome.on_hand) == (StockFault.COUNTED_LATER, 500)
    assert level(product, location) == (5, 0, 0)


def test_a_count_from_the_future_is_refused() -> None:
    with pytest.raises(CountFromTheFuture):
        set_stock([], by=None, now=NOW, as_of=NOW + HOUR)


def test_what_is_refused_stops_none_of_the_others() -> None:
    location = a_location()
    promised, twice, huge, good = (a_product() for _ in range(4))
    a_stock(promised, location, 5)
    reserve([StockLine(promised.pk, location.pk, 300)], by=None, now=NOW)
    outcomes = set_stock(
        [
            StockCount(promised.pk, location.pk, 200),
            StockCount(twice.pk, location.pk, 100),
            StockCount(twice.pk, location.pk, 400),
            StockCount(huge.pk, location.pk, MOST_ON_HAND + 1),
            StockCount(good.pk, location.pk, 800),
        ],
        by=None,
        now=NOW,
    )
    assert [outcome.fault for outcome in outcomes] == [
        StockFault.BELOW_RESERVED,
        None,
        StockFault.COUNTED_TWICE,
        StockFault.TOO_MUCH,
        None,
    ]
    assert [level(product, location)[0] for product in (promised, twice, huge, good)] == [5, 1, 0, 8]
    require_balance()


def test_adjustments_follow_each_other() -> None:
    product, location, user = a_product(), a_location(), a_user()
    deltas = [
        StockDelta(product.pk, location.pk, 300, Kind.RECEIVED),
        StockDelta(product.pk, location.pk, -100, Kind.LOST),
        StockDelta(product.pk, location.pk, -300),
        StockDelta(product.pk, location.pk, -200),
    ]
    outcomes = adjust_stock(deltas, by=user, now=NOW, reason="stocktaking")
    assert [outcome.fault for outcome in outcomes] == [None, None, StockFault.BELOW_ZERO, None]
    assert [outcome.on_hand for outcome in outcomes] == [300, 200, 200, 0]
    assert kinds(product) == ["received", "lost", "adjusted"]
    assert set(StockMovement.objects.values_list("user", "reason")) == {(user.pk, "stocktaking")}
    require_balance()


def test_what_is_only_taken_away_begins_no_books() -> None:
    product, location = a_product(), a_location()
    deltas = [StockDelta(product.pk, location.pk, change, Kind.LOST) for change in (-100, -100)]
    outcomes = adjust_stock([*deltas, StockDelta(product.pk, location.pk, 0)], by=None, now=NOW)
    assert [outcome.fault for outcome in outcomes] == [StockFault.BELOW_ZERO, StockFault.BELOW_ZERO, None]
    assert [outcome.on_hand for outcome in outcomes] == [0, 0, 0]
    for model in (StockKeeping, StockLevel, StockMovement):
        assert not model.objects.exists()
    reserve([StockLine(product.pk, location.pk, 100)], by=None, now=NOW)


def test_what_comes_in_begins_books_whatever_is_refused_beside_it() -> None:
    product, other, location, untouched = a_product(), a_product(), a_location(), a_location()
    deltas = [
        StockDelta(product.pk, location.pk, -100),
        StockDelta(product.pk, location.pk, 500),
        StockDelta(product.pk, location.pk, -100),
        StockDelta(other.pk, location.pk, -100),
        StockDelta(product.pk, untouched.pk, -100),
    ]
    outcomes = adjust_stock(deltas, by=None, now=NOW)
    below = StockFault.BELOW_ZERO
    assert [outcome.fault for outcome in outcomes] == [below, None, None, below, below]
    assert level(product, location) == (4, 0, 0)
    assert StockKeeping.objects.get().stock_location == location
    require_balance()


def test_a_level_was_never_changed_earlier_than_before() -> None:
    product, location = a_product(), a_location()
    a_stock(product, location, 5)
    change_keeping(location.pk, may_go_negative=True, safety_stock=0, now=NOW + HOUR)
    # Its clock was read before it waited for those who wrote meanwhile.
    adjust_stock([StockDelta(product.pk, location.pk, 100)], by=None, now=NOW)
    assert StockLevel.objects.get().modified_at == NOW + HOUR
    change_keeping(location.pk, may_go_negative=False, safety_stock=0, now=NOW)
    assert StockLevel.objects.get().modified_at == NOW + HOUR
    set_stock([StockCount(product.pk, location.pk, 700)], by=None, now=NOW)
    assert StockLevel.objects.get().modified_at == NOW + HOUR
    adjust_stock([StockDelta(product.pk, location.pk, 100)], by=None, now=NOW + 2 * HOUR)
    assert StockLevel.objects.get().modified_at == NOW + 2 * HOUR


def test_a_count_that_agrees_changes_when_the_level_was_counted() -> None:
    product, location = a_product(), a_location()
    a_stock(product, location, 5)
    set_stock([StockCount(product.pk, location.pk, 500)], by=None, now=NOW + 2 * HOUR, as_of=NOW + HOUR)
    row = StockLevel.objects.get()
    assert (row.counted_at, row.modified_at) == (NOW + HOUR, NOW + 2 * HOUR)


def test_a_location_may_go_below_zero_if_it_is_told_so_and_not_back_before_it_is_above() -> None:
    product, other, location = a_product(), a_product(), a_location()
    a_stock(product, location, 1)
    change_keeping(location.pk, may_go_negative=True, safety_stock=200, now=NOW)
    adjust_stock([StockDelta(product.pk, location.pk, -300)], by=None, now=NOW)
    reserve([StockLine(other.pk, location.pk, 100)], by=None, now=NOW)
    assert (level(product, location), level(other, location)) == ((-2, 0, 0), (0, 1, 0))
    with pytest.raises(StillNegative):
        change_keeping(location.pk, may_go_negative=False, safety_stock=0, now=NOW)
    keeping = StockKeeping.objects.get()
    assert (keeping.may_go_negative, keeping.safety_stock) == (True, 200)
    a_stock(product, location, 1)
    a_stock(other, location, 1)
    change_keeping(location.pk, may_go_negative=False, safety_stock=0, now=NOW)
    assert set(StockLevel.objects.values_list("may_go_negative", flat=True)) == {False}


@pytest.mark.parametrize(
    "broken", ["reserved = -1", "in_transit = -1", "on_hand = -1", "reserved = on_hand + 1"]
)
def test_the_database_itself_refuses_what_cannot_be(broken: str) -> None:
    product, location = a_product(), a_location()
    a_stock(product, location, 5)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE stock_stocklevel SET {broken}")


def test_nobody_changes_the_ledger() -> None:
    product, location = a_product(), a_location()
    a_stock(product, location, 5)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        StockMovement.objects.update(on_hand_change=100)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("counted", {}),
        ("mislaid", {"on_hand_change": 100}),
        ("reserved", {"on_hand_change": 100, "reserved_change": 100}),
        ("arrived", {"on_hand_change": 200, "in_transit_change": -100}),
    ],
)
def test_a_movement_that_moves_nothing_or_makes_goods_is_refused(kind: str, changes: dict[str, int]) -> None:
    product, location = a_product(), a_location()
    with pytest.raises(IntegrityError), transaction.atomic():
        StockMovement.objects.create(
            product=product, stock_location=location, kind=kind, created_at=NOW, **changes
        )
