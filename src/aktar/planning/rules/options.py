"""What could serve a demand: who may dispatch it, who may send each line, and who may not, and why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from aktar.planning.rules.demand import Demand, Line, Market, Scenario
from aktar.planning.rules.tariff import FAR, Tariff


class Why(StrEnum):
    """Why a location was passed over."""

    SHORT_OF_STOCK = "short_of_stock"
    SAFETY_STOCK = "safety_stock"
    NOT_ELIGIBLE = "not_eligible"
    TOO_FAR = "too_far"
    FAILED_BEFORE = "failed_before"
    MORE_TRANSFERS = "more_transfers"
    COSTLIER = "costlier"
    TIE = "tie"
    NO_COSTLIER = "no_costlier"


@dataclass(frozen=True, slots=True)
class Options:
    """A demand weighed against the market.

    `dispatchers`: the cost of the package by site. For each line, in the demand's order: `own`, the sites
    that have it and could dispatch it from their own stock; `givers`, the cost of asking (without the way)
    and the site, the cheapest first; `refused`, the sites that have some and why they do not count.
    """

    demand: Demand
    market: Market
    tariff: Tariff
    dispatchers: Mapping[int, int]
    own: tuple[frozenset[int], ...]
    givers: tuple[tuple[tuple[int, int], ...], ...]
    refused: tuple[Mapping[int, Why], ...]
    alike: tuple[tuple[int, ...], ...]
    """The places of the lines, product by product: those of one product share what a site has of it.

    Each of those may be given the same sites, for they want equal quantities: single pieces.
    """

    @property
    def has_twins(self) -> bool:
        """Whether several lines want the same product."""
        return len(self.alike) < len(self.demand.lines)

    @property
    def scenario(self) -> Scenario:
        """What it was weighed under."""
        return self.tariff.scenario

    def spare(self, site: int, product: int) -> int:
        """What may be taken of a product at a site, in hundredths; below zero where safety forbids it."""
        return spare(self.market, site=site, product=product, scenario=self.scenario)


def spare(market: Market, *, site: int, product: int, scenario: Scenario) -> int:
    """What may be taken of a product at a site: what is available, less the greater of both safety stocks."""
    available = market.stock.get(product, {}).get(site, 0)
    return available - max(market.safety.get(site, 0), scenario.safety_stock)


def weigh(demand: Demand, *, market: Market, tariff: Tariff, beside: Collection[int] = ()) -> Options:
    """Weigh a demand against the market; sites `beside` may dispatch though they have nothing of it."""
    weighed: dict[tuple[int, int], _Weighed] = {}
    alike: dict[int, list[int]] = {}
    rows: list[_Weighed] = []
    for number, line in enumerate(demand.lines):
        kind = (line.product, line.quantity)
        if kind not in weighed:
            weighed[kind] = _weighed(line, demand, market, tariff)
        rows.append(weighed[kind])
        alike.setdefault(line.product, []).append(number)
    own, givers, refused = zip(*rows, strict=True) if rows else ((), (), ())
    dispatchers = {demand.dispatching: 0} if demand.dispatching is not None else {}
    if demand.dispatching is None:
        for id_ in frozenset(beside).union(*own):
            cost = tariff.package(id_, demand.point)
            if cost != FAR:
                dispatchers[id_] = cost
    return Options(
        demand=demand,
        market=market,
        tariff=tariff,
        dispatchers=dispatchers,
        own=own,
        givers=givers,
        refused=refused,
        alike=tuple(tuple(numbers) for numbers in alike.values()),
    )


_Weighed = tuple[frozenset[int], tuple[tuple[int, int], ...], Mapping[int, Why]]
"""Of a line: who has it, who may be asked and what that costs, and who does not count."""


def _weighed(line: Line, demand: Demand, market: Market, tariff: Tariff) -> _Weighed:
    having, refusals = having_enough(line, demand, market, tariff.scenario)
    asked = []
    for id_ in having:
        cost = tariff.asking(id_)
        if cost != FAR:
            asked.append((cost, id_))
        else:
            refusals[id_] = Why.NOT_ELIGIBLE
    asked.sort()
    return frozenset(having), tuple(asked), refusals


def having_enough(
    line: Line, demand: Demand, market: Market, scenario: Scenario
) -> tuple[list[int], dict[int, Why]]:
    """The sites that may give a line, by what they have, and those that have some and do not count for it."""
    having: list[int] = []
    refusals: dict[int, Why] = {}
    kept, product, quantity = scenario.safety_stock, line.product, line.quantity
    for id_, available in market.stock.get(product, {}).items():
        if available < quantity:
            if available > 0:
                refusals[id_] = Why.SHORT_OF_STOCK
        elif available - max(market.safety.get(id_, 0), kept) < quantity:
            refusals[id_] = Why.SAFETY_STOCK
        elif (product, id_) in demand.failed:
            refusals[id_] = Why.FAILED_BEFORE
        elif not market.sites[id_].is_active:
            refusals[id_] = Why.NOT_ELIGIBLE
        else:
            having.append(id_)
    return having, refusals
