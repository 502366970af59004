"""Following the feed: what is committed is given its place, and who asks for it may wait for more."""

import time

from aktar.places.rules import Reach
from aktar.transfers.feed.lookout import lookout
from aktar.transfers.feed.queries import feed_piece
from aktar.transfers.feed.rules import Start
from aktar.transfers.feed.shapes import EventFeedShape
from aktar.webhooks.actions import PLACED_AT_ONCE, place_events


def follow(after: int | Start, *, limit: int, wait: float, reach: Reach) -> EventFeedShape:
    """The next events of the feed, or, when there are none, those that come within `wait` seconds.

    Raises CursorTooOld and CursorFromTheFuture. Four queries, and four more where events have no place yet;
    while it waits, none, and no connection. Where too many wait already it answers at once.
    """
    placed = place_events()
    piece = feed_piece(after, limit=limit, reach=reach)
    # So many at once are all that were placed; there may be others that have no place yet.
    piece.has_more |= placed == PLACED_AT_ONCE
    if not wait or _says_something(piece):
        return piece
    until = time.monotonic() + wait
    with lookout.seat() as has_seat:
        while has_seat and lookout.wait(beyond=piece.cursor, until=until):
            piece = feed_piece(piece.cursor, limit=limit, reach=reach)
            if _says_something(piece):
                break
    return piece


def _says_something(piece: EventFeedShape) -> bool:
    return bool(piece.results) or piece.has_more
