"""Columns of tables: where a cell belongs in what is told, how it is read, how a value is written in it.

A cell is read to what the API takes in its place, and one that cannot be read is passed on as it is: the
field that it is for says what is wrong with it, in the same words as there.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aktar.edge.json_parser import decode
from aktar.edge.rules import decimal_text, degrees_text, duration_text, folded
from aktar.edge.shapes import instant_text
from aktar.edge.sheets import Cell, Figure, Kind

LEFT_ALONE = object()
"""What an empty cell says of a field that cannot be empty: nothing."""

_TRUE = frozenset(map(folded, ("true", "yes", "1", "evet", "doğru")))
_FALSE = frozenset(map(folded, ("false", "no", "0", "hayır", "yanlış")))
_WHOLE = re.compile(r"-?[0-9]{1,19}(?:[.,]0{1,8})?", re.ASCII)
_WITH_COMMA = re.compile(r"-?[0-9]+,[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and the path of its field in a document such as the API takes.

    `empty` is what an empty cell says. A column without `read` is only shown; what is in it is passed over.
    """

    name: str
    path: tuple[str, ...]
    read: Callable[[str], Any] | None
    write: Callable[[Any], Cell]
    empty: Any = LEFT_ALONE
    kind: Kind = Kind.TEXT


def text(name: str, *path: str, empty: Any = LEFT_ALONE) -> Column:
    """A column of texts."""
    return Column(name, path or (name,), str, _or_nothing(str), empty)


def boolean(name: str) -> Column:
    """A column of truths: true and false, yes and no, 1 and 0, in English or Turkish."""
    return Column(name, (name,), _boolean, _or_nothing(lambda value: "true" if value else "false"))


def whole(name: str, *, empty: Any = LEFT_ALONE) -> Column:
    """A column of whole numbers."""
    return Column(name, (name,), _whole, _or_nothing(int), empty, Kind.NUMBER)


def degrees(name: str, *path: str) -> Column:
    """A column of coordinates; kept in 1e-8 degrees."""
    return Column(
        name, path, decimal, _or_nothing(lambda value: Figure(degrees_text(value))), None, Kind.NUMBER
    )


def amount(name: str, *path: str, empty: Any = LEFT_ALONE) -> Column:
    """A column of decimals; kept in hundredths."""
    return Column(name, path or (name,), decimal, _figure, empty, Kind.NUMBER)


def shown_amount(name: str) -> Column:
    """A column of decimals that is for the reader alone."""
    return Column(name, (name,), None, _figure, kind=Kind.NUMBER)


def duration(name: str) -> Column:
    """A column of durations, as `3 00:00:00`."""
    return Column(name, (name,), str, _or_nothing(duration_text))


def instant(name: str) -> Column:
    """A column of instants; texts in a sheet too, for a spreadsheet's own dates round them."""
    return Column(name, (name,), _instant, _or_nothing(instant_text), None)


def document(name: str) -> Column:
    """A column of JSON documents."""
    return Column(name, (name,), _document, _or_nothing(_json))


def listing(name: str) -> Column:
    """A column of texts without spaces in them, parted by such."""
    return Column(name, (name,), str.split, _or_nothing(" ".join), ())


def decimal(cell: str) -> str:
    """A decimal as the API writes it; a spreadsheet of Turkish or German habits has a comma in it."""
    return cell.replace(",", ".") if _WITH_COMMA.fullmatch(cell) else cell


def shown(column: Column | None, value: Any) -> str:
    """A value of a difference as a cell would show it, and whatever belongs to no column as it is."""
    if value is None or isinstance(value, str):
        return value or ""
    if column is not None:
        return str(column.write(value))
    return _WRITERS.get(type(value), str)(value)


def _or_nothing(write: Callable[[Any], Cell]) -> Callable[[Any], Cell]:
    return lambda value: None if value is None else write(value)


def _figure(hundredths: int | None) -> Cell:
    return None if hundredths is None else Figure(decimal_text(hundredths))


def _boolean(cell: str) -> Any:
    known = folded(cell)
    return True if known in _TRUE else False if known in _FALSE else cell


def _whole(cell: str) -> Any:
    return int(re.split("[.,]", cell)[0]) if _WHOLE.fullmatch(cell) else cell


def _instant(cell: str) -> str:
    # An instant without an offset is one that a spreadsheet has changed; ours are in UTC.
    return cell if cell.endswith(("Z", "z")) or re.search(r"[+-]\d\d:\d\d$", cell) else f"{cell}Z"


def _document(cell: str) -> Any:
    return decode(cell.encode())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_WRITERS: Mapping[type, Callable[[Any], str]] = {
    dict: _json,
    list: _json,
    timedelta: duration_text,
    datetime: instant_text,
}
