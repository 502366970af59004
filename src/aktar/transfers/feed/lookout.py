"""Waiting for news of the feed: one thread looks for it on behalf of every long poll of this process.

A long poll keeps one of the server's threads, so only so many may wait at once; and as it keeps no connection
to the database meanwhile, the one that looks takes no more than they gave back.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import Error, connection

from aktar.transfers.feed.queries import feed_ends
from aktar.webhooks.actions import PLACED_AT_ONCE, place_events, woken

LOOKED_EVERY = 0.2
"""Seconds between looks for what other processes have written; what this one writes wakes it."""

ONE_MORE_TRY = 1.0
"""Seconds until a database that failed is asked again."""

_log = structlog.get_logger("aktar.feed")


def seats_of(threads: int) -> int:
    """How many of a process's threads may wait: a quarter, but one of several in any case."""
    return max(threads // 4, min(threads - 1, 1))


class Lookout:
    """Places what is committed and tells those who wait how far the feed has come, while anybody does."""

    def __init__(self, seats: int) -> None:
        self.seats = seats
        self._news = threading.Condition()
        self._waiting = 0
        self._last = 0
        self._is_stopped = False
        self._look = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def seat(self) -> Iterator[bool]:
        """Whether the caller may wait; its connection to the database is closed then, and opens by itself."""
        has_seat = self._sit_down()
        try:
            yield has_seat
        finally:
            if has_seat:
                self._stand_up()

    def wait(self, *, beyond: int, until: float) -> bool:
        """Wait until the feed is further than a cursor (True), or until an instant of the monotonic clock."""
        connection.close()
        with self._news:
            self._news.wait_for(
                lambda: self._last > beyond or self._is_stopped, max(0.0, until - time.monotonic())
            )
            return self._last > beyond and not self._is_stopped

    def stop(self) -> None:
        """Let nobody wait any more, for the process ends."""
        with self._news:
            self._is_stopped = True
            self._news.notify_all()
        self._look.set()

    def _sit_down(self) -> bool:
        with self._news:
            if self._waiting >= self.seats or self._is_stopped:
                return False
            self._waiting += 1
            if self._thread is None:
                self._last = 0
                self._thread = threading.Thread(target=self._run, name="aktar-feed", daemon=True)
                self._thread.start()
        self._look.set()
        return True

    def _stand_up(self) -> None:
        with self._news:
            self._waiting -= 1
        self._look.set()

    def _run(self) -> None:
        try:
            with woken(self._look.set):
                while self._is_needed():
                    self._look.clear()
                    self._look.wait(self._tell())
        finally:
            connection.close()
            with self._news:
                # Whatever ended it, the next one who waits gets a new one.
                if self._thread is threading.current_thread():
                    self._thread = None

    def _is_needed(self) -> bool:
        with self._news:
            if self._waiting and not self._is_stopped:
                return True
            self._thread = None
            return False

    def _tell(self) -> float:
        """Look, tell of it, and answer the seconds until the next look."""
        try:
            # Once: where events come all the time, looking until there is none would tell nobody of any.
            placed = place_events()
            last = feed_ends().last
        except Error as error:
            _log.warning("database_failed", error=str(error).strip()[:500])
            connection.close()
            return ONE_MORE_TRY
        with self._news:
            if last != self._last:
                self._last = last
                self._news.notify_all()
        return 0.0 if placed == PLACED_AT_ONCE else LOOKED_EVERY


lookout = Lookout(seats_of(min(8, 2 * (os.cpu_count() or 1) + 1)))
"""The process's own; `aktar serve` says how many threads there are."""
