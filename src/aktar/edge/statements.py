"""Reads compiled once a process: the ORM writes the SQL, and each request only sends it.

Building a query of forty columns, or one of many conditions, costs Django more than answering it costs a
database.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

_PLACE = "IN (%s)"


class RowsOfIds:
    """The rows that `build` selects for some ids, as plain tuples in the columns of its `values_list`.

    `build` filters by exactly one list of ids and takes no other parameter; its columns are numbers and text,
    for what a driver gives is passed on as it is (SQLite gives 0 and 1 for booleans).
    """

    def __init__(self, build: Callable[[Sequence[int]], QuerySet[Any, Any]]) -> None:
        self._build = build
        self._sql: dict[str, str] = {}

    def of(self, ids: Sequence[int]) -> list[tuple[Any, ...]]:
        """The rows of these ids. One query, or none without ids."""
        if not ids:
            return []
        sql = self._sql.get(connection.vendor) or self._compile()
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                # One text for any number of ids, so that the server plans it once.
                cursor.execute(sql, [list(ids)])
            else:
                cursor.execute(sql.replace(_PLACE, f"IN ({', '.join(['%s'] * len(ids))})"), ids)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def _compile(self) -> str:
        sql, parameters = self._build([0]).query.sql_with_params()
        if sql.count(_PLACE) != 1 or parameters != (0,):
            raise ValueError(f"A read by ids has one list of ids and no other parameter: {sql}")
        if connection.vendor == "postgresql":
            sql = sql.replace(_PLACE, "= ANY(%s)")
        self._sql[connection.vendor] = sql
        return sql


def ids_of_slice(found: "QuerySet[Any]", *, offset: int, limit: int) -> list[int]:
    """The ids of `limit` rows from `offset` in the order of `found`. One query."""
    if found.query.where:
        return list(found.values_list("pk", flat=True)[offset : offset + limit])
    # All rows there are: nothing differs from request to request but where the slice lies.
    key = (connection.vendor, str(found.model._meta.db_table), tuple(found.query.order_by))
    if key not in _slices:
        sql, _none = found.values_list("pk", flat=True).query.sql_with_params()
        _slices[key] = f"{sql} LIMIT %s OFFSET %s"
    with connection.cursor() as cursor:
        cursor.execute(_slices[key], [limit, offset])
        return [id_ for (id_,) in cursor.fetchall()]


_slices: dict[tuple[str, str, tuple[Any, ...]], str] = {}


class Statement(NamedTuple):
    """SQL with its parameters, to be run or to stand within other SQL."""

    sql: str
    parameters: Sequence[Any]


class Compiled:
    """The rows that `build` selects for some values, numbers and texts, which it takes in their order.

    `build` is asked once, for values that stand for all others: it must make of any values the same query.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *marks: int | str) -> None:
        self._build = build
        self._marks = marks
        self._compiled: dict[str, tuple[str, list[Callable[[Sequence[Any]], Any]]]] = {}

    def for_values(self, *values: int | str) -> Statement:
        """The statement that selects the rows for these values. No query."""
        sql, parameters = self._compiled.get(connection.vendor) or self._compile()
        return Statement(sql, [parameter(values) for parameter in parameters])

    def _compile(self) -> tuple[str, list[Callable[[Sequence[Any]], Any]]]:
        sql, given = self._build(*self._marks).query.sql_with_params()
        compiled = sql, [self._parameter(value) for value in given]
        self._compiled[connection.vendor] = compiled
        return compiled

    def _parameter(self, given: Any) -> Callable[[Sequence[Any]], Any]:
        if not isinstance(given, bool) and given in self._marks:
            # Of the type that the ORM gave it: PostgreSQL plans anew for every other one.
            place, kind = self._marks.index(given), type(given)
            return lambda values: kind(values[place])
        return lambda _values: given
