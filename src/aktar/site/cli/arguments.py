"""Types of arguments that several commands take."""

import click


def line(value: str) -> str:
    """One line of printable text, as it is; raises BadParameter for anything else.

    Bytes that are no UTF-8 reach Python as half surrogates, which no database takes.
    """
    if not value.isprintable():
        raise click.BadParameter(f"{value!r} holds control characters, or bytes that are no text.")
    return value
