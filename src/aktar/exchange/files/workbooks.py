"""XLSX workbooks, read row by row within bounds: a small file may unfold to more than a machine holds."""

import warnings
import zlib
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from aktar.edge.sheets import MOST_DIGITS
from aktar.exchange.files.sheets import sheets_of, too_big
from aktar.exchange.rules import LONGEST_CELL, FileRefused, Source, SourceRow, shown

MOST_PARTS = 2_000
BIGGEST_SHEET = 512 * 2**20
"""Bytes that a sheet may unfold to; it is read as a stream."""
MOST_UNFOLDED = 250
"""Times its size that a workbook may unfold to; those of a spreadsheet, and ours, come to 10 to 150."""
SMALL = 16 * 2**20
"""Bytes that any workbook may unfold to."""
_HEAD = 64 * 2**10
"""Bytes of a part in which its first element begins."""
_LONGEST_NUMBER = 30
_LONGEST_TITLE = 31
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
            _require_small(parts)
            for part in parts:
                with archive.open(part) as content:
                    _require_plain(content.read(_HEAD))
    except _BROKEN as error:
        raise _unreadable(error) from None


def _require_small(parts: Collection[ZipInfo]) -> None:
    if any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in parts):
        raise FileRefused(
            _("The workbook is packed as no spreadsheet packs it. Save it anew, or as CSV UTF-8.")
        )
    # The reader never unfolds more of a part than it declares here.
    if any(part.file_size > BIGGEST_SHEET for part in parts):
        raise too_big(BIGGEST_SHEET)
    unfolded, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if unfolded > max(SMALL, MOST_UNFOLDED * packed):
        sentence = _(
            "The workbook unfolds to more than {most} times its size, as no table does. Save it as CSV UTF-8."
        )
        raise FileRefused(sentence.format(most=MOST_UNFOLDED))


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
            sheets = sheets_of(file)
        headings: list[str] = []
        for sheet in sheets:
            prefix = f"{shown(sheet.title[:_LONGEST_TITLE])}:" if headings else ""
            rows = sheet.rows(prefix)
            own = _headings(rows, prefix)
            if not headings:
                headings = own
                if not headings:
                    return
                yield SourceRow("1", headings)
            elif own != headings:
                continue
            for number, values in rows:
                place = f"{prefix}{number}"
                cells = [_text(value, place) for value in values]
                while len(cells) > len(headings) and not cells[-1]:
                    cells.pop()
                if any(cells):
                    yield SourceRow(place, cells + [""] * (len(headings) - len(cells)))
    except _BROKEN as error:
        raise _unreadable(error) from None


def _headings(rows: Iterator[tuple[int, list[Any]]], prefix: str) -> list[str]:
    """What stands in a sheet's first row, if there is anything."""
    number, values = next(rows, (0, []))
    headings = [_text(value, f"{prefix}1").lower() for value in values] if number == 1 else []
    while headings and not headings[-1]:
        headings.pop()
    return headings


def _text(value: Any, place: str) -> str:
    """A cell as the text that a CSV file would have in its place. Raises FileRefused.

    A text that is too long is refused: one that a thousand cells share is in memory once here, but not in
    what becomes of them. So is a number of too many digits, whose last ones are not those that were written.
    """
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        sentence = _("Row {place}: a cell holds more than {most:,} characters.")
        raise FileRefused(sentence.format(place=place, most=LONGEST_CELL))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)) and not abs(value) < 10**MOST_DIGITS:
        sentence = _(
            "Row {place}: the number {value} has more than {most} digits, and a spreadsheet keeps no more of "
            "them. If it is a code, write it as a text."
        )
        number = f"{value:.20g}" if isinstance(value, float) else str(value)
        raise FileRefused(sentence.format(place=place, value=number[:_LONGEST_NUMBER], most=MOST_DIGITS))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{Decimal(f'{value:.{MOST_DIGITS}g}'):f}"
    if isinstance(value, datetime):
        # Instants in our own sheets are in UTC, for spreadsheets know no time zones.
        return value.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value).strip()


def _unreadable(error: Exception) -> FileRefused:
    why = shown(" ".join(str(error).split()))[:200] or type(error).__name__
    return FileRefused(_("The file cannot be read as a workbook: {why}").format(why=why))
