"""How long a write waits for another one, and work that is done by one at a time."""

import contextlib
import zlib
from collections.abc import Iterator

from django.db import connection


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


def take_turn(work: str) -> None:
    """Wait until nobody else does this work; the turn ends with the transaction. One query on PostgreSQL.

    On SQLite one transaction writes at a time anyhow.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [zlib.crc32(work.encode())])
