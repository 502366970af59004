"""CSV files as spreadsheets and other systems write them: parted by comma, semicolon or tab, row by row."""

import csv
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from aktar.edge.sheets import unguarded
from aktar.exchange.rules import FileRefused, Source, SourceRow

_DELIMITERS = ",;\t"
_LONGEST_HEADING = 65_536
LONGEST_ROW = 4 * 2**20
"""Characters; a longer one is no table, and what is read of it is held in memory."""


def opened(path: Path, *, encoding: str) -> TextIO:
    """A CSV file, to be read. Raises FileRefused for an encoding that there is not, and OSError."""
    try:
        return path.open(encoding=encoding, errors="strict", newline="")
    except LookupError:
        raise FileRefused(_("There is no encoding {name}.").format(name=encoding)) from None


def read_delimited(lines: TextIO, *, known: Collection[str]) -> Source:
    """The table in a CSV file; its delimiter is the one that parts most of the `known` headings.

    An apostrophe that keeps a text from being a formula is taken off again. Raises FileRefused.
    """
    rows = _rows(lines, _delimiter(lines, known))
    first = next(rows, None)
    if first is None:
        raise FileRefused(_("The file is empty."))
    return Source([_heading(cell) for cell in first.cells], _below(rows, len(first.cells)))


def _delimiter(file: TextIO, known: Collection[str]) -> str:
    try:
        line = file.readline(_LONGEST_HEADING)
    except UnicodeError:
        raise _wrong_encoding(file) from None
    file.seek(0)

    def parted(delimiter: str) -> int:
        return sum(_heading(cell.strip('"\r\n')) in known for cell in line.split(delimiter))

    return max(_DELIMITERS, key=parted)


def _rows(file: TextIO, delimiter: str) -> Iterator[SourceRow]:
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        lines.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except UnicodeError:
            raise _wrong_encoding(file) from None
        except csv.Error as error:
            sentence = _("Line {line} cannot be read as CSV: {why}.")
            raise FileRefused(sentence.format(line=reader.line_num, why=error)) from None
        number += 1
        yield SourceRow(str(number), [unguarded(cell).strip() for cell in cells])


class _Lines:
    """The lines of a file, as long as each row ends before LONGEST_ROW is over.

    A row goes on over many lines where a quotation mark is left open.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._read = 0
        self._first = 1
        self._characters = 0

    def begin_row(self) -> None:
        """A row begins with the next line."""
        self._first = self._read + 1
        self._characters = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(LONGEST_ROW)
        self._read += 1
        self._characters += len(line)
        if self._characters >= LONGEST_ROW:
            sentence = _(
                "The row that begins in line {line} is longer than {most:,} characters. Is this a CSV file?"
            )
            raise FileRefused(sentence.format(line=self._first, most=LONGEST_ROW))
        if not line:
            raise StopIteration
        return line


def _below(rows: Iterator[SourceRow], width: int) -> Iterator[SourceRow]:
    """The rows that say anything; what lies beyond the headings is kept, if it is not empty."""
    for row in rows:
        if any(row.cells):
            cells = list(row.cells)
            while len(cells) > width and not cells[-1]:
                cells.pop()
            yield SourceRow(row.place, cells)


def _heading(cell: str) -> str:
    return cell.strip().lstrip("\ufeff").strip().lower()


def _wrong_encoding(file: TextIO) -> FileRefused:
    sentence = _(
        "The file is not in {encoding}. Save it as CSV UTF-8, or say its encoding: --encoding windows-1254."
    )
    return FileRefused(sentence.format(encoding=str(file.encoding).removesuffix("-sig").upper()))
