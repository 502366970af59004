"""API keys: how one is made, told from a mistyped one without a query, and kept only as its digest."""

import hashlib
import secrets
import string
import zlib

KEY_PREFIX = "akt_"
LONGEST_TOKEN_NAME = 100
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SECRET_BYTES = 32
# 62^43 is the first power to hold 256 bits, 62^6 the first to hold 32.
_SECRET_LENGTH = 43
_CHECKSUM_LENGTH = 6
_KEY_LENGTH = len(KEY_PREFIX) + _SECRET_LENGTH + _CHECKSUM_LENGTH
_SHOWN_LENGTH = len(KEY_PREFIX) + 6


def new_key() -> str:
    """Make a key from 256 random bits: `akt_`, the secret in 43 letters and digits, 6 of checksum."""
    secret = int.from_bytes(secrets.token_bytes(_SECRET_BYTES), "big")
    body = KEY_PREFIX + _in_letters(secret, length=_SECRET_LENGTH)
    return body + _checksum(body)


def is_key(text: str) -> bool:
    """Whether a text has a key's form and a checksum that agrees; it may still be nobody's."""
    return (
        len(text) == _KEY_LENGTH
        and text.isascii()
        and text.isprintable()
        and text.startswith(KEY_PREFIX)
        and text.endswith(_checksum(text[:-_CHECKSUM_LENGTH]))
    )


def digest(key: str) -> str:
    """What is kept of a key: its SHA-256, hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()


def shown_prefix(key: str) -> str:
    """What may be shown of a key, to recognise it by."""
    return key[:_SHOWN_LENGTH]


def is_token_name(name: str) -> bool:
    """Whether a token may be called so: up to 100 characters on one line, not all of them blank."""
    return len(name) <= LONGEST_TOKEN_NAME and name.isprintable() and bool(name.strip())


def _checksum(body: str) -> str:
    return _in_letters(zlib.crc32(body.encode()), length=_CHECKSUM_LENGTH)


def _in_letters(number: int, *, length: int) -> str:
    letters = []
    for _place in range(length):
        number, digit = divmod(number, len(_DIGITS))
        letters.append(_DIGITS[digit])
    return "".join(reversed(letters))
