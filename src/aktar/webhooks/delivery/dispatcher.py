"""The dispatcher: one thread that talks with the database, one that talks with the receivers."""

import asyncio
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import structlog
import uvloop
from django.db import Error, connection

from aktar.webhooks.actions import (
    PLACED_AT_ONCE,
    Claimed,
    Outcome,
    Turn,
    call_back,
    due_endpoints,
    place_events,
    prune_some,
    release_stranded,
    sweep,
    take_turn,
    woken,
)
from aktar.webhooks.delivery.connecting import guarded_session
from aktar.webhooks.delivery.hand import Hand
from aktar.webhooks.delivery.limits import Limits
from aktar.webhooks.delivery.windows import Windows
from aktar.webhooks.rules import pause_after

_log = structlog.get_logger("aktar.webhooks")

ONE_MORE_TRY = 1.0
"""Seconds until a database that failed is asked again."""

BUSY_WAIT = 0.005
"""Seconds until what another transaction held is tried again."""

SETTLED_TOGETHER = 64
GATHERED_FOR = 0.015
"""A turn costs something whatever it settles: with plenty in hand, it waits so many seconds for so many."""

PRUNED_A_TIME = 20
"""Batches that one round of housekeeping prunes."""


class Dispatcher:
    """Delivers until it is told to stop. As many processes as one likes run one each, on PostgreSQL."""

    def __init__(self, limits: Limits, *, chance: random.Random | None = None) -> None:
        self._limits = limits
        self._chance = chance or random.Random()  # noqa: S311 - jitter is no secret
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._has_news = True
        self._arrived: deque[Outcome] = deque()
        self._unsettled: list[Outcome] = []
        self._windows = Windows(limits)
        self._probed: set[int] = set()

    def stop(self) -> None:
        """Claim nothing more, finish what is under way, settle it, and end. From any thread or signal."""
        self._stopping.set()
        self._woken.set()

    def run(self) -> None:
        """Deliver until `stop` is called; ends within the limits' `stopping` seconds and a little."""
        with woken(self._hear), _Sender(self._limits, self._settle_soon) as sender:
            poll = self._limits.shortest_poll
            look_at = sweep_at = 0.0
            while not self._stopping.is_set():
                self._woken.clear()
                now = time.monotonic()
                has_news = self._has_news
                if has_news:  # not otherwise: what comes in this moment would be forgotten
                    self._has_news = False
                is_looking = has_news or now >= look_at
                try:
                    found = self._turn(sender, is_looking=is_looking)
                    if now >= sweep_at:
                        sweep_at = now + self._limits.sweep_every
                        self._keep_house()
                except Error as error:
                    self._rest(error)
                    continue
                if is_looking:
                    poll = self._limits.shortest_poll if found else min(poll * 2, self._limits.longest_poll)
                    look_at = now + poll
                if self._unsettled:
                    self._stopping.wait(BUSY_WAIT)
                elif not (self._arrived or self._has_news or self._windows.hungry()):
                    self._woken.wait(max(0.0, look_at - time.monotonic()))
                # News may be for an endpoint that has nothing in hand: they do not wait.
                is_idle = len(self._arrived) < SETTLED_TOGETHER and not self._has_news
                if is_idle and self._windows.has_plenty():
                    self._stopping.wait(GATHERED_FOR)
            self._finish(sender)

    def _hear(self) -> None:
        self._has_news = True
        self._woken.set()

    def _settle_soon(self, outcome: Outcome) -> None:
        self._arrived.append(outcome)
        self._woken.set()

    def _turn(self, sender: "_Sender", *, is_looking: bool) -> bool:
        """Settle what arrived and claim what is due; answers whether anything was."""
        self._gather()
        wanted = self._wanted(is_looking=is_looking)
        if not (self._unsettled or wanted):
            return False
        claimed_until = time.monotonic() + self._limits.lease.total_seconds()
        turn = take_turn(
            self._unsettled,
            wanted,
            lease=self._limits.lease,
            attempts=self._limits.attempts,
            chance=self._chance,
            now=datetime.now(UTC),
        )
        self._settled(turn)
        for endpoint, claimed in turn.claimed.items():
            if endpoint in self._probed:
                self._windows.probed(endpoint, got=len(claimed))
            else:
                self._windows.claimed(endpoint, asked=wanted[endpoint], got=len(claimed))
            if claimed:
                sender.send(endpoint, claimed, until=claimed_until)
        if turn.moved:
            release_stranded()
        return any(turn.claimed.values())

    def _settled(self, turn: Turn) -> None:
        """Tell of what a turn settled, and keep what it could not."""
        brought, self._unsettled = self._unsettled, turn.busy
        busy = {outcome.claimed.id for outcome in turn.busy}
        for outcome in brought:
            if outcome.claimed.id not in busy:
                call_back(outcome)
        for webhook, reason in turn.deactivated.items():
            _log.warning("webhook_switched_off", webhook=webhook, reason=reason.value)

    def _gather(self) -> None:
        while self._arrived:
            outcome = self._arrived.popleft()
            self._windows.ended(outcome)
            self._unsettled.append(outcome)

    def _wanted(self, *, is_looking: bool) -> dict[int, int]:
        wanted = {endpoint: self._windows.room(endpoint) for endpoint in self._windows.hungry()}
        self._probed.clear()
        if is_looking:
            settling = {outcome.claimed.endpoint for outcome in self._unsettled}
            for endpoint in due_endpoints():
                if pause_after(endpoint.failures) is None:
                    wanted[endpoint.id] = self._windows.room(endpoint.id)
                elif endpoint.id not in settling:  # which may be the last probe, and let it rest
                    self._probed.add(endpoint.id)
                    wanted[endpoint.id] = self._windows.room(endpoint.id, most=1)
        return {endpoint: most for endpoint, most in wanted.items() if most}

    def _keep_house(self) -> None:
        """Free lanes that stand still, place what the feed has not yet, and prune what is old."""
        if stuck := sweep():
            _log.warning("lanes_swept", lanes=stuck)
        if released := release_stranded():
            _log.info("kept_events_released", events=released)
        while place_events() == PLACED_AT_ONCE:  # less than that leaves nothing but what came meanwhile
            pass
        before = datetime.now(UTC) - self._limits.retention
        for _ in range(PRUNED_A_TIME):
            if self._stopping.is_set() or not prune_some(before=before):
                break

    def _rest(self, error: Error) -> None:
        """Leave a database that failed alone for a moment; what is to be settled is kept for then."""
        _log.warning("database_failed", error=str(error).strip()[:500])
        connection.close()
        self._stopping.wait(ONE_MORE_TRY)

    def _finish(self, sender: "_Sender") -> None:
        """Settle what is under way as it ends; what was only claimed goes back."""
        until = time.monotonic() + self._limits.stopping
        sender.stop()
        while (self._windows.in_hand or self._unsettled) and time.monotonic() < until:
            self._woken.clear()
            self._gather()
            try:
                if self._unsettled:
                    self._settled(
                        take_turn(
                            self._unsettled,
                            {},
                            lease=self._limits.lease,
                            attempts=self._limits.attempts,
                            chance=self._chance,
                            now=datetime.now(UTC),
                        )
                    )
            except Error as error:
                _log.warning("database_failed", error=str(error).strip()[:500])
                connection.close()
                time.sleep(min(ONE_MORE_TRY, max(0.0, until - time.monotonic())))
            if not self._arrived:
                self._woken.wait(BUSY_WAIT if self._unsettled else 0.5)
        connection.close()


