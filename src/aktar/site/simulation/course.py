"""The course of a month on any ground: orders, failures, ways, deliveries of goods, in simulated time."""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from aktar.planning.rules import Point, Site, kilometres
from aktar.site.simulation.ground import Ask, Ground, Pair, Planned
from aktar.site.simulation.month import PROMISE, START, Month, Purchase, is_delivered_to, luck, packing
from aktar.site.simulation.tallies import Tally

_GIVING_UP = timedelta(hours=4)
_DAY = timedelta(days=1)
_MORNING = timedelta(hours=5)


@dataclass(slots=True)
class _Order:
    """An order under way, and what it waits for."""

    purchase: Purchase
    day: int
    awaited: set[int] = field(default_factory=set)
    is_given_up: bool = False


class Course:
    """Plays one month on one ground."""

    def __init__(
        self,
        month: Month,
        *,
        ground: Ground,
        sites: Mapping[int, Site],
        customers: Mapping[int, Point],
        targets: Mapping[Pair, int],
        progress: Callable[[int], None],
    ) -> None:
        self.tally = Tally()
        self._month = month
        self._ground = ground
        self._sites = sites
        self._customers = customers
        self._targets = targets
        self._progress = progress
        self._orders: dict[str, _Order] = {}
        self._coming: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._numbers = count()

    def play(self, purchases: Sequence[Purchase], *, together: timedelta | None = None) -> Tally:
        """Play to the end of the last order; those within `together` are planned at its end, else at once."""
        groups: dict[datetime, list[Purchase]] = {}
        for purchase in purchases:
            at = purchase.at
            if together is not None:
                at = START + together * ((at - START) // together + 1)
            groups.setdefault(at, []).append(purchase)
        for at, group in groups.items():
            self._later(at, partial(self._place, group))
        for day in range(1, self._month.days):
            self._later(START + day * _DAY + _MORNING, partial(self._restock, day))
        while self._coming:
            now, _, happen = heapq.heappop(self._coming)
            happen(now)
        return self.tally

    def _later(self, at: datetime, happen: Callable[[datetime], None]) -> None:
        heapq.heappush(self._coming, (at, next(self._numbers), happen))

    def _place(self, purchases: Sequence[Purchase], now: datetime) -> None:
        for purchase, planned in zip(purchases, self._ground.place(purchases, now=now), strict=True):
            order = _Order(purchase, (purchase.at - START) // _DAY)
            self._orders[purchase.number] = order
            self.tally.orders += 1
            if planned.dispatching is not None:
                length = kilometres(self._sites[planned.dispatching].point, self._customers[purchase.home])
                self.tally.package(kilometres=length, day=order.day)
            self._follow(order, planned, now)
        self._progress(self.tally.orders)

    def _follow(self, order: _Order, planned: Planned, now: datetime) -> None:
        """What was decided takes its way."""
        for ask in planned.asks:
            self._ask(order, ask, now)
        if planned.short:
            self.tally.missing(planned.short, day=order.day)
            if not order.is_given_up:
                order.is_given_up = True
                self._later(now + _GIVING_UP, lambda at: self._ground.cancel(order.purchase.number, now=at))
        self._pack_if_complete(order, now)

    def _ask(self, order: _Order, ask: Ask, now: datetime) -> None:
        source = self._sites[ask.source]
        length = kilometres(source.point, self._sites[ask.destination].point)
        self.tally.transfer(kilometres=length, day=order.day)
        order.awaited.add(ask.key)
        fate = luck(
            self._month,
            order=ask.order,
            product=ask.product,
            source=ask.source,
            is_store=source.kind == "store",
            kilometres=length,
        )

        def picked(at: datetime) -> None:
            if order.is_given_up:
                return
            if fate.is_found:
                self._ground.send(ask, now=at)
                self._later(at + fate.way, arrived)
            else:
                self.tally.renewals += 1
                order.awaited.discard(ask.key)
                self._follow(order, self._ground.renew(ask, now=at), at)

        def arrived(at: datetime) -> None:
            if not order.is_given_up:
                self._ground.arrive(ask, now=at)
                order.awaited.discard(ask.key)
                self._pack_if_complete(order, at)

        self._later(now + fate.picking, picked)

    def _pack_if_complete(self, order: _Order, now: datetime) -> None:
        if order.awaited or order.is_given_up:
            return

        def packed(at: datetime) -> None:
            self._ground.pack(order.purchase.number, now=at)
            self.tally.served += 1
            self.tally.late += at - order.purchase.at > PROMISE

        self._later(now + packing(self._month, order=order.purchase.number), packed)

    def _restock(self, day: int, now: datetime) -> None:
        available = self._ground.available()
        missing = {
            pair: target - available.get(pair, 0)
            for pair, target in self._targets.items()
            if is_delivered_to(pair[1], day=day) and available.get(pair, 0) < target
        }
        if missing:
            self._ground.receive(missing, now=now)
