"""Reads of everything there is of a kind, in pieces, so that memory does not grow with the table."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

PIECE = 2000


def in_pieces(rows: "QuerySet[Any]", *names: str) -> Iterator[dict[str, Any]]:
    """Every row by id, as a mapping of these names and `pk`. One query for each piece."""
    last = 0
    columns = ("pk", *names)
    while True:
        part = list(rows.filter(pk__gt=last).order_by("pk").values_list(*columns)[:PIECE])
        for row in part:
            yield dict(zip(columns, row, strict=True))
        if len(part) < PIECE:
            return
        last = part[-1][0]
