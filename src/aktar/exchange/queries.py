"""Reads of everything there is of a kind, in pieces, so that memory does not grow with the table."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

MOST_AT_ONCE = 2000
"""Rows of a piece."""


def in_pieces(rows: "QuerySet[Any]", *names: str) -> Iterator[dict[str, Any]]:
    """Every row by id, as a mapping of these names and `pk`. One query for each piece."""
    last = 0
    columns = ("pk", *names)
    while True:
        part = list(rows.filter(pk__gt=last).order_by("pk").values_list(*columns)[:MOST_AT_ONCE])
        for row in part:
            yield dict(zip(columns, row, strict=True))
        if len(part) < MOST_AT_ONCE:
            return
        last = part[-1][0]
