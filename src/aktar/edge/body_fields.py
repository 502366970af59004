"""Fields of bodies that create things: amounts, pieces, instants, and things that are there already."""

import re
from abc import abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from aktar.edge.ids import BIGGEST_ID
from aktar.edge.serializers import StrictCharField

MOST_PIECES = 1000
FIRST_YEAR, LAST_YEAR = 1970, 9000
_AMOUNT = r"[0-9]{1,13}(?:\.[0-9]{1,2})?"
_PIECES = r"0{0,9}[1-9][0-9]{0,3}(?:\.0{1,2})?"
_INSTANT = r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:[Zz]|[+-]\d\d:\d\d)"


class AmountField(serializers.Field[int, Any, int, Any]):
    """An amount not below zero, as text or number with at most two places; read as whole hundredths."""

    default_error_messages = {
        "invalid": _('Give an amount not below zero with at most two places, as "12.50".')
    }

    def to_internal_value(self, data: Any) -> int:
        text = data if isinstance(data, str) else _digits(data)
        if not re.fullmatch(_AMOUNT, text, re.ASCII):
            self.fail("invalid")
        whole, _point, places = text.partition(".")
        return int(whole) * 100 + int(places.ljust(2, "0"))

    def to_representation(self, value: int) -> int:
        return value

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        return {
            "anyOf": [
                {"type": "string", "pattern": f"^{_AMOUNT}$"},
                {"type": "number", "minimum": 0, "maximum": 10**13 - 1, "multipleOf": 0.01},
            ]
        }


class SignedAmountField(AmountField):
    """An amount on either side of zero, otherwise as `AmountField`."""

    default_error_messages = {"invalid": _('Give an amount with at most two places, as "-12.50".')}

    def to_internal_value(self, data: Any) -> int:
        text = data if isinstance(data, str) else _digits(data)
        amount = super().to_internal_value(text.removeprefix("-"))
        return -amount if text.startswith("-") else amount

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        most = 10**13 - 1
        return {
            "anyOf": [
                {"type": "string", "pattern": f"^-?{_AMOUNT}$"},
                {"type": "number", "minimum": -most, "maximum": most, "multipleOf": 0.01},
            ]
        }


class PieceCountField(serializers.Field[int, Any, int, Any]):
    """How many pieces, as text or number; `"1.00"` is one."""

    default_error_messages = {
        "invalid": _('Give a whole number of pieces from 1 to {most}, as "1.00" or 1.'),
    }

    def to_internal_value(self, data: Any) -> int:
        text = data if isinstance(data, str) else _digits(data)
        count = int(text.partition(".")[0]) if re.fullmatch(_PIECES, text, re.ASCII) else 0
        if not 0 < count <= MOST_PIECES:
            self.fail("invalid", most=MOST_PIECES)
        return count

    def to_representation(self, value: int) -> int:
        return value

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        return {
            "anyOf": [
                {"type": "string", "pattern": f"^{_PIECES}$"},
                {"type": "integer", "minimum": 1, "maximum": MOST_PIECES},
            ]
        }


class InstantBodyField(serializers.Field[datetime, Any, str, Any]):
    """An instant as ISO 8601 writes it, its offset named; UTC to the program."""

    default_error_messages = {
        "invalid": _('Give an instant with its offset, as "2026-11-02T09:30:00Z".'),
        "far": _("Give an instant between the years {first} and {last}."),
    }

    def to_internal_value(self, data: Any) -> datetime:
        if not (isinstance(data, str) and re.fullmatch(_INSTANT, data, re.ASCII)):
            self.fail("invalid")
        try:
            # The year is that of UTC: so the instant is kept and shown, and so it comes in again.
            instant = datetime.fromisoformat(data.upper()).astimezone(UTC)
        except ValueError:
            self.fail("invalid")
        except OverflowError:
            self._fail_far()
        if not FIRST_YEAR < instant.year < LAST_YEAR:
            self._fail_far()
        return instant

    def to_representation(self, value: datetime) -> str:
        return value.isoformat()

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        return {"type": "string", "format": "date-time"}

    def _fail_far(self) -> NoReturn:
        self.fail("far", first=FIRST_YEAR + 1, last=LAST_YEAR - 1)


class ReferenceField(serializers.Field[Any, Any, Any, Any]):
    """A thing that is there: its id, or an object with its id or with one of its `names`.

    So `7`, `{"id": 7}` and `{"erp_code": "S7"}` can mean the same stock location.
    """

    names: ClassVar[Mapping[str, int]]
    """The names that a thing goes by beside its id, with the length of each."""

    default_error_messages = {
        "invalid": _("Give an id, or an object with exactly one of {names}."),
        "id": _("Give an id: a whole number above zero."),
    }

    @abstractmethod
    def find(self, name: str, value: Any) -> Any:
        """What the name stands for (`pk` for an id); fails with `unknown` where there is nothing."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            return self.find("pk", self._id(data))
        if len(data) != 1:
            self.fail("invalid", names=", ".join(("id", *self.names)))
        ((name, value),) = data.items()
        if name == "id":
            return self.find("pk", self._id(value))
        if name not in self.names:
            self.fail("invalid", names=", ".join(("id", *self.names)))
        try:
            return self.find(name, StrictCharField(max_length=self.names[name]).run_validation(value))
        except serializers.ValidationError as error:
            raise serializers.ValidationError({name: error.detail}) from error

    def to_representation(self, value: Any) -> Any:
        return value

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        id_ = {"type": "integer", "format": "int64", "minimum": 1, "maximum": BIGGEST_ID}
        named = {"id": id_} | {
            name: {"type": "string", "minLength": 1, "maxLength": longest}
            for name, longest in self.names.items()
        }
        objects = [
            {
                "type": "object",
                "properties": {name: schema},
                "required": [name],
                "additionalProperties": False,
            }
            for name, schema in named.items()
        ]
        return {"anyOf": [id_, *objects]}

    def _id(self, value: Any) -> int:
        if type(value) is not int or not 0 < value <= BIGGEST_ID:
            self.fail("id")
        return value


def _digits(data: Any) -> str:
    """A JSON number as it was written, nearly; what is none fits no pattern."""
    return repr(data) if type(data) in (int, float) else ""
