"""One endpoint's hand: what it holds, how much more it takes, and how many it sends at once."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import aiohttp
import structlog

from aktar.webhooks.actions import Claimed, Kind, Outcome
from aktar.webhooks.delivery.limits import Limits
from aktar.webhooks.delivery.sending import send

_log = structlog.get_logger("aktar.webhooks")


class Hand:
    """Sends what was claimed for one endpoint. Lives in the loop's thread."""

    def __init__(
        self, session: aiohttp.ClientSession, limits: Limits, done: Callable[[Outcome], None]
    ) -> None:
        self._session = session
        self._limits = limits
        self._done = done
        self._waiting: deque[tuple[Claimed, float]] = deque()
        self._under_way: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    def take(self, claimed: list[Claimed], *, until: float) -> None:
        """Take claims whose lease lasts until `until` (of `time.monotonic`)."""
        self._waiting.extend((one, until) for one in claimed)
        self._fill()

    def stop(self) -> None:
        """Begin nothing more; what waits goes back unsent."""
        self._is_stopping = True
        self._fill()

    async def end(self) -> None:
        """Wait for what is under way."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    def cancel(self) -> None:
        """Break off what is under way, and begin nothing more."""
        self._waiting.clear()
        for task in self._under_way:
            task.cancel()

    def _fill(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and (self._is_stopping or len(self._under_way) < self._limits.in_flight):
            claimed, until = self._waiting.popleft()
            if not claimed.listener.is_active:
                self._done(_not_sent(claimed, Kind.HELD))
            elif claimed.tries > self._limits.attempts:
                # Claimed so often and never settled: whoever sent it died of it. It is sent no more.
                self._done(_never_settled(claimed))
            elif self._is_stopping or time.monotonic() + self._limits.timeout > until:
                # Too late to be sure of an end before another may claim it.
                self._done(_not_sent(claimed, Kind.UNSENT))
            else:
                task = loop.create_task(self._send(claimed))
                self._under_way.add(task)
                task.add_done_callback(partial(self._ended, claimed))

    async def _send(self, claimed: Claimed) -> None:
        self._done(await send(self._session, claimed, self._limits))

    def _ended(self, claimed: Claimed, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("delivery_broke", webhook_event=claimed.id, exc_info=error)
            words = type(error).__name__.encode()
            self._done(Outcome(claimed, Kind.FAILED, datetime.now(UTC), error_kind="internal", content=words))
        self._fill()


def _never_settled(claimed: Claimed) -> Outcome:
    words = f"Claimed {claimed.tries - 1} times, and none of the claims was ever settled.".encode()
    return Outcome(claimed, Kind.FAILED, datetime.now(UTC), error_kind="never_settled", content=words)


def _not_sent(claimed: Claimed, kind: Kind) -> Outcome:
    return Outcome(claimed, kind, datetime.now(UTC))
