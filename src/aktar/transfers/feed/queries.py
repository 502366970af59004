"""Reads of the feed: where it begins and ends, and the next piece of it that a caller may see."""

from typing import Any, NamedTuple

from django.db.models import Q

from aktar.edge.expressions import InstantText
from aktar.edge.shapes import fragment
from aktar.places.rules import Reach
from aktar.transfers.feed.rules import CursorFromTheFuture, CursorTooOld, Start
from aktar.transfers.feed.shapes import EventFeedShape, EventShape
from aktar.webhooks.models import EventPosition, FeedHead

SCANNED_AT_ONCE = 5000
"""Positions that one request looks at, however few of their events the caller may see."""


class Ends(NamedTuple):
    """The last position whose event is kept no more, and the last that was given."""

    pruned: int
    last: int


def feed_ends() -> Ends:
    """Where the feed begins and ends. One query."""
    for ends in FeedHead.objects.filter(pk=1).values_list("pruned", "last"):
        return Ends(*ends)
    return Ends(0, 0)


def feed_piece(after: int | Start, *, limit: int, reach: Reach) -> EventFeedShape:
    """The next events that a caller may see, at most `limit`. Three queries.

    Raises CursorTooOld and CursorFromTheFuture.
    """
    began = feed_ends()
    match after:
        case Start.OLDEST:
            start = began.pruned
        case Start.LATEST:
            start = began.last
        case int():
            start = after
    if start > began.last:
        raise CursorFromTheFuture
    rows = list(_events(start, reach)[: limit + 1])
    # Asked again once they are read: what was pruned while they were may be missing among them.
    ends = feed_ends()
    if start < ends.pruned:
        if after is Start.OLDEST:
            return feed_piece(after, limit=limit, reach=reach)
        raise CursorTooOld(oldest=ends.pruned)
    shapes = [_shape(row) for row in rows[:limit]]
    if len(rows) > limit:
        return EventFeedShape(cursor=shapes[-1].cursor, has_more=True, results=shapes)
    # Everything up to here was there to be read before the rows were; the rows themselves may lie further.
    seen_to = max([min(start + SCANNED_AT_ONCE, began.last), *(shape.cursor for shape in shapes)])
    return EventFeedShape(cursor=seen_to, has_more=seen_to < ends.last, results=shapes)


def _events(start: int, reach: Reach) -> Any:
    places = EventPosition.objects.filter(position__gt=start, position__lte=start + SCANNED_AT_ONCE)
    if not reach.everything:
        here = reach.locations
        places = places.filter(Q(event__source_location__in=here) | Q(event__destination_location__in=here))
    return places.order_by("position").values_list(
        "position",
        "event__type",
        "event__content_type",
        "event__object_id",
        "event__sequence",
        InstantText("event__created_at"),
        "event__payload",
    )


def _shape(row: tuple[Any, ...]) -> EventShape:
    position, event_type, content_type, object_id, sequence, created, payload = row
    return EventShape(
        cursor=position,
        type=event_type,
        content_type=content_type,
        object_id=object_id,
        sequence=sequence,
        created_date=created,
        payload=fragment(payload, dict[str, Any]),
    )
