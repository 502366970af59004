"""Column types that hold on SQLite as they do on PostgreSQL: bounded text, fixed-point numbers, JSON text."""

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:  # to the type checker they are the Django fields whose Python side they keep
    BoundedCharField = models.CharField
    HundredthsField = models.BigIntegerField
    DegreesField = models.BigIntegerField
    DocumentField = models.JSONField
else:

    class BoundedCharField(models.CharField):
        """Text whose `max_length` the database checks; SQLite alone would take any length."""

        def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
            return f"length({connection.ops.quote_name(self.column)}) <= {self.max_length}"

    class HundredthsField(models.BigIntegerField):
        """A quantity or an amount of money as a whole number of hundredths; `"1.00"` outside is 100 here."""

        def formfield(self, **options: Any) -> Any:
            return _scaled_formfield(self, places=2, **options)

    class DegreesField(models.BigIntegerField):
        """A coordinate as a whole number of 1e-8 degrees; `"28.97817800"` outside is 2897817800 here."""

        def formfield(self, **options: Any) -> Any:
            bound = Decimal(180)
            return _scaled_formfield(self, places=8, min_value=-bound, max_value=bound, **options)

    class DocumentField(models.TextField):
        """A JSON document kept as compact text, so that its key order survives (jsonb would reorder it).

        Python sees the decoded document; `edge.expressions.document_text` reads the text undecoded.
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
            column = connection.ops.quote_name(self.column)
            if connection.vendor == "postgresql":
                return f"{column} IS NULL OR ({column}::json) IS NOT NULL"
            return f"json_valid({column})"

        def formfield(self, **options: Any) -> Any:
            # Here, for the strict reader needs REST framework, which must not be loaded with the tables.
            from aktar.edge.form_fields import DocumentFormField

            kind = list if isinstance(self.get_default(), list) else dict
            given = {"form_class": DocumentFormField, "kind": kind, "is_nullable": self.null}
            return models.Field.formfield(self, **(given | options))

    def _scaled_formfield(field: models.BigIntegerField, **options: Any) -> Any:
        from aktar.edge.form_fields import ScaledField

        return models.Field.formfield(field, **({"form_class": ScaledField} | options))
