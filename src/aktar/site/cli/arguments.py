"""Types of arguments that several commands take."""

from datetime import UTC, datetime

import click


def line(value: str) -> str:
    """One line of printable text, as it is; raises BadParameter for anything else.

    Bytes that are no UTF-8 reach Python as half surrogates, which no database takes.
    """
    if not value.isprintable():
        raise click.BadParameter(f"{value!r} holds control characters, or bytes that are no text.")
    return value


def instant(value: str) -> datetime:
    """An instant as ISO 8601 writes it, in UTC where no offset is said; raises BadParameter for any other."""
    try:
        read = datetime.fromisoformat(value)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{value!r} is no instant; write it like 2026-11-24T09:00Z.") from None
