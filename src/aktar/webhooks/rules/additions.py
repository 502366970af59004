"""What the owner of a webhook may add to its deliveries: headers, a log-in, a secret to sign with."""

import base64
import binascii
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

MOST_HEADERS = 50
SECRET_PREFIX = "whsec_"  # noqa: S105 (what a secret of Standard Webhooks begins with)

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\t\x20-\x7e]{0,2000}")
_PLAIN_SECRET = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{6,498})[\x21-\x7e]")
_KEY_LENGTHS = range(24, 64 + 1)  # bytes, as Standard Webhooks wants them
_LONGEST_CREDENTIAL = 500

# Ours, those that belong to one connection, and those that would change how the body is read.
_RESERVED = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
_RESERVED_PREFIXES = ("webhook-", "x-aktar-", "x-whisperer-")


class HeaderFault(StrEnum):
    """What is wrong with an additional header."""

    NAME = "name"
    RESERVED = "reserved"
    VALUE = "value"
    TWICE = "twice"
    TOO_MANY = "too_many"


class HeaderRefused(ValueError):
    """An additional header that cannot be sent: its `name` as it was given, and the `fault` that it has."""

    def __init__(self, name: str, *, fault: HeaderFault) -> None:
        super().__init__(f"The header {name[:100]!r} cannot be set ({fault}).")
        self.name = name
        self.fault = fault


class ConfigRefused(ValueError):
    """A configuration that is not taken: `field` is the way to what is wrong, such as `auth.username`."""

    def __init__(self, field: str) -> None:
        super().__init__(f"The configuration cannot be taken: {field[:100]!r}.")
        self.field = field


def header_fault(name: str, value: object) -> HeaderFault | None:
    """What keeps a header from being sent beside ours, or None."""
    lower = name.lower()
    if not _NAME.fullmatch(name):
        return HeaderFault.NAME
    if lower in _RESERVED or lower.startswith(_RESERVED_PREFIXES):
        return HeaderFault.RESERVED
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        return HeaderFault.VALUE
    return None


def check_headers(additional: Mapping[str, Any]) -> None:
    """Raises HeaderRefused for the first header that cannot be sent, is ours, or comes twice."""
    seen: set[str] = set()
    for name, value in additional.items():
        fault = header_fault(name, value)
        if fault is None and name.lower() in seen:
            fault = HeaderFault.TWICE
        if fault is None and len(seen) == MOST_HEADERS:
            fault = HeaderFault.TOO_MANY
        if fault is not None:
            raise HeaderRefused(name, fault=fault)
        seen.add(name.lower())


def check_config(config: Mapping[str, Any]) -> None:
    """Raises ConfigRefused for anything but `auth` with its auth_type `basic`, username and password.

    An `auth` that is null stands for none. The username has no colon, for that is where the password begins.
    """
    for name in config:
        if name != "auth":
            raise ConfigRefused(name)
    auth = config.get("auth")
    if auth is None:
        return
    if not isinstance(auth, Mapping):
        raise ConfigRefused("auth")
    for name in auth:
        if name not in ("auth_type", "username", "password"):
            raise ConfigRefused(f"auth.{name}")
    if auth.get("auth_type") != "basic":
        raise ConfigRefused("auth.auth_type")
    if not _is_credential(auth.get("username")) or not auth["username"] or ":" in auth["username"]:
        raise ConfigRefused("auth.username")
    if not _is_credential(auth.get("password")):
        raise ConfigRefused("auth.password")


def is_secret(text: str) -> bool:
    """Whether a new secret will do: 8 to 500 printable signs of ASCII, without a space at either end.

    One that begins with `whsec_` holds 24 to 64 bytes in padded base64: every library of Standard Webhooks
    reads that.
    """
    if not _PLAIN_SECRET.fullmatch(text):
        return False
    if not text.startswith(SECRET_PREFIX):
        return True
    key = key_of_whsec(text)
    return key is not None and len(key) in _KEY_LENGTHS


def key_of_whsec(secret: str) -> bytes | None:
    """The bytes in a secret that begins with `whsec_`; None for any other, and for what is no base64."""
    encoded = secret.removeprefix(SECRET_PREFIX)
    if encoded == secret:
        return None
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    # Bits beyond the last byte would be dropped here and refused elsewhere.
    return key if key and base64.b64encode(key).decode() == encoded else None


def _is_credential(text: object) -> bool:
    return isinstance(text, str) and len(text) <= _LONGEST_CREDENTIAL and text.isprintable()
