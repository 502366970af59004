"""What of a webhook may be shown: everything but its secrets, which come in and never back out."""

from collections.abc import Mapping
from typing import Any

_SHOWN_OF_AUTH = ("auth_type", "username")


def headers_without_secrets(headers: Mapping[str, Any]) -> dict[str, None]:
    """The names of the additional headers, each with null: any of them may be a credential."""
    return dict.fromkeys(headers) if isinstance(headers, Mapping) else {}


def config_without_secrets(config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with null for everything but the kind of authentication and the user's name."""
    if not isinstance(config, Mapping):  # a row from before the rules
        return {}
    auth = config.get("auth")
    shown: dict[str, Any] = dict.fromkeys(config)
    if isinstance(auth, Mapping):
        shown["auth"] = {name: value if name in _SHOWN_OF_AUTH else None for name, value in auth.items()}
    return shown


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
