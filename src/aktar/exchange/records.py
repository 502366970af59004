"""From the rows of a file to documents such as the API takes, each with its place and its mistakes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError

from aktar.exchange.columns import LEFT_ALONE, Column
from aktar.exchange.kinds import Kind
from aktar.exchange.rules import FileRefused, Source, SourceRow, shown

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a column of a row; the column is empty where it is about the row."""

    column: str
    sentence: str


@dataclass(slots=True)
class Record:
    """A row of a file, as the API would take it; `key` says which thing it is about."""

    place: str
    key: str
    document: dict[str, Any] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


def records(kind: Kind, source: Source) -> Iterator[Record]:
    """The records of a file. Raises FileRefused, at once where its headings are wrong."""
    return _records(kind, _columns(kind, source.headings), source)


def _records(kind: Kind, columns: Sequence[Column], source: Source) -> Iterator[Record]:
    seen: set[bytes] = set()
    for row in source.rows:
        record = _record(kind, columns, row)
        # A digest, for a table may have a million rows.
        digest = blake2b(record.key.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if digest in seen:
            record.mistakes.append(Mistake(kind.key[0], _("An earlier row has the same.")))
        seen.add(digest)
        yield record


def _columns(kind: Kind, headings: Sequence[str]) -> list[Column]:
    """The columns under these headings. Raises FileRefused."""
    known = {column.name: column for column in kind.columns}
    unknown = [shown(heading)[:100] or "(empty)" for heading in headings if heading not in known]
    if unknown:
        sentence = _("There are no columns {unknown}. Those of {kind} are {known}.")
        raise FileRefused(
            sentence.format(unknown=", ".join(unknown[:_MOST_NAMED]), kind=kind.name, known=", ".join(known))
        )
    twice = sorted({heading for heading in headings if headings.count(heading) > 1})
    if twice:
        raise FileRefused(_("The column {name} comes twice.").format(name=twice[0]))
    missing = [name for name in kind.key if name not in headings]
    if missing:
        raise FileRefused(_("The column {name} is missing.").format(name=missing[0]))
    return [known[heading] for heading in headings]


def _record(kind: Kind, columns: Sequence[Column], row: SourceRow) -> Record:
    cells = dict(zip((column.name for column in columns), row.cells, strict=False))
    record = Record(row.place, " ".join(cells.get(name, "") for name in kind.key))
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


def mistakes(kind: Kind, errors: Mapping[str, Any]) -> list[Mistake]:
    """The errors of a document, by the columns that its fields stand in."""
    return list(_mistakes(kind, errors, ()))


def _mistakes(kind: Kind, errors: Any, path: tuple[str, ...]) -> Iterator[Mistake]:
    if isinstance(errors, Mapping):
        for name, inner in errors.items():
            yield from _mistakes(kind, inner, path if name == "non_field_errors" else (*path, str(name)))
    elif isinstance(errors, (list, tuple)):
        for inner in errors:
            yield from _mistakes(kind, inner, path)
    else:
        column = kind.column_at(path) if path else None
        yield Mistake(column.name if column else ".".join(path), str(errors))
