"""Database expressions: columns as the texts of answers, texts as searches compare them, keysets."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, DateTimeField, Expression, Func, TextField, Transform
from django.db.models.functions import Cast
from django.db.models.sql.compiler import SQLCompiler

from aktar.edge.fields import BoundedCharField
from aktar.edge.rules import PLAIN, TURKISH


class InstantText(Func):
    """A timestamp column as `edge.shapes.Instant`: UTC, six digits of a second, `Z`."""

    arity = 1
    output_field = TextField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        template = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
        return self.as_sql(compiler, connection, template=template, **context)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        # Django writes a datetime without its fraction when that is zero.
        template = "substr(replace(%(expressions)s, ' ', 'T') || '.000000', 1, 26) || 'Z'"
        return self.as_sql(compiler, connection, template=template, **context)


class Clock(Func):
    """The database's own clock, `seconds` from now: machines whose clocks disagree agree on this one."""

    arity = 0
    output_field = DateTimeField()

    def __init__(self, *, seconds: float = 0) -> None:
        super().__init__()
        self.seconds = float(seconds)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        return "(statement_timestamp() + %s * interval '1 second')", (self.seconds,)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        # As Django writes an instant, so that the two compare as text.
        return "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', %s)", (f"{self.seconds:+.3f} seconds",)


class IsAmong(Func):
    """Whether a column is one of some numbers, which stand in the SQL's text.

    SQLite uses a partial index only for a condition that it can read there.
    """

    arity = 1
    output_field = BooleanField()

    def __init__(self, column: str | Expression, *, numbers: Sequence[int] = ()) -> None:
        listed = ", ".join(str(int(number)) for number in numbers)
        super().__init__(column, template=f"%(expressions)s IN ({listed})")


class Among(Func):
    """Whether an integer column is one of `values`: one text of a statement, however many they are.

    `__in` writes a parameter for each, and every number of them is parsed and planned as a new statement.
    """

    arity = 1
    output_field = BooleanField()

    def __init__(self, column: str, values: Iterable[int]) -> None:
        super().__init__(column)
        self.values = list(values)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        sql, params = compiler.compile(self.source_expressions[0])
        return f"{sql} = ANY(%s::bigint[])", (*params, self.values)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        sql, params = compiler.compile(self.source_expressions[0])
        listed = "(SELECT value FROM json_each(%s))"
        return f"{sql} IN {listed}", (*params, json.dumps(self.values))


class Folded(Transform):
    """A text column as `edge.rules.folded` writes it, byte by byte comparable; as a lookup, `…__folded`.

    It is plain SQL with every letter written out, so that an index on it serves each query that uses it.
    """

    lookup_name = "folded"
    output_field = TextField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        template = f"""lower(translate(%(expressions)s, '{TURKISH}', '{PLAIN}') COLLATE "C")"""
        return self.as_sql(compiler, connection, template=template, **context)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        template = "%(expressions)s"
        for turkish, plain in zip(TURKISH, PLAIN, strict=True):
            template = f"replace({template}, '{turkish}', '{plain}')"
        return self.as_sql(compiler, connection, template=f"lower({template})", **context)


BoundedCharField.register_lookup(Folded)


def beyond(columns: Sequence[str], values: Sequence[Expression], *, is_descending: bool) -> Func:
    """Whether a row's columns come after (or, `is_descending`, before) `values`, compared as one."""

    def row(*parts: str | Expression) -> Func:
        return Func(*parts, template="(%(expressions)s)", output_field=BooleanField())

    sign = " < " if is_descending else " > "
    return Func(
        row(*columns), row(*values), template="%(expressions)s", arg_joiner=sign, output_field=BooleanField()
    )


def document_text(column: str) -> Cast:
    """A `DocumentField` column as its JSON text, undecoded."""
    return Cast(column, TextField())
