"""What is true of tables from outside whatever the file: rows, their places, and why one cannot be read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST_CELL = 131_072
"""Characters; Python's reader of CSV takes no longer ones either."""


class FileRefused(Exception):
    """A file cannot be read as a table, or not further; its text says why, and what helps."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row as it stands in a file; `place` is what a spreadsheet calls it, the heading being row 1."""

    place: str
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Source:
    """A table that is being read: its headings, and the rows below that say anything."""

    headings: Sequence[str]
    rows: Iterator[SourceRow]


def shown(value: str) -> str:
    """A text from outside, harmless to a terminal: what cannot be printed is written as its code."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in value)
