"""How single values of a document become what a column holds, exactly, and why one is refused."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

DEEPEST = 64
BIGGEST_ID = 2**63 - 1
_BIGGEST = 2**63 - 1
# A thousand years: what is planned now and takes so long still ends within the calendar.
_MOST_DAYS = 365_000
_DECIMAL = re.compile(r"(-?)(\d{1,19})(?:\.(\d+))?", re.ASCII)
_DURATION = re.compile(r"(?:(-?\d{1,8}) )?(\d\d):(\d\d):(\d\d)(?:\.(\d{6}))?", re.ASCII)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PLAIN_KEY = re.compile(r"\w{1,60}", re.ASCII)
_SHOWN = 60


class Refused(Exception):
    """A record is not taken: what is wrong, and at which key."""

    def __init__(self, why: str, key: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.key = key

    def under(self, key: str) -> "Refused":
        """The same, seen from the object that holds it at `key`."""
        self.key = f"{key}.{self.key}" if self.key else key
        return self

    def __str__(self) -> str:
        return f"{self.key}: {self.why}" if self.key else self.why


class ExactNumber(float):
    """A JSON number with a point or an exponent, which remembers how it was written."""

    __slots__ = ("text",)
    text: str

    @classmethod
    def read(cls, text: str) -> "ExactNumber":
        """Read the digits that a document holds."""
        number = cls(text)
        number.text = text
        return number


def shown(value: Any) -> str:
    """A value as a refusal may print it: on one line, short, in ASCII."""
    try:
        text = ascii(value)
    except RecursionError:
        text = f"a {type(value).__name__} that is nested too deep"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def identity(told: Any) -> int:
    """The `id` or `pk` of an object. Raises Refused."""
    if type(told) is not dict:
        raise Refused(f"an object is expected, not {shown(told)}")
    key = "id" if "id" in told else "pk"
    if key not in told:
        raise Refused("is missing", "id")
    try:
        return number_of_row(told[key])
    except Refused as refused:
        raise refused.under(key) from None


def number_of_row(value: Any) -> int:
    """An id. Raises Refused."""
    if type(value) is not int or not 1 <= value <= BIGGEST_ID:
        raise Refused(f"an id is expected, not {shown(value)}")
    return value


def boolean(value: Any) -> bool:
    """True or false. Raises Refused."""
    if type(value) is not bool:
        raise Refused(f"true or false is expected, not {shown(value)}")
    return value


def integer(smallest: int, biggest: int) -> Callable[[Any], int]:
    """Reads whole numbers between two bounds."""

    def read(value: Any) -> int:
        if type(value) is not int:
            raise Refused(f"a whole number is expected, not {shown(value)}")
        if not smallest <= value <= biggest:
            raise Refused(f"{value} is not between {smallest} and {biggest}")
        return value

    return read


def text(longest: int) -> Callable[[Any], str]:
    """Reads texts of at most so many characters."""

    def read(value: Any) -> str:
        if type(value) is not str:
            raise Refused(f"text is expected, not {shown(value)}")
        if len(value) > longest:
            raise Refused(f"{len(value)} characters are more than {longest}")
        return value

    return read


def fixed_point(places: int) -> Callable[[Any], int]:
    """Reads decimals, written as text or as a number, as a whole number of 10^-places; none is rounded."""
    scale = 10**places

    def read(value: Any) -> int:
        written = value.text if type(value) is ExactNumber else value
        if type(written) is int:
            number = written * scale
        elif type(written) is str and (parts := _DECIMAL.fullmatch(written)):
            sign, whole, fraction = parts.groups(default="")
            if len(fraction) > places and fraction[places:].strip("0"):
                raise Refused(f"{shown(written)} has more than {places} decimals")
            number = int(whole) * scale + int(fraction[:places].ljust(places, "0") or 0)
            number = -number if sign else number
        else:
            raise Refused(f"a decimal such as '1.00' is expected, not {shown(value)}")
        if abs(number) > _BIGGEST:
            raise Refused(f"{shown(written)} is too large")
        return int(number)

    return read


def instant(value: Any) -> datetime:
    """An instant in UTC, from text that names its offset. Raises Refused."""
    if type(value) is str:
        try:
            read = datetime.fromisoformat(value)
            if read.tzinfo is not None:
                return read.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise Refused(f"an instant such as '2023-04-03T06:47:01.080369Z' is expected, not {shown(value)}")


def duration(value: Any) -> timedelta:
    """A duration, from text as `"3 00:00:00"`. Raises Refused."""
    parts = _DURATION.fullmatch(value) if type(value) is str else None
    if parts is None or abs(int(parts[1] or 0)) > _MOST_DAYS:
        raise Refused(f"a duration such as '3 00:00:00' is expected, not {shown(value)}")
    days, hours, minutes, seconds, micros = (int(part or 0) for part in parts.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=micros)


def document(kind: type) -> Callable[[Any], Any]:
    """Reads free JSON whose outermost value is a `kind` (dict or list)."""

    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise Refused(f"{'an object' if kind is dict else 'a list'} is expected, not {shown(value)}")
        if value:
            _require_plain(value, DEEPEST)
        return value

    return read


def or_null(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Reads the same, or null."""
    return lambda value: None if value is None else read(value)


def require_storable(told: Any, depth: int = 2 * DEEPEST) -> None:
    """Raise Refused, naming the key, for a NUL or half a character in any text or key, and for no end."""
    if not depth:
        raise Refused("is nested too deep")
    if type(told) is str:
        if _UNSTORABLE.search(told):
            raise Refused(f"a NUL or a character that is none stands in {shown(told)}")
    elif type(told) is dict:
        for key, value in told.items():
            if _UNSTORABLE.search(key):
                raise Refused(f"a NUL or a character that is none stands in the key {shown(key)}")
            _within(key if _PLAIN_KEY.fullmatch(key) else shown(key), value, depth - 1)
    elif type(told) is list:
        for place, value in enumerate(told):
            _within(str(place), value, depth - 1)


def _within(key: str, value: Any, depth: int) -> None:
    if type(value) in (str, dict, list):
        try:
            require_storable(value, depth)
        except Refused as refused:
            raise refused.under(key) from None


def _require_plain(value: Any, depth: int) -> None:
    if not depth:
        raise Refused(f"is nested deeper than {DEEPEST}")
    for inner in value.values() if type(value) is dict else value:
        if type(inner) in (dict, list):
            _require_plain(inner, depth - 1)
        elif (type(inner) is int and abs(inner) > _BIGGEST) or (
            type(inner) is ExactNumber and not math.isfinite(inner)
        ):
            raise Refused(f"{shown(inner)} is too large a number")
