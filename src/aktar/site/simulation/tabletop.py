"""The month on paper: a policy decides on a copy of the stock, and nothing but counters moves.

What it does to stock is what the actions do; a test holds the planner's month here against its month there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from aktar.orders.rules import PIECE
from aktar.planning.queries.desk import STANDINGS_LAST, Desk
from aktar.planning.queries.market import MOST_BESIDE
from aktar.planning.rules import (
    Decision,
    Demand,
    Line,
    Market,
    Point,
    Site,
    Situation,
    Standing,
    reliability,
)
from aktar.site.simulation.ground import Ask, Pair, Planned
from aktar.site.simulation.month import Purchase
from aktar.site.simulation.policies import Policy


@dataclass(slots=True)
class _Held:
    """What an order holds: its asks, waiting and on their way, and what lies at the dispatching site."""

    demand: Demand
    dispatching: int | None
    own: list[int] = field(default_factory=list)
    waiting: dict[int, Ask] = field(default_factory=dict)
    moving: dict[int, Ask] = field(default_factory=dict)
    failed: set[Pair] = field(default_factory=set)


class Tabletop:
    """A ground without a database."""

    def __init__(
        self,
        policy: Policy,
        *,
        sites: Mapping[int, Site],
        customers: Mapping[int, Point],
        cities: Mapping[int, int],
        stock: Mapping[Pair, int],
    ) -> None:
        self._policy = policy
        self._sites = sites
        self._customers = customers
        self._cities = cities
        self._stock: dict[int, dict[int, int]] = {}
        self.receive(stock)
        self._orders: dict[str, _Held] = {}
        self._keys = count(1)
        self._open: dict[int, int] = {}
        self._sent: dict[int, int] = {}
        self._failed: dict[int, int] = {}
        self._desk: tuple[datetime, Desk] | None = None

    def place(self, orders: Sequence[Purchase], *, now: datetime) -> list[Planned]:
        return [self._place(order, now) for order in orders]

    def renew(self, ask: Ask, *, now: datetime) -> Planned:
        held = self._orders[ask.order]
        del held.waiting[ask.key]
        self._count(self._open, ask.source, -1)
        self._count(self._failed, ask.source, 1)
        held.failed.add((ask.product, ask.source))
        line = next(line for line in held.demand.lines if line.product == ask.product)
        demand = Demand(
            key=held.demand.key,
            number=held.demand.number,
            lines=(line,),
            channel=held.demand.channel,
            city=held.demand.city,
            point=held.demand.point,
            dispatching=held.dispatching,
            failed=frozenset(held.failed),
        )
        return self._carried_out(held, self._decided(demand, now))

    def send(self, ask: Ask, *, now: datetime) -> None:
        held = self._orders[ask.order]
        held.moving[ask.key] = held.waiting.pop(ask.key)

    def arrive(self, ask: Ask, *, now: datetime) -> None:
        held = self._orders[ask.order]
        del held.moving[ask.key]
        held.own.append(ask.product)
        self._count(self._open, ask.source, -1)
        self._count(self._sent, ask.source, 1)

    def pack(self, order: str, *, now: datetime) -> None:
        del self._orders[order]

    def cancel(self, order: str, *, now: datetime) -> None:
        held = self._orders.pop(order)
        for ask in (*held.waiting.values(), *held.moving.values()):
            self._add(ask.product, ask.source, PIECE)
            self._count(self._open, ask.source, -1)
        for product in held.own:
            assert held.dispatching is not None  # noqa: S101 - nothing lies nowhere
            self._add(product, held.dispatching, PIECE)

    def available(self) -> Mapping[Pair, int]:
        return {
            (product, site): quantity
            for product, there in self._stock.items()
            for site, quantity in there.items()
        }

    def receive(self, goods: Mapping[Pair, int], *, now: datetime | None = None) -> None:
        for (product, site), quantity in goods.items():
            self._add(product, site, quantity)

    def _place(self, purchase: Purchase, now: datetime) -> Planned:
        demand = Demand(
            key=int(purchase.number[3:]),
            number=purchase.number,
            lines=tuple(Line(key, product, PIECE) for key, product in enumerate(purchase.products)),
            city=self._cities[purchase.home],
            point=self._customers[purchase.home],
        )
        decision = self._decided(demand, now)
        held = _Held(demand, decision.packages[0].dispatching)
        self._orders[purchase.number] = held
        return self._carried_out(held, decision)

    def _decided(self, demand: Demand, now: datetime) -> Decision:
        desk = self._desk_at(now)
        tariff = desk.tariff(demand)
        stock = {line.product: self._stock.get(line.product, {}) for line in demand.lines}
        market = Market(self._sites, stock, standings=desk.standings)
        beside = tuple(desk.dispatchers_near(demand.point, tariff.scenario, count=MOST_BESIDE))
        situation = Situation((demand,), market, {demand.key: tariff}, {demand.key: beside})
        (decision,) = self._policy(situation).decisions
        return decision

    def _carried_out(self, held: _Held, decision: Decision) -> Planned:
        (package,) = decision.packages
        asks = []
        for item in package.kept:
            held.own.append(item.line.product)
        for item in (*package.kept, *package.transferred):
            if item.source is not None:
                self._add(item.line.product, item.source, -PIECE)
        for item in package.transferred:
            if item.source is not None and package.dispatching is not None:
                ask = Ask(
                    next(self._keys), held.demand.number, item.line.product, item.source, package.dispatching
                )
                held.waiting[ask.key] = ask
                self._count(self._open, ask.source, 1)
                asks.append(ask)
        return Planned(package.dispatching, tuple(asks), len(package.short))

    def _desk_at(self, now: datetime) -> Desk:
        """What the locations are known to have done, as fresh as the planner's own desk keeps it."""
        if self._desk is None or not self._desk[0] <= now < self._desk[0] + STANDINGS_LAST:
            standings = {
                site: Standing(
                    open_load=self._open.get(site, 0),
                    reliability=reliability(sent=self._sent.get(site, 0), failed=self._failed.get(site, 0)),
                )
                for site in {*self._open, *self._sent, *self._failed}
            }
            self._desk = (now, Desk(sites=self._sites, scenarios=(), standings=standings))
        return self._desk[1]

    def _add(self, product: int, site: int, quantity: int) -> None:
        there = self._stock.setdefault(product, {})
        there[site] = there.get(site, 0) + quantity
        if not there[site]:
            del there[site]

    @staticmethod
    def _count(counts: dict[int, int], site: int, change: int) -> None:
        counts[site] = counts.get(site, 0) + change
