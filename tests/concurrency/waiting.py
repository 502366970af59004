"""Waiting until another connection has come to its lock."""

import time

from django.db import connection

PATIENCE = 60.0  # seconds


def until_somebody_waits() -> None:
    """Returns as soon as some connection to this PostgreSQL database waits for a lock."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            # Within a transaction the server looks once and remembers.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits for a lock")
