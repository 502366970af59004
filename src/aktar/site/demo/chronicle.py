"""Plays the demo's story in the order of time, whoever acts it out: the ledger or the real actions."""

import heapq
from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from aktar.site.demo.sketches import Note, Purchase, Step, Transfer
from aktar.site.demo.story import Storyteller


class World(Protocol):
    """Where the story takes place."""

    def place(self, purchase: Purchase) -> None:
        """An order comes in."""

    def plan(self, purchase: Purchase) -> list[Transfer]:
        """An order is planned: the transfers that its packages need are made."""

    def step(self, transfer: Transfer, step: Step) -> Transfer | None:
        """A command is run; a renewal may give a new transfer."""

    def note(self, transfer: Transfer, note: Note) -> None:
        """Another system sets a number."""


class Chronicle:
    """What is still to happen, the earliest first; only orders under way are kept in memory."""

    def __init__(self, storyteller: Storyteller, purchases: Iterator[Purchase]) -> None:
        self._storyteller = storyteller
        self._purchases = purchases
        self._coming = next(purchases, None)
        self._due: list[tuple[datetime, int, Purchase, Transfer | None, Step | Note | None]] = []
        self._told = 0
        self.under_way: dict[int, Purchase] = {}

    @property
    def next_at(self) -> datetime | None:
        """When the next thing happens; None where the story is over."""
        coming = [self._coming.placed_at] if self._coming else []
        return min([*coming, *(due[0] for due in self._due[:1])], default=None)

    def to_come(self) -> list[Purchase]:
        """List the orders that are not placed yet."""
        coming = [*([self._coming] if self._coming else []), *self._purchases]
        self._purchases = iter(coming)
        self._coming = next(self._purchases, None)
        return coming

    def play(self, world: World, *, orders: int, until: datetime) -> Iterator[Purchase]:
        """Act out what happens up to `until`, no order past number `orders`; yield the finished ones."""
        while True:
            coming = self._coming
            if self._due and (coming is None or self._due[0][0] <= coming.placed_at):
                if self._due[0][0] > until:
                    return
                yield from self._happen(world)
            elif coming is None or coming.number > orders or coming.placed_at > until:
                return
            else:
                self._coming = next(self._purchases, None)
                self.under_way[coming.number] = coming
                world.place(coming)
                self._await(coming.planned_at, coming)

    def _happen(self, world: World) -> Iterator[Purchase]:
        at, _, purchase, transfer, event = heapq.heappop(self._due)
        begun: list[Transfer] = []
        if transfer is None:
            begun = world.plan(purchase)
        elif isinstance(event, Step):
            renewed = world.step(transfer, event)
            begun = [renewed] if renewed else []
        elif event is not None:
            world.note(transfer, event)
        for new in begun:
            for told in self._storyteller.fate(new):
                self._await(max(at, told.at), purchase, new, told)
        purchase.awaited -= 1
        if not purchase.awaited:
            yield self.under_way.pop(purchase.number)

    def _await(
        self,
        at: datetime,
        purchase: Purchase,
        transfer: Transfer | None = None,
        event: Step | Note | None = None,
    ) -> None:
        purchase.awaited += 1
        self._told += 1  # breaks ties, so that equal instants keep the order in which they were told
        heapq.heappush(self._due, (at, self._told, purchase, transfer, event))
