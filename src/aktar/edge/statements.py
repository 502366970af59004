"""Wide reads compiled once a process: the ORM writes the SQL, and each request only sends it.

Building a query of forty columns costs Django more than a database needs to answer it.
"""

from collections.abc import Callable, Sequence
from typing import Any

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
