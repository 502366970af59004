"""Rows that go into a statement as one parameter a column: however many they are, its text is the same."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func
from django.db.models.sql.compiler import SQLCompiler

from aktar.edge.shapes import encode
from aktar.edge.statements import array


class GivenRows:
    """A table of a statement, `given`, whose columns are named with their PostgreSQL types."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self.columns = columns

    def table(self) -> str:
        """What stands after FROM or JOIN."""
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{kind}[]" for kind in self.columns.values())
            return f"unnest({arrays}) AS given ({', '.join(self.columns)})"
        cells = ", ".join(
            f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(self.columns)
        )
        return f"(SELECT {cells} FROM json_each(%s)) AS given"  # noqa: S608 - names in the code

    def parameters(self, rows: Iterable[Sequence[Any]]) -> list[Any]:
        """The parameters of `table`: rows in the order of the columns, of numbers (integers), texts or None.

        What else a driver knows may be in columns of its type.
        """
        listed = list(rows)
        if connection.vendor == "postgresql":
            columns = [[row[place] for row in listed] for place in range(len(self.columns))]
            return [
                array(column) if kind in ("bigint", "integer") else column
                for column, kind in zip(columns, self.columns.values(), strict=True)
            ]
        return [encode(listed).decode()]


class AmongPairs(Func):
    """Whether two integer columns together are one of `pairs`, in one text of a statement, as `Among`."""

    arity = 2
    output_field = BooleanField()

    def __init__(self, first: str, second: str, pairs: Iterable[tuple[int, int]]) -> None:
        super().__init__(first, second)
        self.pairs = list(pairs)

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *_: Any, **context: Any
    ) -> tuple[str, Any]:
        rows = GivenRows({"first": "bigint", "second": "bigint"})
        columns, before = zip(*map(compiler.compile, self.source_expressions), strict=True)
        listed = f"SELECT given.first, given.second FROM {rows.table()}"  # noqa: S608 - our own names
        return f"({', '.join(columns)}) IN ({listed})", (
            *chain(*before),
            *rows.parameters(self.pairs),
        )
