"""Form fields for our column types: decimals that are whole numbers in the database, and JSON documents."""

import json
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ParseError

from aktar.edge.json_parser import BIGGEST_INTEGER, decode


class ScaledField(forms.DecimalField):
    """A decimal of `places` places where the column keeps a whole number of its last place."""

    def __init__(
        self,
        *,
        places: int,
        min_value: Decimal | None = None,
        max_value: Decimal | None = None,
        **options: Any,
    ) -> None:
        self.places = places
        most = Decimal(BIGGEST_INTEGER).scaleb(-places)
        options.pop("max_digits", None)
        super().__init__(
            min_value=-most if min_value is None else min_value,
            max_value=most if max_value is None else max_value,
            decimal_places=places,
            # A bound on what is read at all: 1E+999999 would take a million digits to compare.
            max_digits=len(str(BIGGEST_INTEGER)),
            **options,
        )

    def clean(self, value: Any) -> Any:
        """The whole number that the column keeps, or None."""
        number = super().clean(value)
        return None if number is None else int(number.scaleb(self.places))

    def prepare_value(self, value: Any) -> Any:
        """A stored number as its decimal; what somebody typed stays as it is."""
        return str(Decimal(value).scaleb(-self.places)) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another number was typed than the stored one."""
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True


class DocumentFormField(forms.JSONField):
    """A JSON document as text, read as strictly as a body of the API; no text is the empty `kind`."""

    default_error_messages = {
        "object": gettext_lazy("Give a JSON object, as in {}."),
        "list": gettext_lazy("Give a JSON list, as in []."),
    }

    def __init__(self, *, kind: type = dict, is_nullable: bool = False, **options: Any) -> None:
        self.kind = kind
        self.is_nullable = is_nullable
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None if self.is_nullable else self.kind()
        document = value if isinstance(value, (dict, list)) else _decoded(str(value))
        if document is None and self.is_nullable:
            return None
        if not isinstance(document, self.kind):
            raise ValidationError(self.error_messages["list" if self.kind is list else "object"])
        return document

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed, as it was typed."""
        return initial if self.disabled else InvalidJSONInput(data or "")

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, InvalidJSONInput):
            return value
        return json.dumps(value, ensure_ascii=False, indent=2)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another document was typed; another order of keys is another document."""
        try:
            return json.dumps(self.to_python(data)) != json.dumps(initial)
        except ValidationError:
            return True


def _decoded(text: str) -> Any:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise ValidationError(
            _("This is not valid JSON (line %(line)d, column %(column)d).")
            % {"line": error.lineno, "column": error.colno}
        ) from error
    except (RecursionError, ValueError):
        pass  # too deep, or too long a number: the strict reader says so
    try:
        return decode(text.encode("utf-8", "surrogatepass"))
    except ParseError as error:
        raise ValidationError(str(error.detail)) from error
