"""What an import takes over, refuses and repeats, and that trying it changes nothing."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils.translation import override
from openpyxl import Workbook

from aktar.catalog.models import Product
from aktar.edge.upserts import Fate
from aktar.exchange.actions import Change, Report
from aktar.exchange.kinds import counted_as_of, products
from aktar.exchange.records import Mistake
from aktar.exchange.rules import FileRefused
from aktar.exchange.telling import lines
from aktar.places.models import StockLocation
from aktar.stock.actions import reserve
from aktar.stock.models import StockKeeping, StockLevel, StockMovement
from aktar.stock.rules import StockLine
from aktar.transfers.models import CargoCompany
from aktar.webhooks.models import Event
from tests.exchange.tables import LOCATION, a_csv, a_workbook, bring_in, try_out
from tests.factories import NOW, a_location, a_product
from tests.walk.scene import footprint

pytestmark = pytest.mark.django_db


def table(*rows: dict[str, str]) -> list[list[str]]:
    """Rows of these cells below the headings that they have together."""
    headings = list(dict.fromkeys(name for row in rows for name in row))
    return [headings, *([row.get(name, "") for name in headings] for row in rows)]


def fates(reports: Any) -> list[str]:
    return [str(report.fate) for report in reports]


def test_a_dry_run_shows_every_difference_and_changes_nothing(tmp_path: Path) -> None:
    bring_in(a_csv(tmp_path / "a.csv", table(LOCATION)), "locations")
    rows = (
        LOCATION
        | {"name": "Şişli Meydan", "township": "BEŞİKTAŞ", "priority": "3", "longitude": "28,98940280"},
        LOCATION | {"erp_code": "S34-002", "priority": "", "longitude": "-1"},
    )
    path = a_csv(tmp_path / "b.csv", table(*rows), delimiter=";")
    before = footprint()
    tried = try_out(path, "locations")
    assert footprint() == before
    assert tried[0].changes == [
        Change("name", "Şişli", "Şişli Meydan"),
        Change("priority", "10", "3"),
        Change("township", "ŞİŞLİ", "BEŞİKTAŞ"),
        Change("longitude", "", "28.98940280"),
    ]
    assert fates(tried) == ["updated", "created"]
    assert bring_in(path, "locations") == tried
    assert fates(bring_in(path, "locations")) == ["unchanged", "unchanged"]
    location = StockLocation.objects.select_related("address__township").get(erp_code="S34-001")
    assert (location.name, location.priority, location.address.township.name) == (
        "Şişli Meydan",
        3,
        "BEŞİKTAŞ",
    )
    assert Event.objects.count() == 3


def test_mistakes_are_told_by_row_and_column_in_both_languages(tmp_path: Path) -> None:
    rows = (
        LOCATION | {"priority": "high", "city": "", "is_active": "perhaps", "tags": "[1,", "latitude": "91"},
        LOCATION | {"erp_code": "S2", "name": "a\x00b", "conf": '{"a":1,"a":2}'},
        LOCATION | {"erp_code": "", "name": "x" * 201},
        LOCATION | {"erp_code": "S4", "country": "Atlantis"},
    )
    path = a_csv(tmp_path / "a.csv", table(*rows))
    told: dict[str, list[list[Mistake]]] = {}
    for language in ("en-us", "tr-tr"):
        with override(language):
            told[language] = [list(report.mistakes) for report in try_out(path, "locations")]
    columns = [{mistake.column for mistake in of_row} for of_row in told["en-us"]]
    assert columns == [
        {"priority", "city", "is_active", "tags", "latitude"},
        {"name", "conf"},
        {"name", "erp_code"},
        {"country"},
    ]
    for one, other in zip(told["en-us"], told["tr-tr"], strict=True):
        assert all(a.column == b.column and a.sentence != b.sentence for a, b in zip(one, other, strict=True))
    (report, *_) = try_out(path, "locations")
    assert "  priority: Give a whole number." in list(lines(report))


def test_a_row_is_refused_once_with_all_that_is_wrong_with_it(tmp_path: Path) -> None:
    rows = (
        LOCATION | {"target_packing_interval": "soon", "country": "Atlantis", "name": "", "conf": "{"},
        LOCATION | {"erp_code": "S2", "target_transfer_interval": "x", "township": "", "longitude": "181"},
    )
    path = a_csv(tmp_path / "a.csv", table(*rows))
    before = footprint()
    reports = bring_in(path, "locations")
    assert footprint() == before
    assert [{mistake.column for mistake in report.mistakes} for report in reports] == [
        {"target_packing_interval", "country", "name", "conf"},
        {"target_transfer_interval", "township", "longitude"},
    ]
    country = next(mistake for mistake in reports[0].mistakes if mistake.column == "country")
    assert country.sentence.endswith('To make one, give its code of two letters, as "tr".')


def test_a_country_that_is_there_is_known_by_its_name(tmp_path: Path) -> None:
    a_location()
    path = a_csv(tmp_path / "a.csv", table(LOCATION | {"country": "TÜRKİYE"}))
    assert fates(bring_in(path, "locations")) == ["created"]


def test_what_is_told_twice_in_a_file_is_refused_however_far_apart(tmp_path: Path) -> None:
    rows = [{"sku": f"TS-{number}", "name": "A"} for number in range(1001)] + [{"sku": "TS-0", "name": "B"}]
    reports = bring_in(a_csv(tmp_path / "a.csv", table(*rows)), "products")
    assert (reports[-1].place, reports[-1].mistakes) == (
        "1003",
        [Mistake("sku", "An earlier row has the same.")],
    )
    assert fates(reports[:-1]) == ["created"] * 1001


def test_a_space_in_a_code_makes_no_two_rows_the_same(tmp_path: Path) -> None:
    for sku, erp_code in (("A", "1 B"), ("A 1", "B")):
        a_product(sku=sku)
        a_location(erp_code=erp_code)
    rows = [{"sku": "A 1", "erp_code": "B", "on_hand": "3"}, {"sku": "A", "erp_code": "1 B", "on_hand": "5"}]
    path = a_csv(tmp_path / "a.csv", table(*rows, rows[0]))
    reports = bring_in(path, "stock")
    assert fates(reports) == ["updated", "updated", "refused"]
    assert reports[2].mistakes == [Mistake("sku", "An earlier row has the same.")]
    assert sorted(StockLevel.objects.values_list("on_hand", flat=True)) == [300, 500]


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        (["sku", "nome", "=cmd\x1b[2J"], r"no columns nome, =cmd\\x1b\[2j\. Those of products are sku, name"),
        (["name"], "sku is missing"),
        (["sku", "SKU "], "sku comes twice"),
    ],
)
def test_headings_that_are_not_ours_are_named(tmp_path: Path, headings: list[str], said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        try_out(a_csv(tmp_path / "a.csv", [headings, ["TS-1"] * len(headings)]), "products")


def test_a_row_with_too_few_or_too_many_cells_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sku,name\nTS-1\nTS-2,A,B\nTS-3,A,\n")
    reports = bring_in(path, "products")
    assert fates(reports) == ["refused", "refused", "created"]
    assert reports[0].mistakes == [Mistake("", "The row has 1 cells and the heading 2.")]


def test_what_stands_before_a_file_breaks_off_is_kept_and_a_repetition_goes_on(tmp_path: Path) -> None:
    rows = [["sku", "name"], *([f"TS-{number}", "A"] for number in range(2500))]
    path = a_csv(tmp_path / "a.csv", rows)
    path.write_bytes(path.read_bytes() + b'TS-X,"open')
    with pytest.raises(FileRefused):
        bring_in(path, "products")
    assert Product.objects.count() == 2000
    reports = bring_in(a_csv(path, rows), "products")
    assert fates(reports) == ["unchanged"] * 2000 + ["created"] * 500


def test_what_only_the_database_knows_better_is_the_affair_of_its_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keep(documents: Any, now: Any) -> Any:
        if any(each["sku"] == "TS-2" for each in documents):
            Product.objects.create(sku="TS-0", created_date=now, modified_date=now)
            raise IntegrityError("no such luck")
        return real(documents, now)

    real = products._keep
    monkeypatch.setattr("tests.exchange.tables.kind_of", lambda _: replace(products.PRODUCTS, keep=keep))
    path = a_csv(tmp_path / "a.csv", table(*({"sku": f"TS-{n}", "name": "A"} for n in (1, 2, 3))))
    reports = bring_in(path, "products")
    assert fates(reports) == ["created", "refused", "created"]
    assert reports[1].mistakes == [Mistake("", "The database refuses it: no such luck")]
    assert set(Product.objects.values_list("sku", flat=True)) == {"TS-1", "TS-3"}


def test_products_and_companies_come_from_workbooks(tmp_path: Path) -> None:
    a_product(sku="TS-1", barcode="1")
    rows = [
        ["SKU", "Name", "barcode", "attributes", "images", "omnitron_id"],
        ["TS-1", "Şal", None, None, "https://a.example/1.jpg https://a.example/2.jpg", 7],
        [869, "Kuşak", 8690000000001, '{"renk": "ışık"}', None, None],
    ]
    assert fates(bring_in(a_workbook(tmp_path / "a.xlsx", rows), "products")) == ["updated", "created"]
    first, second = Product.objects.order_by("pk")
    assert (first.barcode, first.omnitron_id, first.attributes) == (None, 7, {"renk": "mavi"})
    assert first.productimage_set.count() == 2
    assert (second.sku, second.barcode, second.attributes) == ("869", "8690000000001", {"renk": "ışık"})
    companies = [["erp_code", "name", "shipping_company"], ["YK", "Yurtiçi", "yurtici"]]
    assert fates(bring_in(a_workbook(tmp_path / "b.xlsx", companies), "cargo_companies")) == ["created"]
    assert CargoCompany.objects.filter(erp_code="YK").exists()


def test_what_is_told_of_a_record_is_harmless_to_a_terminal() -> None:
    there = Mistake("number", "The order that is there has \u202eel\x9b2J.")
    told = list(lines(Report("2", "\x1bc", Fate.REFUSED, mistakes=[there])))
    assert told == [r"row 2 \x1bc: refused", r"  number: The order that is there has \u202eel\x9b2J."]


def test_rows_of_two_sheets_of_one_name_are_told_apart(tmp_path: Path) -> None:
    a_product(sku="TS-1", name="A")
    path = tmp_path / "a.xlsx"
    book = Workbook()
    book.active.append(["sku", "name"])
    for sku in ("TS-1", "TS-2"):
        sheet = book.create_sheet()
        sheet._WorkbookChild__title = "more"
        sheet.append(["sku", "name"])
        sheet.append([sku, "A"])
    book.save(path)
    reports = bring_in(path, "products")
    assert [(report.place, report.key) for report in reports] == [("more:2", "TS-1"), ("more:2", "TS-2")]
    assert fates(reports) == ["unchanged", "created"]


def test_stock_is_counted_into_the_books(tmp_path: Path) -> None:
    location, product = a_location(erp_code="S1"), a_product(sku="TS-1")
    rows = (
        {"sku": "TS-1", "erp_code": "S1", "on_hand": "12,50", "available": "whatever"},
        {"sku": "TS-9", "erp_code": "S9", "on_hand": "1"},
        {"sku": "TS-9", "erp_code": "S1", "on_hand": "-1"},
    )
    path = a_csv(tmp_path / "a.csv", table(*rows), delimiter=";")
    before = footprint()
    reports = try_out(path, "stock")
    assert footprint() == before
    assert reports[0].changes == [Change("on_hand", "0.00", "12.50")]
    assert [mistake.column for mistake in reports[1].mistakes] == ["sku", "erp_code"]
    assert [mistake.column for mistake in reports[2].mistakes] == ["on_hand", "sku"]
    assert bring_in(path, "stock") == reports
    assert StockLevel.objects.get().on_hand == 1250
    assert StockKeeping.objects.get().stock_location_id == location.pk
    assert fates(bring_in(path, "stock")) == ["unchanged", "refused", "refused"]
    movement = StockMovement.objects.get()
    assert (movement.product_id, movement.kind, movement.reason) == (product.pk, "counted", "import")


def test_a_count_below_what_is_promised_is_refused(tmp_path: Path) -> None:
    location, product = a_location(erp_code="S1"), a_product(sku="TS-1")
    full = a_csv(tmp_path / "a.csv", table({"sku": "TS-1", "erp_code": "S1", "on_hand": "5"}))
    bring_in(full, "stock", now=NOW)
    reserve([StockLine(product.pk, location.pk, 300, 1)], by=None, now=NOW)
    few = a_csv(tmp_path / "b.csv", table({"sku": "TS-1", "erp_code": "S1", "on_hand": "2"}))
    (report,) = bring_in(few, "stock", now=NOW + timedelta(hours=1))
    assert (report.fate, report.mistakes[0].column) == (Fate.REFUSED, "on_hand")


def test_a_count_of_an_earlier_instant_may_be_repeated(tmp_path: Path) -> None:
    a_location(erp_code="S1")
    a_product(sku="TS-1")
    path = a_csv(tmp_path / "a.csv", table({"sku": "TS-1", "erp_code": "S1", "on_hand": "5"}))
    kind = counted_as_of(NOW - timedelta(hours=3))
    assert fates(bring_in(path, kind)) == ["updated"]
    assert fates(bring_in(path, kind, now=NOW + timedelta(hours=1))) == ["unchanged"]
