"""Stock follows the goods, and the books balance after every step."""

from collections.abc import Iterator

import pytest

from aktar.stock.actions import (
    arrive,
    begin_keeping,
    call_off,
    change_keeping,
    declare_loss,
    dispatch,
    lock_levels,
    release_package_items,
    reserve,
    ship_out,
)
from aktar.stock.models import StockLevel, StockMovement
from aktar.stock.queries import available_levels
from aktar.stock.rules import NotEnoughStock, StockLine
from tests.factories import NOW, a_location, a_product
from tests.stock.books import a_stock, kinds, level, require_balance

ORDER, ITEM = 71, 1701
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _balanced(db: None) -> Iterator[None]:
    """Whatever a test has done, the books balance after it."""
    yield
    require_balance()


class Trip:
    """A product on its way from a source to a destination, each with books or without."""

    def __init__(self, *, source: int | None = None, destination: int | None = None) -> None:
        self.product, self.source, self.destination = a_product(), a_location(), a_location()
        if source is not None:
            a_stock(self.product, self.source, source)
        if destination is not None:
            a_stock(self.product, self.destination, destination)

    def reserve(self) -> None:
        reserve([self._at(self.source.pk)], transfer_order=ORDER, by=None, now=NOW)

    def dispatch(self) -> None:
        lines = [self._at(self.source.pk)]
        dispatch(lines, transfer_order=ORDER, destination=self.destination.pk, by=None, now=NOW)

    def arrive(self) -> None:
        arrive([self._at(self.destination.pk)], transfer_order=ORDER, by=None, now=NOW)

    def call_off(self) -> None:
        call_off(transfer_order=ORDER, by=None, now=NOW)

    def ship_out(self) -> None:
        ship_out([self._at(self.destination.pk)], by=None, now=NOW)

    def levels(self) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        return level(self.product, self.source), level(self.product, self.destination)

    def _at(self, location: int) -> StockLine:
        return StockLine(self.product.pk, location, 100, ITEM)


def test_goods_are_reserved_sent_received_and_packed() -> None:
    trip = Trip(source=5, destination=0)
    trip.reserve()
    assert trip.levels() == ((5, 1, 0), (0, 0, 0))
    trip.dispatch()
    assert trip.levels() == ((4, 0, 0), (0, 0, 1))
    trip.arrive()
    assert trip.levels() == ((4, 0, 0), (1, 1, 0))
    trip.ship_out()
    assert trip.levels() == ((4, 0, 0), (0, 0, 0))
    assert kinds(trip.product) == [
        "counted",
        "reserved",
        "dispatched",
        "dispatched",
        "arrived",
        "shipped_out",
    ]


def test_a_transfer_that_is_called_off_before_it_left_frees_what_it_held() -> None:
    trip = Trip(source=5, destination=0)
    trip.reserve()
    trip.call_off()
    assert trip.levels() == ((5, 0, 0), (0, 0, 0))


def test_goods_called_off_on_their_way_are_back_at_their_source() -> None:
    trip = Trip(source=5, destination=2)
    trip.reserve()
    trip.dispatch()
    trip.call_off()
    assert trip.levels() == ((5, 0, 0), (2, 0, 0))
    trip.call_off()  # once is enough
    assert trip.levels() == ((5, 0, 0), (2, 0, 0))


def test_what_has_arrived_is_not_called_off() -> None:
    trip = Trip(source=5, destination=0)
    trip.reserve()
    trip.dispatch()
    trip.arrive()
    trip.call_off()
    assert trip.levels() == ((4, 0, 0), (1, 1, 0))


@pytest.mark.parametrize("called_off", [False, True])
def test_goods_from_a_place_without_books_enter_those_of_their_destination(called_off: bool) -> None:
    trip = Trip(destination=0)
    trip.reserve()
    trip.dispatch()
    assert trip.levels() == ((0, 0, 0), (0, 0, 1))
    if called_off:
        trip.call_off()
        assert trip.levels() == ((0, 0, 0), (0, 0, 0))
    else:
        trip.arrive()
        assert trip.levels() == ((0, 0, 0), (1, 1, 0))
    assert not StockLevel.objects.filter(stock_location=trip.source).exists()


@pytest.mark.parametrize("called_off", [False, True])
def test_goods_to_a_place_without_books_leave_those_of_their_source(called_off: bool) -> None:
    trip = Trip(source=5)
    trip.reserve()
    trip.dispatch()
    assert trip.levels() == ((4, 0, 0), (0, 0, 0))
    if called_off:
        trip.call_off()
        assert trip.levels() == ((5, 0, 0), (0, 0, 0))
    else:
        trip.arrive()
        trip.ship_out()
        assert trip.levels() == ((4, 0, 0), (0, 0, 0))


def test_between_places_without_books_nothing_is_written() -> None:
    trip = Trip()
    for step in (trip.reserve, trip.dispatch, trip.arrive, trip.ship_out, trip.call_off):
        step()
    assert not StockMovement.objects.exists()
    assert not StockLevel.objects.exists()


@pytest.mark.parametrize(("there", "left"), [(5, 4), (0, 0)])
def test_goods_of_a_transfer_older_than_the_books_go_if_the_books_have_them(there: int, left: int) -> None:
    trip = Trip(source=there, destination=0)
    trip.dispatch()
    assert trip.levels() == ((left, 0, 0), (0, 0, 1))
    trip.call_off()
    assert trip.levels() == ((there, 0, 0), (0, 0, 0))


