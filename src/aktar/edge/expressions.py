"""Database expressions that give a column as the text the API answers with, so that Python parses nothing."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, TextField
from django.db.models.functions import Cast
from django.db.models.sql.compiler import SQLCompiler


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


def document_text(column: str) -> Cast:
    """A `DocumentField` column as its JSON text, undecoded."""
    return Cast(column, TextField())
