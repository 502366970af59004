"""What was exported can be brought in again as it is, in both forms, and is safe to open."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from aktar.catalog.models import Product
from aktar.exchange import queries
from aktar.exchange.kinds import KINDS
from aktar.stock.models import StockKeeping, StockLevel
from aktar.transfers.models import CargoCompany
from tests.exchange.tables import bring_in, exported, try_out
from tests.factories import NOW, a_caller, a_location, a_product
from tests.walk.scene import footprint

pytestmark = pytest.mark.django_db

FORMULA = '=HYPERLINK("http://evil.example";"çık")'


def _a_house() -> None:
    location = a_location(erp_code="+S1", name=FORMULA, tags=["a;=b"], conf={"x": None}, engine=2**53 + 1)
    address = location.address
    address.longitude, address.latitude, address.line = -1, -9000000000, "@home; =1"
    address.district = None
    address.save()
    a_location(target_packing_interval=timedelta(hours=5), email="a@example.com", is_active=False)
    product = a_product(sku="-TS-1", name="'=x", barcode="00869")
    a_product(omnitron_id=-5, remote_modified_date=None)
    CargoCompany.objects.create(erp_code="YK", name="Yurtiçi", shipping_company="yurtici")
    StockKeeping.objects.create(stock_location=location, created_at=NOW)
    StockLevel.objects.create(product=product, stock_location=location, on_hand=1250, modified_at=NOW)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"orders"}))
def test_an_export_comes_in_again_without_a_difference(tmp_path: Path, kind: str, form: str) -> None:
    _a_house()
    path = exported(tmp_path / f"a.{form}", kind, form)
    reports = try_out(path, kind)
    assert reports
    assert {str(report.fate) for report in reports} == {"unchanged"}, reports
    before = footprint()
    bring_in(path, kind)
    changed = {name for name, rows in footprint().items() if rows != before[name]}
    # A count is news even where it finds what was thought to be there.
    assert changed <= ({"stock.StockLevel"} if kind == "stock" else set())


def test_blanks_around_what_the_api_took_make_no_difference(tmp_path: Path) -> None:
    images = [" https://img.example.com/1.jpg", "https://img.example.com/2 .jpg"]
    product = {"sku": " lead", "name": "trail ", "base_code": "\u00a0nb", "barcode": "\u3000w\u3000"}
    path = "/api/v1/oms/products/bulk/"
    rows = [product | {"images": images[:1]}, {"sku": "\u00a0b ", "name": "B", "images": images}]
    answer = a_caller().post(path, {"products": rows}, "application/json").json()
    assert [(row["key"], row["status"]) for row in answer["results"]] == [
        ("lead", "created"),
        ("b", "refused"),
    ]
    assert answer["results"][1]["errors"] == {"images": {"1": ["Give an address without blanks."]}}
    made = Product.objects.get()
    assert (made.sku, made.name, made.base_code, made.barcode) == ("lead", "trail", "nb", "w")
    (report,) = try_out(exported(tmp_path / "a.csv", "products"), "products")
    assert str(report.fate) == "unchanged", report


def test_nothing_in_an_exported_file_is_run(tmp_path: Path) -> None:
    _a_house()
    text = exported(tmp_path / "a.csv", "locations").read_text(encoding="utf-8-sig")
    assert '"\'=HYPERLINK(""http://evil.example"";""çık"")"' in text
    assert "'+S1" in text
    assert ",-0.00000001,-90.00000000," in text
    book = load_workbook(exported(tmp_path / "a.xlsx", "locations", "xlsx"))
    cells = {cell.data_type for row in book.active.iter_rows(min_row=2) for cell in row}
    assert cells <= {"s", "n", "inlineStr"}


def test_an_empty_table_has_its_headings(tmp_path: Path) -> None:
    for kind in KINDS.values():
        path = exported(tmp_path / "a.csv", kind.name)
        assert path.read_text(encoding="utf-8-sig").strip() == ",".join(each.name for each in kind.columns)
        assert try_out(path, kind) == []


def test_a_table_is_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Product.objects.bulk_create(
        Product(sku=f"TS-{n}", name="A", base_code="A", created_date=NOW, modified_date=NOW)
        for n in range(25)
    )
    monkeypatch.setattr(queries, "MOST_AT_ONCE", 10)
    monkeypatch.setattr("aktar.exchange.kinds.products.MOST_AT_ONCE", 10)
    with CaptureQueriesContext(connection) as asked:
        path = exported(tmp_path / "a.csv", "products")
    assert len(asked) == 6
    assert len(path.read_text().splitlines()) == 26
