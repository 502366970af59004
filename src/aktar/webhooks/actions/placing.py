"""Placing events in the feed: what is committed gets the next position, and nothing ever comes before it."""

from typing import Any

from django.db import connection, transaction

from aktar.webhooks.models import EventPosition, FeedHead

PLACED_AT_ONCE = 1000


def place_events() -> int:
    """Give committed events that have none yet their positions, so many at once; answers how many.

    One query where nothing is missing, else five. One process at a time: the feed's head is locked, and its
    holder sees everything that was committed before. An object's events keep their order, for the later one
    is made after the earlier one's commit.
    """
    if not EventPosition.objects.filter(position=None).exists():
        return 0
    with transaction.atomic(durable=True):
        head = locked_head()
        missing = EventPosition.objects.filter(position=None).order_by("event_id")
        # A statement of its own after the lock: it sees what was committed while the lock was waited for.
        ids = list(missing.values_list("event_id", flat=True)[:PLACED_AT_ONCE])
        if not ids:
            return 0
        _place(ids, after=head.last)
        FeedHead.objects.filter(pk=1).update(last=head.last + len(ids))
    return len(ids)


def locked_head() -> FeedHead:
    """The feed's head, locked until the transaction ends; made if there is none. One query, or three."""
    heads = FeedHead.objects.select_for_update(no_key=True)
    for head in heads.filter(pk=1):
        return head
    FeedHead.objects.bulk_create([FeedHead(pk=1)], ignore_conflicts=True)
    return heads.get(pk=1)


def _place(ids: list[int], *, after: int) -> None:
    table = connection.ops.quote_name(EventPosition._meta.db_table)
    numbered = "SELECT event_id, row_number() OVER (ORDER BY event_id) AS number"
    if connection.vendor == "postgresql":
        chosen = "event_id = ANY(%s)"
        given: list[Any] = [ids]
    else:
        chosen = f"event_id IN ({', '.join(['%s'] * len(ids))})"
        given = list(ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET position = %s + placed.number FROM "  # noqa: S608 - ours
            f"({numbered} FROM {table} WHERE {chosen}) AS placed WHERE {table}.event_id = placed.event_id",
            [after, *given],
        )
