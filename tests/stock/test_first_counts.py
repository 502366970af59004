"""First counts beside other writers: two of the same goods undo neither, levels know how books are kept."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from aktar.stock.actions import begin_keeping, change_keeping, set_stock
from aktar.stock.models import StockLevel
from aktar.stock.rules import Pair, StockCount
from tests.concurrency.waiting import until_somebody_waits
from tests.factories import NOW, a_location, a_product
from tests.stock.books import require_balance

LOCATIONS = 30
PATIENCE = 60  # seconds

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def contested() -> Iterator[list[Pair]]:
    """Two products at thirty locations that keep books, in order; the last and the first are made slowly."""
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only: SQLite has one writer at a time")
    locations = [a_location().pk for _ in range(LOCATIONS)]
    begin_keeping(locations, now=NOW)
    pairs = [(product, location) for product in (a_product().pk, a_product().pk) for location in locations]
    slow = " OR ".join(
        f"(NEW.product_id = {product} AND NEW.stock_location_id = {location})"
        for product, location in _crossed(pairs)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stock_stockkeeping")
        cursor.execute(
            "CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "PERFORM pg_sleep(1); RETURN NEW; END $$;"
            "CREATE TRIGGER take_time BEFORE INSERT ON stock_stocklevel FOR EACH ROW "
            f"WHEN ({slow}) EXECUTE FUNCTION take_time()"
        )
    yield pairs
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER take_time ON stock_stocklevel; DROP FUNCTION take_time()")


def _crossed(pairs: list[Pair]) -> list[Pair]:
    """One product at the last location, the other at the first: by location their order is the other one."""
    return [pairs[LOCATIONS - 1], pairs[LOCATIONS]]


def test_a_big_and_a_small_first_count_at_once_undo_neither(contested: list[Pair]) -> None:
    """How many there are turns how PostgreSQL joins them, and with it the order that they come in."""
    together = threading.Barrier(2)

    def count(pairs: list[Pair]) -> None:
        connection.ensure_connection()
        try:
            together.wait(PATIENCE)
            set_stock([StockCount(*pair, 500) for pair in pairs], by=None, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        counting = [pool.submit(count, pairs) for pairs in (contested, _crossed(contested))]
        for counted in counting:
            counted.result(timeout=PATIENCE)
    assert set(StockLevel.objects.values_list("on_hand", flat=True)) == {500}
    assert StockLevel.objects.count() == len(contested)
    require_balance()


def test_a_level_that_is_made_while_the_keeping_changes_has_its_word_in_the_end() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only: SQLite has one writer at a time")
    product, location = a_product().pk, a_location().pk
    begin_keeping([location], now=NOW)

    def change() -> None:
        try:
            change_keeping(location, may_go_negative=True, safety_stock=0, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic():
            set_stock([StockCount(product, location, 500)], by=None, now=NOW)
            changing = pool.submit(change)
            until_somebody_waits()
        changing.result(timeout=PATIENCE)
    assert StockLevel.objects.get().may_go_negative
