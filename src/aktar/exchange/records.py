"""From the rows of a file to documents such as the API takes, each with its place and its mistakes."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError

from aktar.exchange.columns import LEFT_ALONE, Column
from aktar.exchange.files import read_file
from aktar.exchange.kinds import Kind
from aktar.exchange.rules import FileRefused, Source, SourceRow, shown

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MOST_NAMED = 10
MOST_LINES = 1000
"""Of one record; with more of them the whole of it is refused."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a column of a record, which is empty where it is about the whole.

    `place` is the row where it is another one than the record's first.
    """

    column: str
    sentence: str
    place: str = ""


@dataclass(slots=True)
class Record:
    """A thing in a file, as the API would take it; `names` say which one it is, `places` are its rows."""

    places: list[str]
    names: tuple[str, ...]
    document: dict[str, Any] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def place(self) -> str:
        """The first row."""
        return self.places[0]

    @property
    def key(self) -> str:
        """The names as they are shown; two of other names may look the same."""
        return " ".join(self.names)


@contextmanager
def records_of(kind: Kind, path: Path, *, encoding: str) -> Iterator[Iterator[Record]]:
    """The records of a file. Raises FileRefused and OSError; so does reading on in them.

    Where a thing has several rows the file is read twice: before the first row of a thing is taken over, it
    must be known that no other one stands apart from it.
    """
    known = {column.name for column in kind.columns}
    scattered: Collection[bytes] = ()
    if kind.lines is not None:
        with read_file(path, known=known, encoding=encoding) as source:
            scattered = _scattered(kind, source)
    with read_file(path, known=known, encoding=encoding) as source:
        yield records(kind, source, scattered=scattered)


def records(kind: Kind, source: Source, *, scattered: Collection[bytes] = ()) -> Iterator[Record]:
    """The records of a table. Raises FileRefused, at once where its headings are wrong.

    `scattered` are the digests of names that come again after others, in a table of several rows a thing.
    """
    return _records(kind, _columns(kind, source.headings), source, scattered)


def _records(
    kind: Kind, columns: Sequence[Column], source: Source, scattered: Collection[bytes]
) -> Iterator[Record]:
    seen: set[bytes] = set()
    rows = (_record(kind, columns, row) for row in source.rows)
    for record in rows if kind.lines is None else _joined(kind, kind.lines, rows):
        digest = _digest(record.names)
        if digest in scattered:
            sentence = _("The rows of one {key} must follow each other.").format(key=kind.key[0])
            record.mistakes.append(Mistake(kind.key[0], sentence))
        elif digest in seen:
            record.mistakes.append(Mistake(kind.key[0], _("An earlier row has the same.")))
        seen.add(digest)
        yield record


def _scattered(kind: Kind, source: Source) -> set[bytes]:
    """The digests of names whose rows do not all follow each other."""
    columns = _columns(kind, source.headings)
    seen: set[bytes] = set()
    scattered: set[bytes] = set()
    above: tuple[str, ...] = ()
    for row in source.rows:
        names = _names(kind, columns, row)
        if names != above and any(names):
            digest = _digest(names)
            (scattered if digest in seen else seen).add(digest)
        above = names
    return scattered


def _digest(names: tuple[str, ...]) -> bytes:
    """Instead of names, for a table may have a million rows; of what also says where each name ends."""
    return blake2b(repr(names).encode(), digest_size=16).digest()


def _joined(kind: Kind, lines: str, rows: Iterator[Record]) -> Iterator[Record]:
    """Rows of one key that follow each other as one record, whose lines they are.

    One row too many refuses the record, and those after it are passed over: what is kept of them is bounded.
    """
    record: Record | None = None
    for row in rows:
        line = row.document.pop(lines, {})
        if record is None or record.names != row.names or not row.key:
            if record is not None:
                yield record
            record = row
            record.document[lines] = [line]
        elif len(record.places) < MOST_LINES:
            record.places += row.places
            record.mistakes += [Mistake(each.column, each.sentence, row.place) for each in row.mistakes]
            record.mistakes += _disagreements(kind, record.document, row.document, row.place)
            record.document[lines].append(line)
        elif len(record.places) == MOST_LINES:
            record.places += row.places
            sentence = _("There are at most {most:,} rows of one {key}; nothing of it is taken over.")
            sentence = sentence.format(most=MOST_LINES, key=kind.key[0])
            record.mistakes.append(Mistake(kind.key[0], sentence, row.place))
    if record is not None:
        yield record


def _disagreements(
    kind: Kind, first: Mapping[str, Any], other: Mapping[str, Any], place: str, *path: str
) -> Iterator[Mistake]:
    """What a later row of a record says otherwise than the first one does."""
    for name, value in other.items():
        if isinstance(value, dict) and isinstance(first.get(name), dict):
            yield from _disagreements(kind, first[name], value, place, *path, name)
        elif value not in (None, "", first.get(name)):
            column = kind.column_at((*path, name))
            sentence = _("The first row of the same {key} says otherwise.").format(key=kind.key[0])
            yield Mistake(column.name if column else name, sentence, place)


def _columns(kind: Kind, headings: Sequence[str]) -> list[Column]:
    """The columns under these headings. Raises FileRefused."""
    known = {column.name: column for column in kind.columns}
    unknown = [shown(heading)[:100] or "(empty)" for heading in headings if heading not in known]
    if unknown:
        sentence = _("There are no columns {unknown}. Those of {kind} are {known}.")
        raise FileRefused(
            sentence.format(unknown=", ".join(unknown[:_MOST_NAMED]), kind=kind.name, known=", ".join(known))
        )
    twice = sorted(heading for heading, times in Counter(headings).items() if times > 1)
    if twice:
        raise FileRefused(_("The column {name} comes twice.").format(name=twice[0]))
    missing = [name for name in kind.key if name not in headings]
    if missing:
        raise FileRefused(_("The column {name} is missing.").format(name=missing[0]))
    return [known[heading] for heading in headings]


def _names(kind: Kind, columns: Sequence[Column], row: SourceRow) -> tuple[str, ...]:
    cells = dict(zip((column.name for column in columns), row.cells, strict=False))
    return tuple(cells.get(name, "") for name in kind.key)


def _record(kind: Kind, columns: Sequence[Column], row: SourceRow) -> Record:
    record = Record([row.place], _names(kind, columns, row))
    if len(row.cells) != len(columns):
        sentence = _("The row has {count} cells and the heading {wanted}.")
        record.mistakes.append(Mistake("", sentence.format(count=len(row.cells), wanted=len(columns))))
        return record
    for column, cell in zip(columns, row.cells, strict=True):
        _put(record, column, cell)
    return record


def _put(record: Record, column: Column, cell: str) -> None:
    """Read a cell to its place in the document."""
    if column.read is None:
        return
    if _UNSTORABLE.search(cell):
        record.mistakes.append(Mistake(column.name, _("The cell holds a NUL or half a character.")))
        return
    try:
        value = column.read(cell) if cell else column.empty
    except ParseError as error:
        record.mistakes.append(Mistake(column.name, str(error.detail)))
        return
    if value is LEFT_ALONE:
        return
    *outer, last = column.path
    inside = record.document
    for step in outer:
        inside = inside.setdefault(step, {})
    inside[last] = value


def mistakes(kind: Kind, record: Record, errors: Mapping[str, Any]) -> list[Mistake]:
    """The errors of a record's document, by the columns that its fields stand in."""
    return [_mistake(kind, record, path, sentence) for path, sentence in _sentences(errors, ())]


def _mistake(kind: Kind, record: Record, path: tuple[str, ...], sentence: str) -> Mistake:
    place = ""
    if path and path[0] == kind.lines and len(path) > 1 and path[1].isdecimal():
        line, path = int(path[1]), (path[0], *path[2:])
        place = record.places[line] if 0 < line < len(record.places) else ""
    column = kind.column_at(path) if path else None
    return Mistake(column.name if column else ".".join(path), sentence, place)


def _sentences(errors: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(errors, Mapping):
        for name, inner in errors.items():
            yield from _sentences(inner, path if name == "non_field_errors" else (*path, str(name)))
    elif isinstance(errors, (list, tuple)):
        for inner in errors:
            yield from _sentences(inner, path)
    else:
        yield path, str(errors)
