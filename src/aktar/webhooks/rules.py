"""What of a webhook may be shown, and the envelope that every delivery has."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

_SHOWN_OF_AUTH = ("auth_type", "username")


def envelope(event_type: str, uuid: UUID, payload: str) -> str:
    """The body of a delivery: a fixed envelope around the payload's frozen text.

    The event's uuid is written without dashes, as the contract's samples do.
    """
    return f'{{"event":{{"type":"{event_type}","uuid":"{uuid.hex}"}},"payload":{payload}}}'


def headers_without_secrets(headers: Mapping[str, Any]) -> dict[str, None]:
    """The names of the additional headers, each with null: any of them may be a credential."""
    return dict.fromkeys(headers)


def config_without_secrets(config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with null for everything but the kind of authentication and the user's name."""
    auth = config.get("auth")
    shown: dict[str, Any] = dict.fromkeys(config)
    if isinstance(auth, Mapping):
        shown["auth"] = {name: value if name in _SHOWN_OF_AUTH else None for name, value in auth.items()}
    return shown


_RETRY_NUMBERS = {
    "fixed": ({"seconds"}, set[str]()),
    "linear": ({"base"}, {"limit"}),
    "exponential": ({"base"}, {"factor", "limit"}),
    "random": ({"min_value", "max_value"}, set[str]()),
}
LONGEST_RETRY = 7 * 24 * 60 * 60
RETRY_CHOICES = tuple(_RETRY_NUMBERS)


def is_retry_config(config: Any) -> bool:
    """Whether it is a choice of `RETRY_CHOICES` with its whole numbers: 0 to a week in seconds, no others."""
    if not isinstance(config, Mapping) or set(config) != {"choice", "kwargs"}:
        return False
    choice, numbers = config["choice"], config["kwargs"]
    if choice not in RETRY_CHOICES or not isinstance(numbers, Mapping):
        return False
    needed, optional = _RETRY_NUMBERS[choice]
    return needed <= set(numbers) <= needed | optional and all(
        type(number) is int and 0 <= number <= LONGEST_RETRY for number in numbers.values()
    )


def with_kept_secrets(given: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """What was given; where it is null, as the shapes show a secret, what was kept under that name."""
    whole: dict[str, Any] = {}
    for name, value in given.items():
        before = kept.get(name)
        if value is None:
            whole[name] = before
        elif isinstance(value, Mapping) and isinstance(before, Mapping):
            whole[name] = with_kept_secrets(value, before)
        else:
            whole[name] = value
    return whole
