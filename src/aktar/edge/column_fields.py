"""Fields of bodies for what columns of master data hold: coordinates, durations, free JSON documents."""

import re
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from aktar.edge.rules import DEGREE_PLACES

_DEGREES = r"-?[0-9]{1,3}(?:\.[0-9]{1,8})?"
_DURATION = r"(?:([0-9]{1,5}) )?([0-9]{1,2}):([0-9]{2}):([0-9]{2})"


class DegreesBodyField(serializers.Field[int, Any, int, Any]):
    """A coordinate in degrees, as text or number with at most eight places; read as whole 1e-8 degrees."""

    default_error_messages = {
        "invalid": _('Give degrees between -{most} and {most} with at most eight places, as "28.97817800".')
    }

    def __init__(self, *, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.most = most

    def to_internal_value(self, data: Any) -> int:
        # A float shows what was written: repr is the shortest text that reads the same.
        text = data if isinstance(data, str) else repr(data) if type(data) in (int, float) else ""
        if not re.fullmatch(_DEGREES, text, re.ASCII):
            self.fail("invalid", most=self.most)
        whole, _point, places = text.lstrip("-").partition(".")
        value = int(whole + places.ljust(DEGREE_PLACES, "0"))
        if value > int(f"{self.most}{'0' * DEGREE_PLACES}"):
            self.fail("invalid", most=self.most)
        return -value if text.startswith("-") else value

    def to_representation(self, value: int) -> int:
        return value

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        number = {"type": "number", "minimum": -self.most, "maximum": self.most}
        return {"anyOf": [{"type": "string", "pattern": f"^{_DEGREES}$"}, number]}


class DurationBodyField(serializers.Field[timedelta, Any, str, Any]):
    """A duration as the contract writes it: `"3 00:00:00"` are three days."""

    default_error_messages = {"invalid": _('Give a duration as days and time, as "3 00:00:00".')}

    def to_internal_value(self, data: Any) -> timedelta:
        parts = re.fullmatch(_DURATION, data, re.ASCII) if isinstance(data, str) else None
        if parts is None:
            self.fail("invalid")
        days, hours, minutes, seconds = (int(part or 0) for part in parts.groups())
        if hours > 23 or minutes > 59 or seconds > 59:
            self.fail("invalid")
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)

    def to_representation(self, value: timedelta) -> str:
        return str(value)

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        return {"type": "string", "pattern": f"^{_DURATION}$"}


class DocumentBodyField(serializers.Field[Any, Any, Any, Any]):
    """A free JSON object, or a list where `kind` says so; the parser has looked at what lies inside."""

    default_error_messages = {
        "object": _("Give a JSON object, as in {{}}."),
        "list": _("Give a JSON list, as in []."),
    }

    def __init__(self, *, kind: type = dict, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, self.kind):
            self.fail("list" if self.kind is list else "object")
        return data

    def to_representation(self, value: Any) -> Any:
        return value

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        if self.kind is list:
            return {"type": "array", "items": {}}
        return {"type": "object", "additionalProperties": True}
