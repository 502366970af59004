"""When a delivery that failed is tried again: the contract's four ways to wait, and the receiver's wish."""

import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

LONGEST_RETRY = 7 * 24 * 60 * 60  # seconds
JITTER = 0.1

_RETRY_NUMBERS = {
    "fixed": ({"seconds"}, set[str]()),
    "linear": ({"base"}, {"limit"}),
    "exponential": ({"base"}, {"factor", "limit"}),
    "random": ({"min_value", "max_value"}, set[str]()),
}
RETRY_CHOICES = tuple(_RETRY_NUMBERS)

# A row from before these rules must not stop the delivery of all the others.
_WITHOUT_CONFIG = 60

_SECONDS = re.compile(r"[0-9]{1,18}")
_TIME = "[0-9]{2}:[0-9]{2}:[0-9]{2}"
# The three ways in which HTTP writes an instant; a reader that takes more would find one in rubbish.
_INSTANT = re.compile(
    rf"[A-Z][a-z]{{2}}, [0-9]{{2}} [A-Z][a-z]{{2}} [0-9]{{4}} {_TIME} GMT"
    rf"|[A-Z][a-z]{{5,8}}, [0-9]{{2}}-[A-Z][a-z]{{2}}-[0-9]{{2}} {_TIME} GMT"
    rf"|[A-Z][a-z]{{2}} [A-Z][a-z]{{2}} [0-9 ][0-9] {_TIME} [0-9]{{4}}"
)


def is_retry_config(config: Any) -> bool:
    """Whether it is a choice of `RETRY_CHOICES` with its whole numbers: 0 to a week in seconds, no others.

    A `limit` may be null, as in the contract. A factor of 0 is none, nor is a range turned round.
    """
    if not isinstance(config, Mapping) or set(config) != {"choice", "kwargs"}:
        return False
    choice, numbers = config["choice"], config["kwargs"]
    if choice not in RETRY_CHOICES or not isinstance(numbers, Mapping):
        return False
    needed, optional = _RETRY_NUMBERS[choice]
    return (
        needed <= set(numbers) <= needed | optional
        and all(_is_seconds(number) or (name, number) == ("limit", None) for name, number in numbers.items())
        and numbers.get("factor") != 0
        and (choice != "random" or numbers["min_value"] <= numbers["max_value"])
    )


def delay(config: Any, retry: int, *, chance: random.Random) -> float:
    """Seconds before the retry of that number, counted from 0: a tenth more or less, but for `random`'s own.

    Never less than nine tenths of a second, never more than `LONGEST_RETRY`.
    """
    if not is_retry_config(config):
        config = {"choice": "fixed", "kwargs": {"seconds": _WITHOUT_CONFIG}}
    choice, numbers = config["choice"], config["kwargs"]
    if choice == "random":
        return max(1.0, chance.uniform(numbers["min_value"], numbers["max_value"]))
    seconds: int
    if choice == "fixed":
        seconds = numbers["seconds"]
    elif choice == "linear":
        seconds = numbers["base"] * retry
    else:
        seconds = _power(numbers["base"], retry) * numbers.get("factor", 1)
    limit = numbers.get("limit")
    seconds = max(1, min(seconds, LONGEST_RETRY if limit is None else limit))
    return min(seconds * chance.uniform(1 - JITTER, 1 + JITTER), float(LONGEST_RETRY))


def retry_after(value: str, *, now: datetime) -> float | None:
    """Seconds that a `Retry-After` asks for, as a number or as an instant of HTTP; None for anything else.

    An instant that has passed asks for none.
    """
    text = value.strip(" \t")
    if _SECONDS.fullmatch(text):
        return float(int(text))
    if not _INSTANT.fullmatch(text):
        return None
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return max(0.0, (instant - now).total_seconds())


_read_retry_after = retry_after  # `wait` takes the header under the same name


def wait(config: Any, retry: int, *, retry_after: str | None, now: datetime, chance: random.Random) -> float:
    """Seconds before the next attempt: the delay, or what the receiver asks for up to twice as long."""
    ours = delay(config, retry, chance=chance)
    asked = None if retry_after is None else _read_retry_after(retry_after, now=now)
    return ours if asked is None else min(max(ours, asked), 2 * ours)


def _is_seconds(number: object) -> bool:
    return type(number) is int and 0 <= number <= LONGEST_RETRY


def _power(base: int, exponent: int) -> int:
    """base ** exponent, no further than just beyond `LONGEST_RETRY`: a large one would never be done."""
    power = 1
    for _ in range(exponent):
        power *= base
        if base < 2 or power > LONGEST_RETRY:
            break
    return power
