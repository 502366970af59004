"""Tables for spreadsheets, as CSV and XLSX: written row by row as they are sent, and nothing in them is run.

A spreadsheet takes a CSV cell that begins with `=`, `+`, `-` or `@` for a formula, whoever wrote it; such a
text gets an apostrophe before it, and so does a part of it that another country's spreadsheet takes for a
cell. In XLSX a cell says itself that it is a text, which is left as it is.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from itertools import chain, count, islice
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from aktar.edge.renderers import JsonRenderer


class Figure(str):
    """A number written out as text; its sign begins no formula."""

    __slots__ = ()


Cell = int | str | None
Rows = Iterable[Sequence[Cell]]

# A sheet of Excel ends here, its headings included.
MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
"""Of a cell in Excel, as UTF-16 counts them; it "repairs" a workbook in which one has more."""
MOST_DIGITS = 15
"""Of a number in a spreadsheet; those after them become zeros."""
_ROWS_A_CHUNK = 500
# At the beginning of a text, and where a spreadsheet sees another cell begin in it: a Turkish Excel parts CSV
# at semicolons and, knowing no quotation mark in the middle of a cell, begins a row at every line break.
_FORMULA = re.compile(r"""(?:^|(?<=[;\r\n]))(?:(?=[ "']*[=+\-@＝＋－＠])|(?=[\t\r\n]))""")
_GUARDED = re.compile(r"""(?:^|(?<=[;\r\n]))'(?=[ "']*[=+\-@＝＋－＠])""")
# What XML cannot hold at all.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - the spreadsheet's own, which knows no time zones
_DAY = timedelta(days=1)


class Kind(Enum):
    """What a column holds."""

    NUMBER = "number"
    TEXT = "text"
    INSTANT = "instant"
    """`edge.shapes.Instant`; in XLSX a date that can be sorted and grouped, in UTC."""


class CellTooLong(Exception):
    """A text does not fit into a cell of a workbook; it says whose, and that CSV holds it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its heading."""

    heading: str
    kind: Kind


def csv_chunks(columns: Sequence[Column], rows: Rows) -> Iterator[bytes]:
    """CSV with commas and CRLF, in UTF-8 with the mark that tells Excel so."""
    text = io.StringIO()
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow([_harmless(column.heading) for column in columns])
    left = iter(rows)
    while part := list(islice(left, _ROWS_A_CHUNK)):
        writer.writerows([[_harmless(cell) if type(cell) is str else cell for cell in row] for row in part])
        yield _taken(text).encode()
    yield _taken(text).encode()


def xlsx_chunks(columns: Sequence[Column], rows: Rows, title: str) -> Iterator[bytes]:
    """An XLSX workbook; rows beyond the end of a sheet go to the next one. Raises CellTooLong on the way."""
    sink = _Sink()
    left = iter(rows)
    names = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        for number in count(1):
            part = list(islice(left, 1))
            if number > 1 and not part:
                break
            names.append(title if number == 1 else f"{title} {number}")
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as file:
                sheet = islice(chain(part, left), MOST_ROWS - 1)
                file.write(
                    _SHEET_START + _xml_row([Column("", Kind.TEXT)] * len(columns), _headings(columns))
                )
                while part := list(islice(sheet, _ROWS_A_CHUNK)):
                    file.write(b"".join([_xml_row(columns, row) for row in part]))
                    yield sink.taken()
                file.write(_SHEET_END)
        for name, content in _parts(names):
            archive.writestr(name, content)
    yield sink.taken()


@dataclass(frozen=True, slots=True)
class _Form:
    media_type: str
    extension: str
    chunks: Callable[[Sequence[Column], Rows, str], Iterator[bytes]]


_XLSX = _Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", xlsx_chunks)
_CSV = _Form("text/csv; charset=utf-8", "csv", lambda columns, rows, _title: csv_chunks(columns, rows))
FORMS: Mapping[str, _Form] = {"csv": _CSV, "xlsx": _XLSX, "xls": _XLSX}
"""By `format`; `xls` is what some clients call it."""


class CsvRenderer(JsonRenderer):
    """Offers CSV; the view writes it, and what is left to render are refusals, in JSON."""

    media_type = "text/csv"
    format = "csv"


class XlsxRenderer(JsonRenderer):
    """Offers XLSX, likewise."""

    media_type = _XLSX.media_type
    format = "xlsx"


class XlsRenderer(XlsxRenderer):
    """XLSX by the name of its forerunner."""

    format = "xls"


def sheet(
    format_: str, columns: Sequence[Column], rows: Rows, *, title: str, headers: Mapping[str, str]
) -> StreamingHttpResponse:
    """The answer that sends `rows` as they come, as a file called after `title`."""
    form = FORMS[format_]
    name = f'attachment; filename="{title}.{form.extension}"'
    return StreamingHttpResponse(
        form.chunks(columns, rows, title),
        content_type=form.media_type,
        headers={"Content-Disposition": name, **headers},
    )


class _Sink(io.RawIOBase):
    """Where the archive is written to, and from where it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since it was last asked for."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def _taken(text: io.StringIO) -> str:
    taken = text.getvalue()
    text.seek(0)
    text.truncate()
    return taken


def _harmless(text: str) -> str:
    return _FORMULA.sub("'", text)


def unguarded(text: str) -> str:
    """A text of a CSV file without the apostrophes that `csv_chunks` put before formulas in it."""
    return _GUARDED.sub("", text)


def _headings(columns: Sequence[Column]) -> list[Cell]:
    return [column.heading for column in columns]


def _xml_row(columns: Sequence[Column], row: Sequence[Cell]) -> bytes:
    cells = [_xml_cell(column.kind, cell) for column, cell in zip(columns, row, strict=True)]
    written = f"<row>{''.join(cells)}</row>".encode()
    if len(written) > MOST_CHARACTERS:
        _require_fitting(columns, row)
    return written


def _require_fitting(columns: Sequence[Column], row: Sequence[Cell]) -> None:
    """Refuse what would have to be cut off, for nobody would notice; raises CellTooLong."""
    for column, cell in zip(columns, row, strict=True):
        if isinstance(cell, str) and len(cell.encode("utf-16-le", "surrogatepass")) > 2 * MOST_CHARACTERS:
            sentence = _(
                "Row {row}, column {column}: the text has more than the {most:,} characters that a cell of a "
                "workbook holds. CSV holds it."
            )
            raise CellTooLong(sentence.format(row=row[0], column=column.heading, most=MOST_CHARACTERS))


def _xml_cell(kind: Kind, cell: Cell) -> str:
    if cell is None:
        return "<c/>"
    if kind is Kind.NUMBER and _fits_spreadsheet(cell):
        return f"<c><v>{cell}</v></c>"
    if kind is Kind.INSTANT:
        days = (datetime.fromisoformat(str(cell)[:-1]) - _EPOCH) / _DAY
        return f'<c s="1"><v>{days!r}</v></c>'
    text = escape(_UNWRITABLE.sub("\ufffd", str(cell)))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _fits_spreadsheet(number: int | str) -> bool:
    """Whether a spreadsheet would keep each digit of a number; as a text it keeps any."""
    text = str(number)
    return len(text) <= MOST_DIGITS or sum(map(str.isdigit, text)) <= MOST_DIGITS


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# How many sheets there will be is not known when this is sent: what is not named below is a sheet.
_TYPES = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Default Extension="xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
)
_SHEET_START = (
    f'{_XML}<worksheet xmlns="{_SPREADSHEET}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<cols><col min="1" max="64" width="20" customWidth="1"/></cols><sheetData>'
).encode()
_SHEET_END = b"</sheetData></worksheet>"
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_SPREADSHEET}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf xfId="0" numFmtId="164" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def _parts(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What a workbook is made of beside its sheets."""
    numbered = list(enumerate(names, start=1))
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    listed = "".join(f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in numbered)
    yield (
        "xl/workbook.xml",
        f'{_XML}<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
    )
    sheets = [("worksheet", f"worksheets/sheet{n}.xml") for n, _name in numbered]
    yield "xl/_rels/workbook.xml.rels", _relations([*sheets, ("styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'
