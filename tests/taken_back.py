"""Rows that all tests of a module start from, made once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, transaction

Made = TypeVar("Made")


@contextmanager
def taken_back() -> Iterator[None]:
    """A transaction around tests that have transactions of their own; nothing of it stays."""
    with transaction.atomic():
        # What Django's TestCase does: durable transactions may open inside of this one.
        connection.atomic_blocks[-1]._from_testcase = True
        yield
        transaction.set_rollback(True)


def checked(made: Made) -> Made:
    """What was made, and whatever its rows mention is there: else each test would look it up at its end."""
    connection.check_constraints()
    return made
