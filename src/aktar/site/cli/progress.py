"""How far long work is: one line on a terminal, one line a minute in a log."""

import sys
import time

import click

_PAUSE = 60.0  # seconds, between two lines of a log


class ProgressLine:
    """Says on standard error how far it is; results alone go to standard output.

    A terminal shows one line that is written over; elsewhere, where nothing can be written over, a new line
    comes once a minute, so that who looks at the log of a night's work sees that it goes on.
    """

    def __init__(self) -> None:
        self._is_open = False
        self._next = time.monotonic() + _PAUSE

    def show(self, text: str) -> None:
        """Say it, in place of what was said last."""
        if sys.stderr.isatty():
            click.echo(f"\r{text}\x1b[K", nl=False, err=True)
            self._is_open = True
        elif time.monotonic() >= self._next:
            click.echo(text, err=True)
            self._next = time.monotonic() + _PAUSE

    def end(self) -> None:
        """Leave what was said last as it is: the next words begin a new line."""
        if self._is_open:
            click.echo(err=True)
            self._is_open = False
