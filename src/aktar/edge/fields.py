"""Column types that hold on SQLite as they do on PostgreSQL: bounded text, fixed-point numbers, JSON text."""

import json
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:  # Django's fields take type arguments in the stubs only
    _CharField = models.CharField[str, str]
    _BigIntegerField = models.BigIntegerField[int, int]
    _TextField = models.TextField[Any, Any]
else:
    _CharField = models.CharField
    _BigIntegerField = models.BigIntegerField
    _TextField = models.TextField


class BoundedCharField(_CharField):
    """Text whose `max_length` the database checks; SQLite alone would take any length."""

    def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
        return f"length({connection.ops.quote_name(str(self.column))}) <= {self.max_length}"


class HundredthsField(_BigIntegerField):
    """A quantity or an amount of money as a whole number of hundredths; `"1.00"` at the edge is 100 here."""


class DegreesField(_BigIntegerField):
    """A coordinate as a whole number of 1e-8 degrees; `"28.97817800"` at the edge is 2897817800 here."""


class DocumentField(_TextField):
    """A JSON document kept as compact text, so that its key order survives (jsonb would reorder it).

    Python sees the decoded document; `edge.expressions.DocumentText` reads the text undecoded.
    """

    def from_db_value(self, value: str | None, _expression: Any, _connection: BaseDatabaseWrapper) -> Any:
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
        column = connection.ops.quote_name(str(self.column))
        if connection.vendor == "postgresql":
            return f"({column}::json) IS NOT NULL"
        return f"json_valid({column})"
