"""How many rows a list has: exactly, and where counting very many is slow, for some seconds from memory.

PostgreSQL counts by reading: a hundred thousand rows cost three times the page that the count stands on.
"""

import time
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

MANY = 10_000
SLOW = 0.0005  # seconds; the page itself takes one millisecond when its documents are at hand
KEPT = timedelta(seconds=5)
_MOST_KEPT = 100

_kept: dict[tuple[str, str], tuple[datetime, int]] = {}


def counted(found: "QuerySet[Any]", *, now: datetime) -> int:
    """The number of rows of `found`. One query, or none for what is kept: MANY that were SLOW to count."""
    # Nothing is looked up where nothing is kept, so that quick databases do not pay for slow ones.
    key = _key(found) if _kept else None
    kept = _kept.get(key) if key else None
    if kept and now < kept[0]:
        return kept[1]
    began = time.perf_counter()
    count = found.count()
    if count >= MANY and time.perf_counter() - began >= SLOW and (key := key or _key(found)):
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = (now + KEPT, count)
    return count


def forget() -> None:
    """Drop everything that is kept; for tests, whose databases come and go under this process."""
    _kept.clear()


def _key(found: "QuerySet[Any]") -> tuple[str, str] | None:
    """What tells this list from any other, whoever asks; None for one that cannot have rows."""
    if not found.query.where and not found.query.distinct:
        return found.model._meta.db_table, ""  # all there are: nothing to write SQL for
    try:
        sql, parameters = found.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, repr(parameters)
