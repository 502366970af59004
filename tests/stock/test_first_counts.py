"""Two first counts of the same goods at once make their levels in one order: neither is undone."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from aktar.stock.actions import begin_keeping, set_stock
from aktar.stock.models import StockLevel
from aktar.stock.rules import Pair, StockCount
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
