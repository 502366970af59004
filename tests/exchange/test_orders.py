"""Orders as tables: a row for each line, placed once, and never changed by a file."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aktar.edge.references import reading
from aktar.exchange.kinds import orders
from aktar.exchange.records import Mistake
from aktar.exchange.telling import lines
from aktar.orders.actions import place_order
from aktar.orders.models import Customer, Order, OrderItem
from aktar.orders.rules import NewOrder
from aktar.places.models import City
from aktar.places.rules import EVERYWHERE, Reach
from tests.exchange.tables import a_csv, bring_in, exported, try_out
from tests.factories import NOW, a_caller, a_location, a_product, a_workflow
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
    )
    reports = bring_in(path, "orders")
    assert fates(reports) == ["refused"] * 3
    told = [[(mistake.place, mistake.column) for mistake in report.mistakes] for report in reports]
    assert told == [
        [("3", "city"), ("3", "sku")],
        [("", "country"), ("", "price")],
        [("", "quantity")],
    ]
    (report,) = try_out(a_file(path, ORDER, LINE | {"sku": "TS-9"}), "orders")
    assert [(each.place, each.column) for each in report.mistakes] == [("3", "sku")]
    assert "  row 3, sku: There is no product of this SKU." in list(lines(report))


def test_of_an_order_of_too_many_rows_nothing_is_placed(tmp_path: Path) -> None:
    most = [ORDER | {"quantity": ""}, *([LINE] * 999)]
    path = a_file(tmp_path / "a.csv", *most, *([LINE] * 1500), OTHER)
    for take in (try_out, bring_in):
        reports = take(path, "orders")
        assert [(report.place, report.key) for report in reports] == [("2", "2026-1"), ("2502", "2026-2")]
        assert fates(reports) == ["refused", "created"]
        sentence = "There are at most 1,000 rows of one number; nothing of it is taken over."
        assert reports[0].mistakes == [Mistake("number", sentence, "1002")]
    assert Order.objects.get().number == "2026-2"
    assert fates(bring_in(a_file(path, *most), "orders")) == ["created"]
    assert OrderItem.objects.filter(order__number="2026-1").count() == 1000


def test_of_an_order_whose_rows_stand_apart_nothing_is_placed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.exchange.tables.kind_of", lambda _: replace(orders.ORDERS, batch=1))
    nameless = LINE | {"number": ""}
    alone = ORDER | {"number": "2026-3"}
    path = a_file(tmp_path / "a.csv", ORDER, OTHER, LINE, nameless, alone, nameless, LINE, LINE)
    for take in (try_out, bring_in):
        reports = take(path, "orders")
        assert [report.place for report in reports] == ["2", "3", "4", "5", "6", "7", "8"]
        assert fates(reports) == [
            "refused", "created", "refused", "refused", "created", "refused", "refused",
        ]  # fmt: skip
        apart = [Mistake("number", "The rows of one number must follow each other.")]
        assert [reports[place].mistakes for place in (0, 2, 6)] == [apart] * 3
    assert set(Order.objects.values_list("number", flat=True)) == {"2026-2", "2026-3"}


def test_a_customer_who_is_there_is_left_as_they_are_and_the_file_may_be_repeated(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [ORDER | {"customer_erp_code": "C1"}, OTHER | {"customer_erp_code": "C1"}]
    rows[1] |= {"customer_first_name": "Fatma", "customer_email": "fatma@example.com"}
    a_csv(path, [list(rows[1]), *([row.get(name, "") for name in rows[1]] for row in rows)])
    assert fates(bring_in(path, "orders")) == ["created", "created"]
    assert Customer.objects.get().first_name == "Ayşe"
    assert fates(bring_in(path, "orders")) == ["unchanged", "unchanged"]
    rows[1] |= {"customer_erp_code": "C2"}
    a_csv(path, [list(rows[1]), *([row.get(name, "") for name in rows[1]] for row in rows)])
    reports = bring_in(path, "orders")
    assert fates(reports) == ["unchanged", "refused"]
    columns = {mistake.column for mistake in reports[1].mistakes}
    assert columns == {"customer_first_name", "customer_email", "customer_erp_code"}


@pytest.mark.parametrize(("price", "fate"), [("100.50", "unchanged"), ("1.00", "refused")])
def test_an_order_that_another_one_places_meanwhile_is_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, price: str, fate: str
) -> None:
    def just_before(told: list[NewOrder], *, reach: Reach) -> list[NewOrder]:
        """Another one places the number after it was looked for, at 100.50."""
        found = real(told, reach=reach)
        items = tuple(replace(item, price=10050, net_amount=10050) for item in found[0].items)
        place_order(replace(found[0], items=items), reach=EVERYWHERE, reading=reading("en-us"), now=NOW)
        return found

    real = orders.with_places
    monkeypatch.setattr(orders, "with_places", just_before)
    reports = bring_in(a_file(tmp_path / "a.csv", ORDER | {"price": price}), "orders")
    assert fates(reports) == [fate]
    assert OrderItem.objects.filter(order=Order.objects.get(), price=10050).count() == 2


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
