"""How many rows a list has: exactly, and where counting very many is slow, for some seconds from memory.

PostgreSQL counts by reading: a hundred thousand rows cost three times the page that the count stands on.
"""

import time
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

MANY = 10_000
SLOW = 0.0005  # seconds; the page itself takes one millisecond when its documents are at hand
KEPT = timedelta(seconds=5)
_MOST_KEPT = 100

_kept: OrderedDict[tuple[str, str], tuple[datetime, int]] = OrderedDict()


def counted(found: "QuerySet[Any]", *, now: datetime) -> int:
    """The number of rows of `found`. One query, or none for what is kept: MANY that were SLOW to count."""
    # Nothing is looked up where nothing is kept, so that quick databases do not pay for slow ones.
    key = _key(found, now) if _kept else None
    kept = _kept.get(key) if key else None
    if kept and now < kept[0]:
        return kept[1]
    began = time.perf_counter()
    count = found.count()
    if count >= MANY and time.perf_counter() - began >= SLOW and (key := key or _key(found, now)):
        # All are kept equally long, so that the one written longest ago makes room.
        _kept.pop(key, None)
        while len(_kept) >= _MOST_KEPT:
            _kept.popitem(last=False)
        _kept[key] = (now + KEPT, count)
    return count


def forget() -> None:
    """Drop everything that is kept; for tests, whose databases come and go under this process."""
    _kept.clear()


def _key(found: "QuerySet[Any]", now: datetime) -> tuple[str, str] | None:
    """What tells this list from any other, whoever asks and when; None for one that cannot have rows."""
    if not found.query.where and not found.query.distinct:
        return found.model._meta.db_table, ""  # all there are: nothing to write SQL for
    try:
        sql, parameters = found.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    # What is overdue now is asked for by another instant each time, and is the same list.
    clock = connection.ops.adapt_datetimefield_value(now)
    return sql, repr([... if each == clock else each for each in parameters])
