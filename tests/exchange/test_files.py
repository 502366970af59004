"""Files as spreadsheets and other systems write them, and files that are none."""

import csv
import io
import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest
from openpyxl import Workbook

from aktar.edge.sheets import Column, Figure, Kind, csv_chunks, unguarded
from aktar.exchange.files import delimited, read_file, sheets, workbooks
from aktar.exchange.kinds import kind_of
from aktar.exchange.records import Mistake, records
from aktar.exchange.rules import FileRefused, Source, SourceRow
from tests.exchange.tables import a_csv, a_workbook, read

AT_HALF_PAST = datetime(2026, 11, 2, 9, 30)  # noqa: DTZ001 - a spreadsheet's
ROWS = [["sku", "name", "barcode"], ["TS-1", "İğneli Şal, “çok; güzel”", "0869"], ["TS-2", "Kuşak", ""]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_is_read_in_each_of_its_dialects(tmp_path: Path, delimiter: str, encoding: str) -> None:
    source = read(a_csv(tmp_path / "a.csv", ROWS, delimiter=delimiter, encoding=encoding))
    assert source.headings == ROWS[0]
    assert [(row.place, list(row.cells)) for row in source.rows] == [("2", ROWS[1]), ("3", ROWS[2])]


def test_turkish_files_of_another_encoding_are_read_when_it_is_said(tmp_path: Path) -> None:
    path = a_csv(tmp_path / "a.csv", [["sku", "name"], ["TS-1", "Işıltılı Şal"]], encoding="windows-1254")
    with pytest.raises(FileRefused, match=re.escape("--encoding windows-1254")):
        list(read(path).rows)
    assert [row.cells[1] for row in read(path, encoding="windows-1254").rows] == ["Işıltılı Şal"]
    with pytest.raises(FileRefused, match="no encoding"):
        read(path, encoding="klingon")


def test_rows_that_say_nothing_are_passed_over_and_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('sku,name\n\n,\nTS-1,"two\nlines",,\nTS-2\n')
    assert list(read(path).rows) == [SourceRow("4", ["TS-1", "two\nlines"]), SourceRow("5", ["TS-2"])]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b'sku,name\nTS-1,"open', "Line"),
        (b'sku,name\nTS-1,"a"b\n', "Line 2"),
        (b"sku,name\nTS-1," + b"a" * 200_000, "Line 2"),
        (b"sku\n\xff\n", "UTF-8"),
        ("sku,name\n".encode("utf-16"), "UTF-8"),
    ],
)
def test_what_is_no_csv_is_refused_with_its_place(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused, match=said):
        list(read(path).rows)


def test_cells_of_a_workbook_read_as_those_of_a_csv_file_would(tmp_path: Path) -> None:
    cells = [869, 12.5, 0.1 + 0.2, 1e14, True, AT_HALF_PAST, " şal ", "=1+1", None, "'=x"]
    path = a_workbook(tmp_path / "a.xlsx", [[f"h{place}" for place in range(10)], cells])
    (row,) = read(path).rows
    assert row.place == "2"
    # A formula that no spreadsheet has worked out yet came to nothing.
    assert list(row.cells) == [
        "869", "12.5", "0.3", "100000000000000", "true", "2026-11-02T09:30:00Z", "şal", "", "", "'=x",
    ]  # fmt: skip


def test_sheets_that_go_on_are_read_on_and_others_are_not(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["sku", "name"])
    book.active.append(["TS-1", "A"])
    book.create_sheet("notes").append(["whatever"])
    more = book.create_sheet("products 2")
    more.append(["SKU", "Name"])
    more.append(["TS-2", "B"])
    book.save(tmp_path / "a.xlsx")
    assert [row.place for row in read(tmp_path / "a.xlsx").rows] == ["2", "products 2:2"]


SHARED = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/'
    b'vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)


def _repacked(path: Path, **parts: bytes) -> Path:
    """A workbook with some of its parts replaced, or with more of them."""
    book = a_workbook(path.with_name("sound.xlsx"), ROWS)
    shared = SHARED if "sharedStrings_xml" in parts else b""
    with ZipFile(book) as sound, ZipFile(path, "w", ZIP_DEFLATED) as other:
        for name in sound.namelist():
            content = parts.pop(name.rsplit("/", 1)[-1].replace(".", "_"), sound.read(name))
            if name == "[Content_Types].xml":
                content = content.replace(b"</Types>", shared + b"</Types>")
            other.writestr(name, content)
        for name, content in parts.items():
            other.writestr(f"xl/{name.replace('_', '.')}", content)
    return path


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = f'<worksheet xmlns="{MAIN}"><sheetData>{{}}</sheetData></worksheet>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def _with_entities(entities: str, cell: str) -> bytes:
    return f"<!DOCTYPE x [{entities}]>{SHEET.format(f'<row><c><v>{cell}</v></c></row>')}".encode()


