"""Logs the statements that the database took long for, without the values that they were given."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

_LONGEST = 2_000  # characters of a statement
log = structlog.get_logger("aktar.database")


class SlowQueries:
    """Stands around every statement of a connection.

    The text of a statement has places for its values and never the values. On SQLite the time is that until
    the first row: the rest is worked out as rows are fetched.
    """

    def __init__(self, milliseconds: float) -> None:
        self._seconds = milliseconds / 1000

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = time.perf_counter() - began
            if took >= self._seconds:
                log.warning("slow_query", ms=round(took * 1000, 1), sql=" ".join(sql.split())[:_LONGEST])


def watch() -> None:
    """Watch every connection that this process opens from now on, if the setting says so.

    For processes that serve: commands that move much do so in statements that take their time.
    """
    if settings.AKTAR_SLOW_QUERY_MS is None:
        return
    watching = SlowQueries(settings.AKTAR_SLOW_QUERY_MS)

    def begin(connection: BaseDatabaseWrapper, **_: Any) -> None:
        # A connection is opened again after it broke, and keeps those who stand around it.
        if watching not in connection.execute_wrappers:
            connection.execute_wrappers.append(watching)

    # Django tells of new connections in no other way.
    connection_created.connect(begin, weak=False, dispatch_uid="aktar.slow_queries")
