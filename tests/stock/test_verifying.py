"""The proof of the books finds whatever is amiss."""

import pytest
from django.db import connection

from aktar.stock.models import StockMovement
from aktar.stock.queries import stock_verification
from tests.factories import NOW, a_location, a_product
from tests.stock.books import a_stock

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
