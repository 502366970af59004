"""Serializers of bodies that take only what is asked for, in the type that is asked for."""

import re
from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from aktar.edge.json_parser import BIGGEST_INTEGER, SMALLEST_INTEGER

# As many as a person reads; a body of a megabyte can hold a hundred thousand.
_UNKNOWN_NAMED = 20
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ANY_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
_ONE_LINE = r"^(?=.*\S)[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not have (20 by name), beside all that is wrong with the others."""

    default_error_messages = {"invalid": _("Give an object.")}

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Let null in the place of the whole be what it is, no object: DRF has English of its own for it."""
        is_whole = self.parent is None and not self.allow_null
        return (False, None) if data is None and is_whole else super().validate_empty_values(data)

    def to_internal_value(self, data: Any) -> Any:
        unknown = [key for key in data if key not in self.fields] if isinstance(data, dict) else []
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError(
                cast("dict[str, Any]", error.detail) | _unknown(unknown)
            ) from error
        if unknown:
            raise serializers.ValidationError(_unknown(unknown))
        return value


class NoBody(StrictSerializer):
    """Nothing: an empty object, or no body at all."""


class StrictBooleanField(serializers.Field[bool, Any, bool, Any]):
    """`true` or `false` and nothing that stands for one."""

    default_error_messages = {"invalid": _("Give true or false.")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data

    def to_representation(self, value: bool) -> bool:
        return value

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        return {"type": "boolean"}


class StrictIntegerField(serializers.Field[int, Any, int, Any]):
    """A JSON integer and nothing that merely looks like one: not `true`, `1.0` or `"1"`."""

    default_error_messages = {
        "invalid": _("Give a whole number."),
        "too_small": _("Give a number not below {smallest}."),
        "too_big": _("Give a number not above {biggest}."),
    }

    def __init__(
        self, *, min_value: int = SMALLEST_INTEGER, max_value: int = BIGGEST_INTEGER, **options: Any
    ) -> None:
        super().__init__(**options)
        self.min_value = min_value
        self.max_value = max_value

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        if data < self.min_value:
            self.fail("too_small", smallest=self.min_value)
        if data > self.max_value:
            self.fail("too_big", biggest=self.max_value)
        return data

    def to_representation(self, value: int) -> int:
        return value

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        return {"type": "integer", "format": "int64", "minimum": self.min_value, "maximum": self.max_value}


class VerbatimCharField(serializers.Field[str, Any, str, Any]):
    """One line of text, kept to the letter: a JSON string without line breaks or other control characters."""

    default_error_messages = {
        "invalid": _("Give a text."),
        "blank": _("Give a text that is not blank."),
        "control": _("Give a text without line breaks or other control characters."),
        "too_long": _("Give a text of at most {longest} characters."),
    }

    def __init__(self, *, max_length: int, allow_blank: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.max_length = max_length
        self.allow_blank = allow_blank

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if not (data.strip() or self.allow_blank):
            self.fail("blank")
        if len(data) > self.max_length:
            self.fail("too_long", longest=self.max_length)
        if _CONTROLS.search(data):
            self.fail("control")
        return data

    def to_representation(self, value: str) -> str:
        return value

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        if self.allow_blank:
            return {"type": "string", "maxLength": self.max_length, "pattern": _ANY_LINE}
        return {"type": "string", "minLength": 1, "maxLength": self.max_length, "pattern": _ONE_LINE}


class StrictCharField(VerbatimCharField):
    """One line of text without the blanks around it: tables cannot tell them, nor can who reads a code."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).strip()


def _unknown(keys: list[str]) -> dict[str, list[Any]]:
    return {key: [_("There is no such field.")] for key in keys[:_UNKNOWN_NAMED]}
