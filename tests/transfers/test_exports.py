"""Tables of transfer orders: what they hold, what a spreadsheet must not run, how little memory they take."""

import csv
import io
import resource
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from aktar.places.models import StockLocation
from aktar.transfers.models import TransferOrder
from tests.factories import NOW, a_caller, a_location, a_transfer_order
from tests.transfers.crowd import a_crowd

pytestmark = pytest.mark.django_db

LIST = "/api/v1/oms/transfer_orders/"
BRIEF = f"{LIST}list-simple/"
STATM = Path("/proc/self/statm")
HEADINGS = [
    "ID",
    "Created (UTC)",
    "Modified (UTC)",
    "Number",
    "Target date (UTC)",
    "Invoice number",
    "Remote ID",
    "State ID",
    "State",
    "Source ID",
    "Source",
    "Source ERP code",
    "Destination ID",
    "Destination",
    "Destination ERP code",
    "Plan item",
]


def table(caller: Client, path: str, **headers: str) -> list[list[str]]:
    answer = caller.get(path, headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    content = answer.getvalue().decode()
    assert content.startswith("\ufeff")
    return list(csv.reader(io.StringIO(content.removeprefix("\ufeff"))))


def workbook(caller: Client, path: str) -> list[list[Any]]:
    answer = caller.get(path)
    assert answer.status_code == 200, answer.content
    sheet = load_workbook(io.BytesIO(answer.getvalue())).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("path", [LIST, BRIEF])
def test_csv_has_the_brief_lists_columns_and_names_beside_the_ids(caller: Client, path: str) -> None:
    order = a_transfer_order()
    headings, row = table(caller, f"{path}?format=csv")
    assert headings == HEADINGS
    brief = caller.get(BRIEF).json()["results"][0]
    names = {
        "state": [str(order.state_id), "Waiting"],
        "source": [str(order.source_id), order.source.name, order.source.erp_code],
        "destination": [str(order.destination_id), order.destination.name, order.destination.erp_code],
    }
    expected = [
        cell
        for name, value in brief.items()
        for cell in names.get(name, ["" if value is None else str(value)])
    ]
    assert row == expected


@pytest.mark.parametrize("form", ["xlsx", "xls"])
def test_xlsx_has_the_same_with_numbers_and_dates_as_such(caller: Client, form: str) -> None:
    order = a_transfer_order()
    TransferOrder.objects.update(
        plan_item=12, invoice_number="00012", created_date=NOW.replace(microsecond=0)
    )
    headings, row = workbook(caller, f"{BRIEF}?format={form}")
    assert headings == HEADINGS
    cells = dict(zip(headings, row, strict=True))
    assert (cells["ID"], cells["Plan item"], cells["Invoice number"]) == (order.pk, 12, "00012")
    assert cells["Created (UTC)"] == NOW.replace(microsecond=0, tzinfo=None)
    assert (cells["Remote ID"], cells["State"]) == (None, "Waiting")
    answer = caller.get(f"{BRIEF}?format={form}")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="transfer_orders.xlsx"'
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    answer.getvalue()


def test_headings_and_states_are_in_the_callers_language(caller: Client) -> None:
    a_transfer_order()
    headings, row = table(caller, f"{BRIEF}?format=csv", **{"Accept-Language": "tr-tr"})
    assert headings[:4] == ["ID", "Oluşturma (UTC)", "Değişiklik (UTC)", "Numara"]
    assert "Bekliyor" in row


EVIL = {
    "=1+1": "'=1+1",
    "+1": "'+1",
    "-1": "'-1",
    "@SUM(A1)": "'@SUM(A1)",
    "\t=1": "'\t=1",
    "\r=1": "'\r'=1",
    "\n=1": "'\n'=1",
    " =1": "' =1",
    "＝1": "'＝1",
    "a;=1;b; +1": "a;'=1;b;' +1",
    'a;"=1"': 'a;\'"=1"',
    "a\n=1": "a\n'=1",
    "a-1=b; c": "a-1=b; c",
    '=HYPERLINK("http://x")': '\'=HYPERLINK("http://x")',
    "=cmd|' /C x'!A0": "'=cmd|' /C x'!A0",
}


def test_a_spreadsheet_runs_nothing_that_somebody_wrote(caller: Client) -> None:
    order = a_transfer_order()
    for text, wanted in EVIL.items():
        TransferOrder.objects.filter(pk=order.pk).update(remote_id=text)
        StockLocation.objects.filter(pk=order.source_id).update(name=text)
        row = dict(zip(*table(caller, f"{BRIEF}?format=csv"), strict=True))
        # The reader of CSV makes one line break of each kind.
        assert (row["Remote ID"], row["Source"]) == (wanted, wanted)
        answer = caller.get(f"{BRIEF}?format=xlsx")
        sheet = load_workbook(io.BytesIO(answer.getvalue())).active
        assert sheet is not None
        cell = sheet["G2"]
        assert (cell.data_type, str(cell.value).strip()) == ("s", text.strip())


def test_what_xml_cannot_hold_does_not_break_the_workbook(caller: Client) -> None:
    a_transfer_order()
    TransferOrder.objects.update(remote_id="a\x0b<b>&\ufffe\"'")
    row = dict(zip(*workbook(caller, f"{BRIEF}?format=xlsx"), strict=True))
    assert row["Remote ID"] == "a\ufffd<b>&\ufffd\"'"


def test_a_table_is_paged_as_the_list_is_and_names_its_neighbours(caller: Client) -> None:
    made = [a_transfer_order().pk for _ in range(3)]
    here = f"http://testserver{BRIEF}?format=csv&limit=1"
    answer = caller.get(f"{BRIEF}?format=csv&limit=1&page=2")
    assert answer.headers["Link"] == f'<{here}&page=3>; rel="next", <{here}>; rel="prev"'
    answer.getvalue()
    assert [row[0] for row in table(caller, f"{BRIEF}?format=csv&limit=1&page=2")[1:]] == [str(made[1])]
    assert [row[0] for row in table(caller, f"{BRIEF}?format=csv&limit=1&cursor=")[1:]] == [str(made[2])]
    assert caller.get(f"{BRIEF}?format=csv&limit=1&page=4").status_code == 404


def test_everything_goes_into_one_table_if_asked_for(caller: Client) -> None:
    made = [a_transfer_order().pk for _ in range(25)]
    rows = table(caller, f"{BRIEF}?format=csv&limit=all&sort=id")[1:]
    assert [int(row[0]) for row in rows] == made
    assert len(workbook(caller, f"{BRIEF}?format=xlsx&limit=all&id__gt={made[4]}")) == 21
    assert table(caller, f"{BRIEF}?format=csv&limit=all&number=none") == [HEADINGS]
    for query, name in (
        ("limit=all", "limit"),
        ("format=csv&limit=all&page=1", "page"),
        ("format=csv&limit=all&cursor=", "cursor"),
    ):
        answer = caller.get(f"{BRIEF}?{query}")
        assert (answer.status_code, list(answer.json())) == (400, [name])
    for query in ("limit=all", "format=json&limit=all", "cursor=&limit=all"):
        assert caller.get(f"{BRIEF}?{query}").json() == {
            "limit": ["Only a table holds all at once; ask for it with format=csv or format=xlsx."]
        }


def test_a_table_shows_nobody_more_than_they_may_see() -> None:
    mine = a_location()
    order, _other = a_transfer_order(source=mine), a_transfer_order()
    rows = table(a_caller(locations=[mine]), f"{BRIEF}?format=csv&limit=all")
    assert [row[0] for row in rows[1:]] == [str(order.pk)]


@pytest.mark.parametrize("form", ["csv", "xlsx", "xls"])
def test_a_refusal_is_json_whatever_was_asked_for(caller: Client, client: Client, form: str) -> None:
    for answer, status in (
        (client.get(f"{BRIEF}?format={form}"), 401),
        (caller.get(f"{BRIEF}?format={form}&state=x"), 400),
        (caller.get(f"{BRIEF}?format={form}&page=99"), 404),
        (caller.delete(f"{BRIEF}?format={form}"), 405),
    ):
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/json")
        assert answer.json()


def test_only_lists_of_transfer_orders_are_tables(caller: Client) -> None:
    order = a_transfer_order()
    assert caller.get(f"{LIST}{order.pk}/?format=csv").status_code == 406
    answer = caller.get(BRIEF, headers={"Accept": "text/csv"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    answer.getvalue()


@pytest.mark.usefixtures("unchecked")
@pytest.mark.skipif(not STATM.exists(), reason="Only Linux tells how much memory is resident.")
def test_a_hundred_thousand_rows_take_little_memory(caller: Client) -> None:
    a_crowd(100_000)
    table(caller, f"{BRIEF}?format=csv")
    for form in ("csv", "xlsx"):
        before = resident()
        answer = caller.get(f"{BRIEF}?format={form}&limit=all")
        assert isinstance(answer, StreamingHttpResponse)
        sent, grown = 0, 0
        for part in answer:
            sent += len(part)
            grown = max(grown, resident() - before)
        assert sent > 3_000_000
        # The rows themselves would be a hundred megabytes of Python.
        assert grown < 30 * 2**20, form


def test_a_table_of_everything_costs_a_query_a_thousand_rows(caller: Client) -> None:
    _orders = a_transfer_order(), a_transfer_order()
    table(caller, f"{BRIEF}?format=csv")
    with CaptureQueriesContext(connection) as captured:
        assert len(table(caller, f"{BRIEF}?format=csv&limit=all")) == 3
    # 1 token, 2 reference version, 3 ids, 4 the rows.
    assert len(captured) == 4


def resident() -> int:
    """Bytes of memory that this process occupies."""
    return int(STATM.read_text().split()[1]) * resource.getpagesize()
