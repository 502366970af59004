"""Lists in columns."""

from collections.abc import Sequence

import click


def echo_columns(rows: Sequence[Sequence[str]]) -> None:
    """Print rows, the header first, each column as wide as its longest text."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
