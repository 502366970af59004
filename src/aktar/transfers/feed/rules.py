"""Where a reader of the feed begins, and the cursors that cannot be read on from."""

from enum import Enum


class Start(Enum):
    """Where a reader without a cursor begins."""

    OLDEST = "oldest"
    LATEST = "latest"


class CursorTooOld(Exception):
    """What came after the cursor is kept no more; what is kept comes after `oldest`."""

    def __init__(self, *, oldest: int) -> None:
        super().__init__(oldest)
        self.oldest = oldest


class CursorFromTheFuture(Exception):
    """The feed has not come as far as the cursor, which was given by another database or before a restore."""
