"""The proof of the books finds whatever is amiss."""

from datetime import timedelta

import pytest
from django.db import connection

from aktar.catalog.models import Product
from aktar.places.models import StockLocation
from aktar.stock.actions import set_stock
from aktar.stock.models import StockMovement
from aktar.stock.queries import product_balances, stock_verification, unbalanced_levels
from aktar.stock.rules import Kind, StockCount
from tests.factories import NOW, a_caller, a_location, a_product
from tests.stock.books import a_stock, level, require_balance

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def test_books_that_balance_are_summed_up() -> None:
    product, location = a_product(), a_location()
    a_stock(product, location, 5)
    found = stock_verification()
    assert (found.is_balanced, found.products) == (True, 1)
    assert (found.came_in, found.went_out, found.on_hand, found.in_transit) == (
        "5.00",
        "0.00",
        "5.00",
        "0.00",
    )


@pytest.mark.parametrize("column", ["on_hand", "reserved", "in_transit"])
def test_a_level_that_is_not_the_sum_of_its_movements_is_named(column: str) -> None:
    product, location = a_product(), a_location()
    a_stock(product, location, 5)
    a_stock(a_product(), location, 5)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE stock_stocklevel SET {column} = {column} + 100 WHERE product_id = %s", [product.pk]
        )
    found = stock_verification()
    assert not found.is_balanced
    (level,) = found.unbalanced_levels
    assert (level.sku, level.erp_code, getattr(level, column)) == (product.sku, location.erp_code, "1.00")


def test_goods_that_vanish_between_two_places_are_named() -> None:
    product, location = a_product(), a_location()
    a_stock(product, location, 5)
    StockMovement.objects.create(
        product=product, stock_location=location, kind="dispatched", on_hand_change=-200, created_at=NOW
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE stock_stocklevel SET on_hand = on_hand - 200")
    found = stock_verification()
    assert (found.is_balanced, found.unbalanced_levels) == (False, [])
    (unbalanced,) = found.unbalanced_products
    assert (unbalanced.sku, unbalanced.missing) == (product.sku, "2.00")


def _moved(product: Product, location: StockLocation, *changes: tuple[Kind, int]) -> None:
    """Movements that leave the level where it is, whatever the actions would say to their size."""
    StockMovement.objects.bulk_create(
        StockMovement(
            product=product, stock_location=location, kind=kind, on_hand_change=change, created_at=NOW + HOUR
        )
        for kind, change in changes
    )


@pytest.mark.parametrize("big", [4 * 10**18, 2**31, 2**32 - 1, 10**15 + 1])
def test_books_whose_sums_leave_64_bits_are_proven_to_the_last_hundredth(big: int) -> None:
    product, location = a_product(), a_location()
    a_stock(product, location, 5)
    _moved(product, location, *[(Kind.RECEIVED, big)] * 5, *[(Kind.LOST, -big)] * 5)
    require_balance()
    found = a_caller().get("/api/v1/oms/stocks/verify/").json()
    assert (found["is_balanced"], found["on_hand"]) == (True, "5.00")
    assert found["came_in"] == f"{(5 * big + 500) // 100}.{(5 * big + 500) % 100:02}"
    assert found["went_out"] == f"{5 * big // 100}.{5 * big % 100:02}"
    _moved(product, location, (Kind.LOST, -1))
    (unbalanced,) = product_balances()
    assert unbalanced.missing == -1
    assert [row.on_hand for row in unbalanced_levels()] == [1]


def test_what_moved_since_a_count_is_summed_beyond_64_bits_too() -> None:
    product, location = a_product(), a_location()
    a_stock(product, location, 5)
    _moved(product, location, *[(Kind.RECEIVED, 4 * 10**18)] * 5, *[(Kind.LOST, -4 * 10**18)] * 5)
    _moved(product, location, (Kind.LOST, -100))
    count = StockCount(product.pk, location.pk, 900)
    (outcome,) = set_stock([count], by=None, now=NOW + 2 * HOUR, as_of=NOW)
    assert (outcome.fault, level(product, location)) == (None, (8, 0, 0))