def test_what_nobody_promised_is_not_taken_from_what_others_were() -> None:
    trip = Trip(source=1, destination=0)
    reserve([StockLine(trip.product.pk, trip.source.pk, 100, 2)], transfer_order=5, by=None, now=NOW)
    trip.dispatch()
    assert trip.levels() == ((1, 1, 0), (0, 0, 1))


def test_goods_that_set_off_before_their_destination_kept_books_enter_them_as_they_arrive() -> None:
    trip = Trip(source=5)
    trip.reserve()
    trip.dispatch()
    begin_keeping([trip.destination.pk], now=NOW)
    trip.arrive()
    assert trip.levels() == ((4, 0, 0), (1, 1, 0))
    assert kinds(trip.product)[-2:] == ["left", "entered"]


def test_more_than_there_is_is_promised_to_nobody_and_each_line_that_lacks_is_named() -> None:
    plenty, scarce, location, free = a_product(), a_product(), a_location(), a_location()
    a_stock(plenty, location, 5)
    a_stock(scarce, location, 1)
    lines = [
        StockLine(scarce.pk, location.pk, 100, 1),
        StockLine(plenty.pk, location.pk, 200, 2),
        StockLine(scarce.pk, location.pk, 100, 3),
        StockLine(scarce.pk, free.pk, 100, 4),
        StockLine(a_product().pk, location.pk, 100, 5),
    ]
    with pytest.raises(NotEnoughStock) as refusal:
        reserve(lines, transfer_order=ORDER, by=None, now=NOW)
    assert [(short.place, short.available) for short in refusal.value.shortages] == [(2, 0), (4, 0)]
    assert (level(plenty, location), level(scarce, location)) == ((5, 0, 0), (1, 0, 0))


def test_a_place_that_may_go_below_zero_promises_what_it_has_not() -> None:
    trip = Trip(source=0, destination=0)
    change_keeping(trip.source.pk, may_go_negative=True, safety_stock=0, now=NOW)
    trip.reserve()
    assert trip.levels() == ((0, 1, 0), (0, 0, 0))
    trip.dispatch()
    assert trip.levels() == ((-1, 0, 0), (0, 0, 1))


def test_a_package_that_is_cancelled_frees_what_lay_ready_for_it() -> None:
    trip = Trip(source=5, destination=2)
    own = StockLine(trip.product.pk, trip.destination.pk, 100, ITEM + 1)
    reserve([own], by=None, now=NOW)
    trip.reserve()
    trip.dispatch()
    trip.arrive()
    assert trip.levels()[1] == (3, 2, 0)
    release_package_items([ITEM, ITEM + 1], location=trip.destination.pk, by=None, now=NOW)
    assert trip.levels()[1] == (3, 0, 0)


def test_what_a_transfer_holds_at_its_source_is_not_the_packages_to_free() -> None:
    trip = Trip(source=5, destination=2)
    trip.reserve()
    reserve([StockLine(trip.product.pk, trip.destination.pk, 100, ITEM)], by=None, now=NOW)
    release_package_items([ITEM], location=trip.destination.pk, by=None, now=NOW)
    assert trip.levels() == ((5, 1, 0), (2, 0, 0))


def test_a_packed_package_takes_what_lay_ready_and_else_what_is_free() -> None:
    trip = Trip(destination=2)
    reserve([StockLine(trip.product.pk, trip.destination.pk, 100, ITEM)], by=None, now=NOW)
    trip.ship_out()
    assert trip.levels()[1] == (1, 0, 0)
    trip.ship_out()
    assert trip.levels()[1] == (0, 0, 0)
    trip.ship_out()
    assert trip.levels()[1] == (0, 0, 0)


def test_a_packed_package_takes_no_more_than_it_holds_however_much_lay_ready() -> None:
    trip = Trip(destination=3)
    for _ in range(2):
        reserve([StockLine(trip.product.pk, trip.destination.pk, 100, ITEM)], by=None, now=NOW)
    trip.ship_out()
    assert trip.levels()[1] == (2, 0, 0)
    assert kinds(trip.product)[-2:] == ["shipped_out", "released"]
    trip.ship_out()
    assert trip.levels()[1] == (1, 0, 0)


def test_only_what_is_there_and_free_is_lost() -> None:
    product, location = a_product(), a_location()
    a_stock(product, location, 3)
    reserve([StockLine(product.pk, location.pk, 100, 9)], transfer_order=ORDER, by=None, now=NOW)
    lines = [StockLine(product.pk, location.pk, 500), StockLine(product.pk, a_location().pk, 100)]
    assert declare_loss(lines, by=None, now=NOW, reason="not found") == 200
    assert level(product, location) == (1, 1, 0)


def test_levels_can_be_taken_all_at_once() -> None:
    trip = Trip(source=5)
    pairs = [(trip.product.pk, trip.source.pk), (trip.product.pk, trip.destination.pk)]
    levels = lock_levels(pairs, now=NOW)
    assert {pair: kept.available for pair, kept in levels.items()} == {pairs[0]: 500}


def test_what_is_available_is_read_by_product() -> None:
    product, none, here, there = a_product(), a_product(), a_location(), a_location()
    a_stock(product, here, 5)
    a_stock(product, there, 0)
    a_stock(none, here, 0)
    reserve([StockLine(product.pk, here.pk, 200)], by=None, now=NOW)
    assert available_levels([product.pk, none.pk]) == [(product.pk, here.pk, 300)]
