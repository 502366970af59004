"""XLSX workbooks, read row by row within bounds: a small file may unfold to more than a machine holds."""

import warnings
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from aktar.edge.sheets import MOST_ROWS
from aktar.exchange.rules import LONGEST_CELL, FileRefused, Source, SourceRow

MOST_PARTS = 2_000
BIGGEST_SHEET = 512 * 2**20
"""Bytes that a sheet may unfold to; it is read as a stream."""
BIGGEST_PART = 64 * 2**20
"""Bytes that anything else may unfold to, such as the texts that cells share: they are held in memory."""
MOST_COLUMNS = 200
_HEAD = 64 * 2**10
"""Bytes of a part in which its first element begins."""
_SIGNIFICANT_DIGITS = 15  # of a number in a spreadsheet
# What the reader raises for workbooks that are none: it trusts what it reads.
_BROKEN = (
    InvalidFileException,
    BadZipFile,
    ParseError,
    zlib.error,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
)


def read_workbook(file: BinaryIO) -> Source:
    """The table in a workbook's first sheet, and in those after it that have the same headings.

    Formulas count as what they came to when the workbook was saved. Raises FileRefused.
    """
    _require_bounded(file)
    rows = _rows(file)
    first = next(rows, None)
    if first is None:
        raise FileRefused(_("The workbook's first sheet is empty."))
    return Source(first.cells, rows)


def _require_bounded(file: BinaryIO) -> None:
    try:
        with ZipFile(file) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise FileRefused(_("The workbook has too many parts."))
            for part in parts:
                _require_small(part)
            for part in parts:
                with archive.open(part) as content:
                    _require_plain(content.read(_HEAD))
    except _BROKEN as error:
        raise _unreadable(error) from None


def _require_small(part: ZipInfo) -> None:
    # The reader never unfolds more of a part than it declares here.
    limit = BIGGEST_SHEET if part.filename.startswith("xl/worksheets/") else BIGGEST_PART
    if part.file_size > limit:
        sentence = _("The workbook unfolds to more than {limit} MB. Save it as CSV UTF-8, or in pieces.")
        raise FileRefused(sentence.format(limit=limit // 2**20))


def _require_plain(head: bytes) -> None:
    """Refuse entities of the file's own: each may unfold to others, a hundredfold of what the part holds.

    They are declared before the first element, and no spreadsheet writes any.
    """
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: found.append("declarations")
    parser.StartElementHandler = lambda *_: found.append("element")
    try:
        parser.Parse(head)
    except expat.ExpatError:
        pass  # a picture, or broken: the reader of workbooks says so, if it is one that it needs
    else:
        found = found or (["late"] if len(head) == _HEAD else [])
    if found and found[0] != "element":
        sentence = _("The workbook declares things of its own, as no spreadsheet does. Save it as CSV UTF-8.")
        raise FileRefused(sentence)


def _rows(file: BinaryIO) -> Iterator[SourceRow]:
    """The headings, and then every row that says anything."""
    try:
        with warnings.catch_warnings():
            # It warns of styles and extensions that it will not keep, and none are kept here.
            warnings.simplefilter("ignore")
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        headings: list[str] = []
        for sheet in book.worksheets:
            if headings and _headings(sheet) != headings:
                continue
            is_first, headings = not headings, headings or _headings(sheet)
            if not headings:
                return
            if is_first:
                yield SourceRow("1", headings)
            prefix = "" if is_first else f"{sheet.title}:"
            rows = sheet.iter_rows(min_row=2, max_row=MOST_ROWS, max_col=len(headings) + 1, values_only=True)
            for number, row in enumerate(rows, start=2):
                place = f"{prefix}{number}"
                cells = [_text(value, place) for value in row]
                while len(cells) > len(headings) and not cells[-1]:
                    cells.pop()
                if any(cells):
                    yield SourceRow(place, cells)
    except _BROKEN as error:
        raise _unreadable(error) from None


def _headings(sheet: Any) -> list[str]:
    # What a sheet says of its own size need not be true.
    sheet.reset_dimensions()
    for row in sheet.iter_rows(max_row=1, max_col=MOST_COLUMNS, values_only=True):
        headings = [_text(value, "1").lower() for value in row]
        while headings and not headings[-1]:
            headings.pop()
        return headings
    return []


def _text(value: Any, place: str) -> str:
    """A cell as the text that a CSV file would have in its place. Raises FileRefused where it is too long.

    A text that a thousand cells share is in memory once here, but not in what becomes of them.
    """
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        sentence = _("Row {place}: a cell holds more than {most:,} characters.")
        raise FileRefused(sentence.format(place=place, most=LONGEST_CELL))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{Decimal(f'{value:.{_SIGNIFICANT_DIGITS}g}'):f}"
    if isinstance(value, datetime):
        # Instants in our own sheets are in UTC, for spreadsheets know no time zones.
        return value.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value).strip()


def _unreadable(error: Exception) -> FileRefused:
    why = " ".join(str(error).split())[:200] or type(error).__name__
    return FileRefused(_("The file cannot be read as a workbook: {why}").format(why=why))
