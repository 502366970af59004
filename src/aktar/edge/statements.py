"""Reads compiled once a process: the ORM writes the SQL, and each request only sends it.

Building a query of forty columns, or one of many conditions, costs Django more than answering it costs a
database.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet

Parameter = Callable[[Sequence[Any]], Any]
"""One parameter of a compiled statement, made of the values that it is to be run for."""

_PLACE = "IN (%s)"


class RowsOfIds:
    """The rows that `build` selects for some ids, as plain tuples in the columns of its `values_list`.

    `build` is asked once, for an id and for `marks` that stand for the values it filters by besides: it must
    make of any the same query, with exactly one list of ids. Its columns are numbers and text, for what a
    driver gives is passed on as it is (SQLite gives 0 and 1 for booleans).
    Raises ValueError, when it is first used, where the query is not so.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *marks: int | str) -> None:
        self._build = build
        self._marks = marks
        self._compiled: dict[str, tuple[str, int, list[Parameter]]] = {}

    def of(self, ids: Sequence[int], *values: int | str) -> list[tuple[Any, ...]]:
        """The rows of these ids, and of the values that are marked. One query, or none without ids."""
        if not ids:
            return []
        sql, place, others = self._compiled.get(connection.vendor) or self._compile()
        among: Sequence[Any]
        if connection.vendor != "postgresql":
            sql, among = sql.replace(_PLACE, f"IN ({', '.join(['%s'] * len(ids))})"), ids
        elif len(ids) == 1:
            # For one, a plan for any is as good as its own, and so the server keeps it.
            sql = sql.replace(_PLACE, "= %s")
            among = [connection.ops.adapt_integerfield_value(ids[0], "BigIntegerField")]
        else:
            # One text for any number of ids, so that the server plans it once.
            sql, among = sql.replace(_PLACE, "= ANY(%s::bigint[])"), [array(ids)]
        parameters = [parameter(values) for parameter in others]
        parameters[place:place] = among
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def _compile(self) -> tuple[str, int, list[Parameter]]:
        sql, given = self._build([0], *self._marks).query.sql_with_params()
        place = sql.partition(_PLACE)[0].count("%s")
        if sql.count(_PLACE) != 1 or given[place] != 0:
            raise ValueError(f"A read by ids has one list of ids: {sql}")
        others = _parameters(self._marks, given[:place] + given[place + 1 :])
        self._compiled[connection.vendor] = sql, place, others
        return sql, place, others


def array(numbers: Iterable[int | None]) -> str:
    """Integers as one parameter of PostgreSQL, to be cast: by their size the driver gives lists other types.

    The server plans a statement anew for each of them.
    """
    return f"{{{','.join('NULL' if number is None else str(number) for number in numbers)}}}"


class Versions:
    """The versions of a model's rows: a table with a column `version`."""

    def __init__(self, model: type[Model]) -> None:
        self._model = model
        self._rows = RowsOfIds(
            lambda ids: model._default_manager.filter(pk__in=ids).values_list("id", "version")
        )

    def of(self, ids: Sequence[int]) -> dict[int, int]:
        """By id, in the order of `ids`; of those that are there. One query, or none without ids."""
        found = dict(self._rows.of(ids))
        return {id_: found[id_] for id_ in ids if id_ in found}

    def of_slice(self, found: "QuerySet[Any]", *, offset: int, limit: int) -> dict[int, int]:
        """By id, of `limit` rows from `offset` in the order of `found`. One query.

        It is sorted by columns of its own.
        """
        return dict(_slice(found, ("pk", "version"), offset=offset, limit=limit))


def ids_of_slice(found: "QuerySet[Any]", *, offset: int, limit: int) -> list[int]:
    """The ids of `limit` rows from `offset` in the order of `found`. One query."""
    return [row[0] for row in _slice(found, ("pk",), offset=offset, limit=limit)]


Columns = tuple[str, ...]


def _slice(found: "QuerySet[Any]", columns: Columns, *, offset: int, limit: int) -> list[tuple[Any, ...]]:
    if found.query.where:
        try:
            page, given = found.values_list("pk")[offset : offset + limit].query.sql_with_params()
        except EmptyResultSet:
            return []
        sql, parameters = _page_first(found, columns, page), list(given)
    else:
        sql, parameters = _slice_of_all(found, columns, offset=offset, limit=limit)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _slice_of_all(
    found: "QuerySet[Any]", columns: Columns, *, offset: int, limit: int
) -> tuple[str, list[int]]:
    # Of all rows there are, nothing differs from request to request but where the slice lies. The limit
    # stands in the text, for a database that does not know how much it is asked for expects a tenth of all.
    key = (columns, str(found.model._meta.db_table), tuple(found.query.order_by), limit, bool(offset))
    if key not in _slices:
        # Where none are skipped, each row is looked up once.
        sql, _none = found.values_list(*(("pk",) if offset else columns)).query.sql_with_params()
        sql += f" LIMIT {limit}"
        _slices[key] = _page_first(found, columns, f"{sql} OFFSET %s") if offset else sql
    return _slices[key], [offset] if offset else []


_slices: dict[tuple[Columns, str, tuple[Any, ...], int, bool], str] = {}


def _page_first(found: "QuerySet[Any]", columns: Columns, page: str) -> str:
    """The columns of the rows whose ids `page` selects: rows that it skips are then skipped on an index."""
    if columns == ("pk",):
        return page
    table = connection.ops.quote_name(found.model._meta.db_table)
    order = page[page.rindex(" ORDER BY ") : page.rindex(" LIMIT ")]
    rows = f"({page}) page JOIN {table} ON {table}.id = page.pk"
    return f"SELECT {table}.id, {table}.version FROM {rows} {order}"  # noqa: S608 - a table of ours


class Statement(NamedTuple):
    """SQL with its parameters, to be run or to stand within other SQL."""

    sql: str
    parameters: Sequence[Any]


class Compiled:
    """The rows that `build` selects for some values, numbers and texts, which it takes in their order.

    `build` is asked once, for values that stand for all others: it must make of any values the same query.
    Raises ValueError, when it is first used, where the query does not use them all.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *marks: int | str) -> None:
        self._build = build
        self._marks = marks
        self._compiled: dict[str, tuple[str, list[Parameter]]] = {}

    def for_values(self, *values: int | str) -> Statement:
        """The statement that selects the rows for these values. No query."""
        sql, parameters = self._compiled.get(connection.vendor) or self._compile()
        return Statement(sql, [parameter(values) for parameter in parameters])

    def _compile(self) -> tuple[str, list[Parameter]]:
        sql, given = self._build(*self._marks).query.sql_with_params()
        compiled = sql, _parameters(self._marks, given)
        self._compiled[connection.vendor] = compiled
        return compiled


def _parameters(marks: Sequence[int | str], given: Sequence[Any]) -> list[Parameter]:
    if not {*marks} <= {*given}:
        raise ValueError(f"A query that is compiled filters by all of its values: {marks}, {given}")
    return [_parameter(marks, one) for one in given]


def _parameter(marks: Sequence[int | str], given: Any) -> Parameter:
    if not isinstance(given, bool) and given in marks:
        # Of the type that the ORM gave it: PostgreSQL plans anew for every other one.
        place, kind = marks.index(given), type(given)
        return lambda values: kind(values[place])
    return lambda _values: given