@pytest.mark.parametrize(
    "parts",
    [
        {"sheet1_xml": b"<worksheet"},
        {"sheet1_xml": b""},
        {"workbook_xml": b"<workbook/>"},
        {"sheet1_xml": _with_entities(f'<!ENTITY l0 "lol">{LAUGHS}', "&l9;")},
        {"sheet1_xml": _with_entities('<!ENTITY e SYSTEM "file:///etc/passwd">', "&e;")},
        {"sheet1_xml": SHEET.format('<row r="2"><c r="A2" t="s"><v>99</v></c></row>').encode()},
        {"sheet1_xml": SHEET.format('<row r="x"><c r="A2"><v>1</v></c></row>').encode()},
        {"sheet1_xml": SHEET.format('<row r="1"><c r="A1" t="d"><v>soon</v></c></row>').encode()},
    ],
)  # fmt: skip
def test_a_broken_workbook_is_refused_in_a_sentence(tmp_path: Path, parts: dict[str, bytes]) -> None:
    with pytest.raises(FileRefused):
        list(read(_repacked(tmp_path / "a.xlsx", **parts)).rows)


@pytest.mark.parametrize("method", [ZIP_LZMA, ZIP_BZIP2])
def test_a_workbook_packed_as_no_spreadsheet_does_is_refused_before_it_is_unfolded(
    tmp_path: Path, method: int
) -> None:
    path = tmp_path / "a.xlsx"
    with ZipFile(path, "w", method) as archive:
        archive.writestr("xl/workbook.xml", os.urandom(1000))
    content = bytearray(path.read_bytes())
    content[60:100] = b"\xff" * 40
    path.write_bytes(content)
    with pytest.raises(FileRefused, match="packed as no spreadsheet packs it"):
        read(path)


def test_names_of_sheets_are_harmless_to_a_terminal(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["sku"])
    for title, cell in (("\u202egnp\x9b", "TS-1"), ("\u202e" + "x" * 100, 10**16)):
        sheet = book.create_sheet()
        sheet._WorkbookChild__title = title
        sheet.append(["sku"])
        sheet.append([cell])
    book.save(tmp_path / "a.xlsx")
    with read_file(tmp_path / "a.xlsx", known=["sku"], encoding="utf-8") as source:
        assert next(source.rows).place == r"\u202egnp\x9b:2"
        with pytest.raises(FileRefused, match=rf"^Row \\u202e{'x' * 30}:2: the number 1000"):
            next(source.rows)


def test_a_file_that_only_begins_as_a_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04 and nothing more")
    with pytest.raises(FileRefused, match="workbook"):
        read(path)


def test_a_workbook_that_unfolds_to_too_much_is_refused_before_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "BIGGEST_SHEET", 2**20)
    monkeypatch.setattr(sheets, "BIGGEST_PART", 2**18)
    for name, size in (
        ("sheet1_xml", 2**20 + 1),
        ("styles_xml", 2**18 + 1),
        ("sharedStrings_xml", 2**18 + 1),
    ):
        path = _repacked(tmp_path / f"{name}.xlsx", **{name: b"<a>" + b" " * size})
        assert path.stat().st_size < 20_000
        with pytest.raises(FileRefused, match="unfolds"):
            read(path)


def test_entities_of_a_workbook_are_not_unfolded_at_all(tmp_path: Path) -> None:
    # Few enough that the XML parser itself would let them pass.
    sheet = _with_entities(f'<!ENTITY l0 "1">{LAUGHS}', "&l3;")
    for name, content in (
        ("sheet", sheet),
        ("utf_16", sheet.decode().encode("utf-16")),
        ("late", b"<!--" + b"x" * 100_000 + b"-->" + sheet),
    ):
        with pytest.raises(FileRefused, match="no spreadsheet does"):
            list(read(_repacked(tmp_path / f"{name}.xlsx", sheet1_xml=content)).rows)


