"""How the feed looks to the outside."""

from typing import Any

import msgspec

from aktar.edge.shapes import Instant


class EventShape(msgspec.Struct):
    """One thing that happened to one object; `payload` is what webhooks are sent, byte for byte.

    `sequence` counts the object's events from 1 without a gap.
    """

    cursor: int
    type: str
    content_type: int
    object_id: int
    sequence: int
    created_date: Instant
    payload: dict[str, Any]


class EventFeedShape(msgspec.Struct):
    """A piece of the feed: ask next for what is `after` its `cursor`, at once if it `has_more`.

    The cursor also moves past what the caller may not see, so a piece can be empty and have more after it.
    """

    cursor: int
    has_more: bool
    results: list[EventShape]


class CursorTooOldShape(msgspec.Struct):
    """What came after the cursor is kept no more; `oldest` is the cursor of the oldest that is."""

    detail: str
    oldest: int
