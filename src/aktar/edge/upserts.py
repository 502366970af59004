"""Rows told by a key, held against those that there are: what is new, what differs, and both written.

The number of statements does not grow with the rows, and a row in which nothing differs is not touched.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection, models
from django.utils.duration import duration_microseconds
from django.utils.translation import gettext as _

from aktar.edge.expressions import Among
from aktar.edge.fields import DocumentField
from aktar.edge.given import GivenRows
from aktar.edge.inserting import sqlite_instant

Row = dict[str, Any]
"""Values by column (`address_id`, not `address`)."""
Errors = Mapping[str, Any]
"""What is wrong, by field: lists of sentences, or the same again for what lies inside."""


class Fate(StrEnum):
    """What became of a row that was told."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Told:
    """A row as it was told: its key, the values of the fields it names, and what is wrong with it already.

    Of a row that is wrong `values` are those that are right, so that one answer can say all that is wrong.
    """

    key: str | None
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Errors = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is another one now; a row that is new differs from nothing, which is None."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one told row; `id` is that of the row that is there now."""

    key: str | None
    fate: Fate
    id: int | None = None
    differences: tuple[Difference, ...] = ()
    errors: Errors = field(default_factory=dict)


def refused(told: Told, errors: Errors) -> Verdict:
    """The verdict on a row that cannot be taken."""
    return Verdict(told.key, Fate.REFUSED, errors=errors)


def with_errors(errors: Errors, further: Errors) -> Errors:
    """Both; of a field that is wrong already only what is wrong inside of it elsewhere."""
    found = dict(errors)
    for name, value in further.items():
        there = found.get(name)
        if there is None:
            found[name] = value
        elif isinstance(there, Mapping) and isinstance(value, Mapping):
            found[name] = with_errors(there, value)
    return found


def told_twice(rows: Sequence[Told], *, name: str) -> list[Told]:
    """The same rows, but those whose key an earlier one has are wrong in the key's field, `name`.

    Their values say nothing any more: what they would lack the earlier one may bring.
    """
    seen: set[str] = set()
    found = []
    for row in rows:
        if row.key is not None and row.key in seen:
            row = Told(row.key, errors={**row.errors, name: [_("An earlier row has the same.")]})
        elif row.key is not None:
            seen.add(row.key)
        found.append(row)
    return found


def held(
    queryset: "models.QuerySet[Any]", *, key: str, keys: Iterable[Any], columns: Collection[str]
) -> dict[Any, Row]:
    """The rows of these keys with their ids, locked until the transaction ends. Two queries."""
    wanted = queryset.filter(**{f"{key}__in": set(keys)}).order_by(key)
    ids = list(wanted.select_for_update(no_key=True).values_list("pk", flat=True))
    names = ("id", key, *columns)
    rows = queryset.filter(Among("pk", ids)).values_list(*names)
    return {row[1]: dict(zip(names, row, strict=True)) for row in rows}


def differences(told: Mapping[str, Any], held: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The fields in which a told row differs from the one that is there (an empty one, if none is)."""
    return tuple(
        Difference(name, held.get(name), value)
        for name, value in told.items()
        if name not in held or not _same(value, held[name])
    )


def upsert(model: type[models.Model], rows: Sequence[Row], *, key: str) -> dict[str, int]:
    """Write rows of the same columns, new ones and ones whose key is there; their ids by key. One statement.

    Raises IntegrityError and DataError as Django does.
    """
    if not rows:
        return {}
    fields = {each.attname: each for each in model._meta.concrete_fields}
    told = [fields[name] for name in rows[0]]
    given = GivenRows({f"column_{place}": _kind(each) for place, each in enumerate(told)})
    ordered = sorted(rows, key=lambda row: str(row[key]))
    values = [[_written(each, row[each.attname]) for each in told] for row in ordered]
    quote = connection.ops.quote_name
    columns = [quote(str(each.column)) for each in told]
    unique = quote(str(fields[key].column))
    renewed = ", ".join(f"{column} = excluded.{column}" for column in columns if column != unique)
    with connection.cursor() as cursor:
        # `WHERE true`, for SQLite would take ON CONFLICT for the condition of a join.
        cursor.execute(
            f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns)}) "  # noqa: S608 - our own names
            f"SELECT {', '.join(given.columns)} FROM {given.table()} WHERE true "
            f"ON CONFLICT ({unique}) DO UPDATE SET {renewed} RETURNING {unique}, id",
            given.parameters(values),
        )
        return dict(cursor.fetchall())


def plain(errors: Any) -> Any:
    """Errors with sentences that are plain texts in the language of the moment."""
    if isinstance(errors, Mapping):
        return {str(name): plain(value) for name, value in errors.items()}
    if isinstance(errors, (list, tuple)):
        return [plain(value) for value in errors]
    return str(errors)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, (dict, list)):
        # Another order of keys is another document.
        return json.dumps(one) == json.dumps(other)
    return bool(one == other)


def _kind(column: "models.Field[Any, Any]") -> str:
    # A cast to varchar(100) would cut silently what the table refuses.
    return (
        "text"
        if isinstance(column, (models.CharField, models.TextField))
        else str(column.db_type(connection))
    )


def _written(column: "models.Field[Any, Any]", value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column, DocumentField):
        return column.get_prep_value(value)
    if connection.vendor == "sqlite":
        return _SQLITE.get(type(value), _itself)(value)
    return value


def _itself(value: Any) -> Any:
    return value


_SQLITE: Mapping[type, Callable[[Any], Any]] = {
    bool: int,
    datetime: sqlite_instant,
    timedelta: duration_microseconds,
}
