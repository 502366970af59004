"""What of a webhook may be shown, and the envelope that every delivery has."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

_SECRET_WORDS = ("authorization", "cookie", "token", "secret", "password", "key", "signature")


def envelope(event_type: str, uuid: UUID, payload: str) -> str:
    """The body of a delivery: a fixed envelope around the payload's frozen text.

    The event's uuid is written without dashes, as the contract's samples do.
    """
    return f'{{"event":{{"type":"{event_type}","uuid":"{uuid.hex}"}},"payload":{payload}}}'


def headers_without_secrets(headers: Mapping[str, Any]) -> dict[str, Any]:
    """The additional headers with null for each value whose name sounds like a credential."""
    return {
        name: None if any(word in name.lower() for word in _SECRET_WORDS) else value
        for name, value in headers.items()
    }


def config_without_secrets(config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with null for the password of `auth`."""
    auth = config.get("auth")
    if not isinstance(auth, Mapping):
        return dict(config)
    return {**config, "auth": {name: None if name == "password" else value for name, value in auth.items()}}