def test_a_text_longer_than_a_csv_cell_may_be_is_refused_before_it_is_copied(tmp_path: Path) -> None:
    cell = f'<c t="inlineStr"><is><t>{"x" * 200_000}</t></is></c>'
    for place, rows in (
        ("1", f"<row>{cell}</row>"),
        ("2", f'<row><c t="inlineStr"><is><t>sku</t></is></c></row><row>{cell}</row>'),
    ):
        path = _repacked(tmp_path / f"{place}.xlsx", sheet1_xml=SHEET.format(rows).encode())
        with pytest.raises(FileRefused, match=f"Row {place}: a cell holds more than 131,072 characters"):
            list(read(path).rows)


@pytest.mark.parametrize("endless", [",", '","\n', '","\r\n'])
def test_a_row_without_an_end_is_not_read_to_it(tmp_path: Path, endless: str) -> None:
    path = tmp_path / "a.csv"
    times = delimited.LONGEST_ROW // len(endless) + 1
    path.write_bytes(b'sku,name\nTS-1,A\nTS-2,"\n' + endless.encode() * times)
    with pytest.raises(FileRefused, match="The row that begins in line 3 is longer than 4,194,304 charac"):
        list(read(path).rows)


def test_rows_may_be_longer_together_than_one_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "LONGEST_ROW", 20)
    path = tmp_path / "a.csv"
    path.write_text("sku,name\n" + 'TS-1,"two\nlines"\n' * 9)
    assert [row.place for row in read(path).rows] == [str(number) for number in range(2, 11)]


def test_a_heading_that_comes_over_and_over_is_refused_at_once() -> None:
    with pytest.raises(FileRefused, match="The column sku comes twice"):
        records(kind_of("products"), Source(["sku"] * 300_000, iter(())))


HEADING = '<row r="1"><c r="A1" t="inlineStr"><is><t>sku</t></is></c></row>'


def _a_sheet(path: Path, rows: str) -> Path:
    """A workbook whose sheet has these rows below the heading."""
    return _repacked(path, sheet1_xml=SHEET.format(HEADING + rows).encode())


