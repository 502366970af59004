"""The sheets of a workbook as streams: one row is in memory at a time, beside the texts that cells share.

openpyxl reads the rest and every cell. Its own readers of sheets keep what they have read, and pass over rows
and cells that do not come in their order; here those are refused.
"""

import re
from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, iterparse
from zipfile import ZipFile

from django.utils.translation import gettext as _
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet._reader import CELL_TAG, DATA_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from aktar.edge.sheets import MOST_ROWS
from aktar.exchange.rules import FileRefused, shown

BIGGEST_PART = 64 * 2**20
"""Bytes that anything but a sheet may unfold to, such as the texts that cells share: it is held in memory."""
MOST_TAGS = 300_000
"""Of a part that becomes objects as a whole, such as the styles; Excel makes no more than 65,490 of those."""
MOST_TEXTS = 2_000_000
"""That cells share."""
LONGEST_ROW = 2 * 2**20
"""Bytes of a row, or of a text that cells share: until it ends, all of it is held in memory."""
_LAST_COLUMN = 16_384
_LONGEST_SHOWN = 50
_TEXT_TAG, _PLAIN_TAG = f"{{{SHEET_MAIN_NS}}}si", f"{{{SHEET_MAIN_NS}}}t"
# A number as spreadsheets write it, no longer than Python cares to read.
_NUMBER = re.compile(r"-?[0-9]{1,400}(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_BROKEN_CELL = (ValueError, LookupError, TypeError, AttributeError, OverflowError)


class Sheet:
    """A sheet of a workbook, whose rows can be read."""

    def __init__(self, title: str, *, part: str, reader: ExcelReader) -> None:
        self.title = title
        self._part = part
        self._reader = reader

    def rows(self, prefix: str) -> Iterator[tuple[int, list[Any]]]:
        """Each row with its number and its values, up to the last that there is.

        The prefix stands before the number where a row is refused. Raises FileRefused.
        """
        book, data, last = self._reader.wb, None, 0
        parser = WorkSheetParser(
            None,
            self._reader.shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        with self._reader.archive.open(self._part) as content:
            source = _Bounded(content, lambda: _endless(f"{prefix}{last}"))
            for event, element in source.elements():
                if element.tag == DATA_TAG:
                    if event == "end":
                        return
                    data = element
                elif element.tag == ROW_TAG and event == "end" and data is not None:
                    last = _number(element, above=last, prefix=prefix)
                    yield last, _values(element, parser, place=f"{prefix}{last}")
                    data.clear()
                    source.begin()


def sheets_of(file: BinaryIO) -> list[Sheet]:
    """The sheets of a workbook, in order. Raises FileRefused, and for what is none what openpyxl raises."""
    reader = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
    reader.archive = _Archive(file)
    reader.read_manifest()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    reader.shared_strings = _shared_texts(reader)
    return [
        Sheet(sheet.name, part=relation.target, reader=reader)
        for sheet, relation in reader.parser.find_sheets()
        if relation.target in reader.valid_files and "chartsheet" not in relation.Type
    ]


def too_big(limit: int) -> FileRefused:
    """The refusal of what unfolds to more than so many bytes."""
    sentence = _("The workbook unfolds to more than {limit} MB. Save it as CSV UTF-8, or in pieces.")
    return FileRefused(sentence.format(limit=limit // 2**20))


class _Archive(ZipFile):
    """An archive that gives no part as a whole of which openpyxl would make more than memory should hold."""

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:
        if self.getinfo(name).file_size > BIGGEST_PART:
            raise too_big(BIGGEST_PART)
        content = super().read(name, pwd)
        if content.count(b"<") > MOST_TAGS:
            sentence = _("{part} in the workbook holds more than any table needs. Save it as CSV UTF-8.")
            raise FileRefused(sentence.format(part=shown(str(name))[:_LONGEST_SHOWN]))
        return content


class _Bounded:
    """What is read of a part, as long as something in it begins anew before LONGEST_ROW is over."""

    def __init__(self, content: Any, refusal: Callable[[], FileRefused]) -> None:
        self._content = content
        self._refusal = refusal
        self._since = 0

    def read(self, size: int = -1) -> bytes:
        if self._since > LONGEST_ROW:
            raise self._refusal()
        found: bytes = self._content.read(size)
        self._since += len(found)
        return found

    def elements(self) -> Iterator[tuple[str, Element]]:
        """The elements in it, as they start and as they end."""
        # Declarations, which would unfold, have been refused.
        yield from iterparse(self, ("start", "end"))  # noqa: S314 - see above

    def begin(self) -> None:
        """Something begins."""
        self._since = 0


def _shared_texts(reader: ExcelReader) -> list[str]:
    found = reader.package.find(SHARED_STRINGS)
    if found is None:
        return []
    part = found.PartName[1:]
    if reader.archive.getinfo(part).file_size > BIGGEST_PART:
        raise too_big(BIGGEST_PART)
    texts: list[str] = []
    root = None
    with reader.archive.open(part) as content:
        source = _Bounded(content, lambda: _endless(""))
        for event, element in source.elements():
            if root is None:
                root = element
            elif event == "end" and element.tag == _TEXT_TAG:
                if len(texts) == MOST_TEXTS:
                    sentence = _("The workbook holds more than {most:,} texts. Save it as CSV UTF-8.")
                    raise FileRefused(sentence.format(most=MOST_TEXTS))
                texts.append(_text_of(element))
                root.clear()
                source.begin()
    return texts


def _text_of(element: Element) -> str:
    is_plain = len(element) == 1 and element[0].tag == _PLAIN_TAG
    text = (element[0].text or "") if is_plain else Text.from_tree(element).content
    # An underscore that something like an escape follows is escaped itself.
    return str(text).replace("x005F_", "")


def _number(row: Element, *, above: int, prefix: str) -> int:
    """The number of a row; raises FileRefused for one that is not below the row above."""
    said = row.get("r")
    if said is None:
        number = above + 1
    else:
        number = int(said) if said.isascii() and said.isdecimal() and len(said) <= len(str(MOST_ROWS)) else 0
    if not above < number <= MOST_ROWS:
        sentence = _(
            "Row {place} cannot stand below row {above}: rows go from 1 to {most:,} in their order. Save the "
            "workbook anew in a spreadsheet, or as CSV UTF-8."
        )
        place = f"{prefix}{shown(said or str(number))[:_LONGEST_SHOWN]}"
        raise FileRefused(sentence.format(place=place, above=above, most=MOST_ROWS))
    return number


def _values(row: Element, parser: WorkSheetParser, *, place: str) -> list[Any]:
    """The values of a row, each at its column. Raises FileRefused."""
    values: list[Any] = []
    column = 0
    for cell in row:
        if cell.tag != CELL_TAG:
            continue
        column = _column(cell, before=column, place=place)
        value = _value(cell, parser, place=place) if len(cell) else None
        if value is not None:
            values += [None] * (column - 1 - len(values))
            values.append(value)
    return values


def _column(cell: Element, *, before: int, place: str) -> int:
    said = cell.get("r")
    try:
        column: int = coordinate_to_tuple(said)[1] if said else before + 1
    except ValueError:
        column = 0
    if not before < column <= _LAST_COLUMN:
        sentence = _(
            "Row {place}: its cells are not in their order. Save the workbook anew in a spreadsheet, or as "
            "CSV UTF-8."
        )
        raise FileRefused(sentence.format(place=place))
    return column


def _value(cell: Element, parser: WorkSheetParser, *, place: str) -> Any:
    said = cell.findtext(VALUE_TAG) or ""
    try:
        if said and cell.get("t", "n") == "n":
            _require_number(said.strip())
        return parser.parse_cell(cell)["value"]
    except _BROKEN_CELL:
        sentence = _("Row {place}: a cell cannot be read; it holds {value}.")
        raise FileRefused(sentence.format(place=place, value=shown(said)[:_LONGEST_SHOWN])) from None


def _require_number(said: str) -> None:
    """Raise ValueError for what Python takes for a number and a spreadsheet does not write."""
    if not (_NUMBER.fullmatch(said) and isfinite(float(said))):
        raise ValueError


def _endless(place: str) -> FileRefused:
    """The refusal of what does not end, after a row or in the texts that cells share."""
    if place:
        sentence = _(
            "What follows row {place} of the sheet is longer than a row can be. Save it as CSV UTF-8."
        )
        return FileRefused(sentence.format(place=place))
    return FileRefused(_("A text in the workbook is longer than a cell can be. Save it as CSV UTF-8."))
