"""Orders as tables: a row for each line, placed once, and never changed by a file."""

from pathlib import Path
from typing import Any

import pytest

from aktar.exchange.records import Mistake
from aktar.exchange.telling import lines
from aktar.orders.models import Order, OrderItem
from aktar.places.models import City
from tests.exchange.tables import a_csv, bring_in, exported, try_out
from tests.factories import a_caller, a_location, a_product, a_workflow
from tests.fulfilment.orders import an_order_body, put_in
from tests.walk.scene import footprint

pytestmark = pytest.mark.django_db

ORDER = {
    "number": "2026-1",
    "channel": "Web",
    "customer_first_name": "Ayşe",
    "customer_last_name": "Yılmaz",
    "city": "İSTANBUL",
    "township": "SARIYER",
    "address_line": "Gül Sokak 6/9",
    "sku": "TS-1",
    "quantity": "2",
    "price": "100,50",
    "price_currency": "TRY",
}
LINE = {"number": "2026-1", "sku": "TS-2", "price": "10", "price_currency": "try"}
OTHER = ORDER | {
    "number": "2026-2",
    "sku": "TS-2",
    "quantity": "",
    "date_placed": "2026-11-02T09:30:00+03:00",
}


@pytest.fixture(autouse=True)
def _a_shop() -> None:
    a_workflow()
    a_location()
    a_product(sku="TS-1")
    a_product(sku="TS-2")


def a_file(path: Path, *rows: dict[str, str]) -> Path:
    headings = [*OTHER, "country", "net_amount", "address_title"]
    return a_csv(path, [headings, *([row.get(name, "") for name in headings] for row in rows)], delimiter=";")


def fates(reports: Any) -> list[str]:
    return [str(report.fate) for report in reports]


def test_rows_of_one_number_become_one_order(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.csv", ORDER, LINE, OTHER)
    before = footprint()
    tried = try_out(path, "orders")
    assert footprint() == before
    assert fates(tried) == ["created", "created"]
    assert [report.place for report in tried] == ["2", "4"]
    assert "  sku: 2 × TS-1" in list(lines(tried[0]))
    assert bring_in(path, "orders") == tried
    order = Order.objects.get(number="2026-1")
    items = OrderItem.objects.filter(order=order).order_by("pk").values_list("product__sku", "price")
    assert list(items) == [("TS-1", 10050), ("TS-1", 10050), ("TS-2", 1000)]
    assert (order.channel.name, order.shipping_address.first_name) == ("Web", "Ayşe")
    assert fates(bring_in(path, "orders")) == ["unchanged", "unchanged"]


def test_an_order_that_is_there_is_not_changed(tmp_path: Path) -> None:
    bring_in(a_file(tmp_path / "a.csv", ORDER, LINE, OTHER), "orders")
    before = footprint()
    changed = a_file(
        tmp_path / "b.csv",
        ORDER | {"price": "1", "customer_first_name": "Fatma", "channel": "App"},
        OTHER | {"date_placed": "2026-11-03T09:30:00Z"},
    )
    reports = bring_in(changed, "orders")
    assert fates(reports) == ["refused", "refused"]
    assert [[mistake.column for mistake in report.mistakes] for report in reports] == [
        ["channel", "customer_first_name", "sku"],
        ["date_placed"],
    ]
    assert footprint() == before


def test_mistakes_of_lines_are_told_by_their_own_rows(tmp_path: Path) -> None:
    path = a_file(
        tmp_path / "a.csv",
        ORDER,
        LINE | {"sku": "TS-9", "city": "ANKARA"},
        OTHER | {"country": "Atlantis", "price": "free"},
        OTHER | {"number": "2026-3", "quantity": "0.5"},
        ORDER | {"sku": "TS-1"},
    )
    reports = bring_in(path, "orders")
    assert fates(reports) == ["refused"] * 4
    told = [[(mistake.place, mistake.column) for mistake in report.mistakes] for report in reports]
    assert told == [
        [("3", "city"), ("3", "sku")],
        [("", "country"), ("", "price")],
        [("", "quantity")],
        [("", "number")],
    ]
    assert reports[3].mistakes == [Mistake("number", "An earlier row has the same.")]
    (report,) = try_out(a_file(path, ORDER, LINE | {"sku": "TS-9"}), "orders")
    assert [(each.place, each.column) for each in report.mistakes] == [("3", "sku")]
    assert "  row 3, sku: There is no product of this SKU." in list(lines(report))


def test_towns_that_are_new_are_made_once_and_on_trial_not_at_all(tmp_path: Path) -> None:
    rize = {"city": "Rize", "township": "Ardeşen", "country": "Türkiye"}
    rows = [ORDER | rize, *(OTHER | rize | {"number": f"2026-{n}", "city": "RİZE"} for n in range(2, 9))]
    path = a_file(tmp_path / "a.csv", *rows)
    before = footprint()
    assert fates(try_out(path, "orders")) == ["created"] * 8
    assert footprint() == before
    assert fates(bring_in(path, "orders")) == ["created"] * 8
    assert City.objects.filter(name__in=["Rize", "RİZE"]).count() == 1
    assert fates(bring_in(path, "orders")) == ["unchanged"] * 8
    (report, *_) = bring_in(a_file(path, ORDER | {"city": "Artvin", "township": "Hopa"}), "orders")
    assert [mistake.column for mistake in report.mistakes] == ["city", "township"]
    assert not City.objects.filter(name="Artvin").exists()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_exported_orders_come_in_again_without_a_difference(tmp_path: Path, form: str) -> None:
    bring_in(a_file(tmp_path / "a.csv", ORDER | {"address_title": "=1"}, LINE, OTHER), "orders")
    path = exported(tmp_path / f"b.{form}", "orders", form)
    before = footprint()
    assert fates(bring_in(path, "orders")) == ["unchanged", "unchanged"]
    assert footprint() == before


def test_an_order_that_the_api_took_with_blanks_comes_in_again(tmp_path: Path) -> None:
    body = an_order_body(" WEB-1 ", items=[{"sku": "TS-1\u00a0", "price": "1.00", "price_currency": "try"}])
    assert put_in(a_caller(), body, "?plan=0").status_code == 201
    assert put_in(a_caller(), body | {"number": "WEB-1"}, "?plan=0").status_code == 200
    assert Order.objects.get().number == "WEB-1"
    assert fates(try_out(exported(tmp_path / "a.csv", "orders"), "orders")) == ["unchanged"]
