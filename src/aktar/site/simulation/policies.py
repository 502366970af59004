"""The planner's rivals, behind its interface: the first location with stock, and the nearest one."""

from collections.abc import Callable, Iterable

from aktar.planning.rules import (
    Choice,
    Decision,
    Demand,
    Market,
    Options,
    Point,
    Site,
    Situation,
    explained,
    kilometres,
    plain_cost,
    weigh,
)
from aktar.planning.solving import Solution
from aktar.planning.solving.shares import Shares

Policy = Callable[[Situation], Solution]

_Rank = Callable[[Site, Point | None], tuple[float, int]]
"""The site of the lowest rank is asked first; the point is where the goods are wanted."""


def first_with_stock(situation: Situation) -> Solution:
    """Go down the list, by priority and id: the first who has any of it dispatches, and so for each line."""
    return _solved(situation, _on_the_list)


def nearest_with_stock(situation: Situation) -> Solution:
    """The nearest to the customer who has any of it dispatches; who is nearest to that one sends the rest."""
    return _solved(situation, _by_distance)


def _on_the_list(site: Site, _to: Point | None) -> tuple[float, int]:
    return site.priority, site.id


def _by_distance(site: Site, to: Point | None) -> tuple[float, int]:
    return kilometres(site.point, to), site.id


def _solved(situation: Situation, rank: _Rank) -> Solution:
    shares = Shares(situation.market)
    decisions = []
    for demand in situation.demands:
        decision, sources = _decided(situation, demand, shares.market, rank)
        shares.take(demand, sources)
        decisions.append(decision)
    return Solution(tuple(decisions), sum(decision.cost for decision in decisions))


def _decided(
    situation: Situation, demand: Demand, market: Market, rank: _Rank
) -> tuple[Decision, tuple[int | None, ...]]:
    options = weigh(
        demand,
        market=market,
        tariff=situation.tariffs[demand.key],
        beside=situation.beside.get(demand.key, ()),
    )
    choice = _chosen(options, rank)
    return explained(options, choice), choice.sources


def _chosen(options: Options, rank: _Rank) -> Choice:
    lines = range(len(options.demand.lines))
    if not options.dispatchers:
        return Choice(0.0, 0.0, tuple(None for _ in lines), tuple(None for _ in lines))
    has_some = frozenset().union(*options.own) & options.dispatchers.keys()
    dispatching = _first(options, has_some or options.dispatchers, to=options.demand.point, rank=rank)
    there = options.market.sites[dispatching].point
    sources: list[int | None] = []
    for number in lines:
        others = [site for _, site in options.givers[number] if site != dispatching]
        if dispatching in options.own[number]:
            sources.append(dispatching)
        else:
            sources.append(_first(options, others, to=there, rank=rank) if others else None)
    choice = Choice(0.0, 0.0, (dispatching,) * len(lines), tuple(sources))
    cost = float(plain_cost(options, choice))
    return Choice(cost, cost, choice.dispatchers, choice.sources)


def _first(options: Options, sites: Iterable[int], *, to: Point | None, rank: _Rank) -> int:
    known = options.market.sites
    return min(sites, key=lambda id_: rank(known[id_], to))
