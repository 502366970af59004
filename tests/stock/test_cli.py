"""`aktar stock` proves the books and shows what there is of a product."""

import pytest
from click.testing import CliRunner
from django.db import connection

from aktar.site.cli.stock import stock
from aktar.stock.actions import reserve
from aktar.stock.rules import StockLine
from tests.factories import NOW, a_location, a_product
from tests.stock.books import a_stock

pytestmark = pytest.mark.django_db


def test_books_that_balance_are_said_to() -> None:
    a_stock(a_product(), a_location(), 5)
    done = CliRunner().invoke(stock, ["verify"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "Products: 1. Came in: 5.00. Went out: 0.00. On hand: 5.00. In transit: 0.00.\n"


def test_what_does_not_balance_is_named_and_the_status_is_1() -> None:
    product, location = a_product(), a_location()
    a_stock(product, location, 5)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE stock_stocklevel SET on_hand = 400")
    done = CliRunner().invoke(stock, ["verify"])
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        f"{product.sku}: 5.00 came in, 0.00 went out, 4.00 on hand, 0.00 in transit; 1.00 missing",
        f"{product.sku} at {location.erp_code}: on hand -1.00, reserved 0.00, in transit 0.00 above the sum "
        "of the movements",
    ]


def test_what_there_is_of_a_product_is_shown_by_location() -> None:
    product, location = a_product(), a_location(erp_code="S1")
    a_stock(product, location, 5)
    reserve([StockLine(product.pk, location.pk, 200)], by=None, now=NOW)
    done = CliRunner().invoke(stock, ["show", product.sku])
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["location", "on", "hand", "reserved", "in", "transit", "available"],
        ["S1", "5.00", "2.00", "0.00", "3.00"],
        ["all", "5.00", "2.00", "0.00", "3.00"],
    ]
    unknown = CliRunner().invoke(stock, ["show", "nothing"])
    assert (unknown.exit_code, unknown.stderr) == (1, "Error: There is no product 'nothing'.\n")
