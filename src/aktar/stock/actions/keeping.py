"""Beginning to keep a location's books, and what may be said of how they are kept."""

from collections.abc import Collection
from datetime import datetime


def begin_keeping(locations: Collection[int], *, now: datetime) -> None:
    """Let stock locations (ids) keep books from now on; nothing happens to those that do already."""
    raise NotImplementedError


def change_keeping(location: int, *, may_go_negative: bool, safety_stock: int, now: datetime) -> None:
    """Say whether a location that keeps books may go below zero, and what planning leaves in place there.

    Raises StillNegative where a level is below zero, or promised beyond what there is.
    """
    raise NotImplementedError