class _Sender:
    """The loop's thread: a hand for each endpoint. Entered, it runs; left, it has ended."""

    def __init__(self, limits: Limits, done: Callable[[Outcome], None]) -> None:
        self._limits = limits
        self._done = done
        self._hands: dict[int, Hand] = {}
        self._loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="aktar-webhooks", daemon=True)
        self._session: aiohttp.ClientSession | None = None
        self._begun = threading.Event()
        self._ended = asyncio.Event()

    def __enter__(self) -> "_Sender":
        self._thread.start()
        self._begun.wait()
        return self

    def __exit__(self, *_: Any) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    def send(self, endpoint: int, claimed: list[Claimed], *, until: float) -> None:
        """Hand claims to the loop."""
        self._loop.call_soon_threadsafe(self._take, endpoint, claimed, until)

    def stop(self) -> None:
        """Let no hand begin anything more."""
        self._loop.call_soon_threadsafe(self._stop)

    def _take(self, endpoint: int, claimed: list[Claimed], until: float) -> None:
        hand = self._hands.get(endpoint)
        if hand is None:
            assert self._session is not None  # noqa: S101 - the loop runs, so it is there
            hand = self._hands[endpoint] = Hand(self._session, self._limits, self._done)
        hand.take(claimed, until=until)

    def _stop(self) -> None:
        for hand in self._hands.values():
            hand.stop()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._live())
        finally:
            self._loop.close()

    async def _live(self) -> None:
        async with guarded_session(self._limits) as self._session:
            self._begun.set()
            await self._ended.wait()
            for hand in self._hands.values():
                hand.cancel()
                await hand.end()
