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