def test_a_cell_far_out_is_beyond_the_headings_and_refuses_its_row(tmp_path: Path) -> None:
    rows = '<row r="2"><c r="XFD2"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c><c/></row>'
    source = read(_a_sheet(tmp_path / "a.xlsx", rows))
    found = [(row.place, [cell for cell in row.cells if cell], len(row.cells)) for row in source.rows]
    assert found == [("2", ["1"], 16_384), ("1048576", ["1"], 1)]
    (refused, _) = records(kind_of("products"), read(tmp_path / "a.xlsx"))
    assert refused.mistakes == [Mistake("", "The row has 16384 cells and the heading 1.")]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('<row r="1000000"/><row r="5"/><row r="2"/>', "Row 5 cannot stand below row 1000000"),
        ('<row r="2"/><row r="2"/>', "Row 2 cannot stand below row 2"),
        ('<row r="1"/>', "Row 1 cannot stand below row 1"),
        ('<row r="99999999999999"/>', "Row 99999999999999 cannot stand"),
        ('<row r="1048577"/>', "Row 1048577 cannot stand"),
        ('<row r="1048576"/><row/>', "Row 1048577 cannot stand"),
        ('<row r="-5"/>', "Row -5 cannot stand"),
        ('<row r="x\u0085"/>', r"Row x\\x85 cannot stand"),
        ('<row r="2"><c r="B2"/><c r="A2"/></row>', "Row 2: its cells are not in their order"),
        ('<row r="2"><c r="A2"/><c r="A2"/></row>', "Row 2: its cells are not in their order"),
        ('<row r="2"><c r="XFE2"/></row>', "Row 2: its cells are not in their order"),
        ('<row r="2"><c r="XFD2"/><c/></row>', "Row 2: its cells are not in their order"),
        ('<row r="2"><c r="2"/></row>', "Row 2: its cells are not in their order"),
    ],
)
def test_a_sheet_whose_rows_or_cells_are_not_in_order_is_refused(
    tmp_path: Path, rows: str, said: str
) -> None:
    with pytest.raises(FileRefused, match=said):
        list(read(_a_sheet(tmp_path / "a.xlsx", rows)).rows)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("<c><v>nan</v></c>", "Row 7: a cell cannot be read; it holds nan."),
        ("<c><v>1_000</v></c>", "Row 7: a cell cannot be read; it holds 1_000."),
        ("<c><v>٣</v></c>", "Row 7: a cell cannot be read; it holds ٣."),
        ('<c t="b"><v>maybe</v></c>', "Row 7: a cell cannot be read; it holds maybe."),
        ('<c t="s"><v>99</v></c>', "Row 7: a cell cannot be read; it holds 99."),
        (
            "<c><v>12345678901234567890</v></c>",
            "Row 7: the number 12345678901234567890 has more than 15 digits",
        ),
        ("<c><v>1.2345678901234567E+19</v></c>", "Row 7: the number 1234567890123456[0-9]+ has more than 15"),
        ("<c><v>-1000000000000000</v></c>", "Row 7: the number -1000000000000000 has more than 15 digits"),
        ("<c><v>1e999</v></c>", "Row 7: a cell cannot be read; it holds 1e999."),
    ],
)
def test_a_cell_that_is_not_what_it_says_is_refused_by_its_row(tmp_path: Path, cell: str, said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        list(read(_a_sheet(tmp_path / "a.xlsx", f'<row r="7">{cell}</row>')).rows)


def test_a_number_of_fifteen_digits_is_read_as_it_stands(tmp_path: Path) -> None:
    rows = "".join(f"<row><c><v>{number}</v></c></row>" for number in (999999999999999, "-1E2", " 5 "))
    assert [list(row.cells) for row in read(_a_sheet(tmp_path / "a.xlsx", rows)).rows] == [
        ["999999999999999"], ["-100"], ["5"],
    ]  # fmt: skip


def test_texts_that_cells_share_are_read_in_all_their_forms(tmp_path: Path) -> None:
    texts = "<si><t>sku</t></si><si><t> şal </t></si><si><r><t>rich</t></r><r><t> text</t></r></si><si/>"
    rows = "".join(f'<row><c t="s"><v>{number}</v></c></row>' for number in range(4))
    path = _repacked(
        tmp_path / "a.xlsx",
        sheet1_xml=SHEET.format(rows).encode(),
        sharedStrings_xml=f'<sst xmlns="{MAIN}">{texts}</sst>'.encode(),
    )
    source = read(path)
    assert (source.headings, [list(row.cells) for row in source.rows]) == (["sku"], [["şal"], ["rich text"]])


def test_what_unfolds_as_no_table_does_is_refused_before_it_does(tmp_path: Path) -> None:
    path = _a_sheet(tmp_path / "a.xlsx", '<row r="2"/>' * 2 * 2**20)
    assert path.stat().st_size < 100_000
    with pytest.raises(FileRefused, match="more than 250 times its size"):
        read(path)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (
            {"sheet1_xml": SHEET.format(f"{HEADING}<row>{'<c/>' * 800_000}")},
            "What follows row 1 of the sheet",
        ),
        (
            {"sheet1_xml": SHEET.format(f"{HEADING}<!--{'x' * 3_000_000}-->")},
            "What follows row 1 of the sheet",
        ),
        ({"sheet1_xml": f'<worksheet xmlns="{MAIN}">{"<a/>" * 800_000}'}, "What follows row 0 of the sheet"),
        (
            {"styles_xml": f'<styleSheet xmlns="{MAIN}">{"<xf/>" * 300_001}'},
            "xl/styles.xml in the workbook holds",
        ),
        ({"sharedStrings_xml": f'<sst xmlns="{MAIN}">{"<si/>" * 1_001}'}, "more than 1,000 texts"),
        ({"sharedStrings_xml": f'<sst xmlns="{MAIN}"><si><t>{"x" * 3_000_000}'}, "longer than a cell can be"),
    ],
)
def test_what_would_be_held_in_memory_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: dict[str, str], said: str
) -> None:
    monkeypatch.setattr(sheets, "MOST_TEXTS", 1_000)
    path = _repacked(tmp_path / "a.xlsx", **{name: content.encode() for name, content in parts.items()})
    with pytest.raises(FileRefused, match=said):
        list(read(path).rows)


@pytest.mark.parametrize(
    "text", ["=1+1", "'=1", "''=1", "+90", "-x;=2", "@x", '"=x"', "plain", "it's = x", "＝x"]
)
def test_an_apostrophe_before_a_formula_is_taken_off_again(text: str) -> None:
    assert unguarded(_cell(text)) == text


def _cell(text: Any) -> str:
    content = b"".join(csv_chunks([Column("h", Kind.TEXT)], [[text]])).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))[1][0]


def test_a_figure_keeps_its_sign() -> None:
    assert (_cell(Figure("-5.00")), _cell("-5.00")) == ("-5.00", "'-5.00")
