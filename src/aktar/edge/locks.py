"""How long a write waits for another one, and work that is done by one at a time."""

import contextlib
import sqlite3
import zlib
from collections.abc import Iterator

from django.db import OperationalError, connection

_LOCK_NOT_AVAILABLE = "55P03"


@contextlib.contextmanager
def without_waiting() -> Iterator[None]:
    """Let writes inside fail at once with OperationalError where SQLite's one write lock is taken.

    PostgreSQL locks rows, and waits no longer than its `lock_timeout`: nothing is changed there.
    """
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    settings = connection.connection
    (patience,) = settings.execute("PRAGMA busy_timeout").fetchone()
    settings.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        settings.execute(f"PRAGMA busy_timeout = {patience}")


@contextlib.contextmanager
def patiently(*, seconds: int) -> Iterator[None]:
    """Let writes inside wait so long for others before they fail, for work that nobody waits for.

    It is entered outside of transactions.
    """
    read, change = "SHOW lock_timeout", "SET lock_timeout = '{}'"
    if connection.vendor == "sqlite":
        read, change = "PRAGMA busy_timeout", "PRAGMA busy_timeout = {}"
    with connection.cursor() as cursor:
        cursor.execute(read)
        (before,) = cursor.fetchone()
        cursor.execute(change.format(seconds * 1000))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(change.format(before))


def waited_in_vain(error: OperationalError) -> bool:
    """Whether a write failed because others held for too long what it needs: the database itself is well."""
    cause = error.__cause__
    # SQLite's codes have their kind in the lowest byte.
    is_locked = (getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF == sqlite3.SQLITE_BUSY
    return is_locked or getattr(cause, "sqlstate", None) == _LOCK_NOT_AVAILABLE


def take_turn(work: str) -> None:
    """Wait until nobody else does this work; the turn ends with the transaction. One query on PostgreSQL.

    On SQLite one transaction writes at a time anyhow.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [zlib.crc32(work.encode())])
