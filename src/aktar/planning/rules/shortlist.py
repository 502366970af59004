"""Which of the sites that have something of a demand are worth weighing: a bound on what a decision costs."""

from collections import Counter
from collections.abc import Collection, Mapping

from aktar.planning.rules.demand import Demand, Market
from aktar.planning.rules.geography import Point, kilometres
from aktar.planning.rules.options import having_enough
from aktar.planning.rules.tariff import FAR, Tariff

MOST_SITES = 64
MOST_FOR_A_LINE = 8
"""Of each line, so many nearest sites that may give it stay on the list whatever else they lack."""


def shortlisted(demand: Demand, *, market: Market, tariff: Tariff, whole: Collection[int] = ()) -> Market:
    """The market without the sites that can give the fewest of the lines and are the farthest away.

    Nearness counts from the dispatching site where that is given, else from the customer. Of products in
    `whole` (ids) everybody stays who can give them. A market of few sites is left as it is.
    """
    holders = {id_ for line in demand.lines for id_ in market.stock.get(line.product, {})}
    if len(holders) <= MOST_SITES:
        return market
    givers = [having_enough(line, demand, market, tariff.scenario)[0] for line in demand.lines]
    covers = Counter(id_ for having in givers for id_ in having)
    near: Point | None = demand.point
    if demand.dispatching is not None:
        near = market.sites[demand.dispatching].point
    rank = {
        id_: (-covers[id_], kilometres(market.sites[id_].point, near), id_)
        for id_ in holders
        if tariff.asking(id_) != FAR or tariff.package(id_, demand.point) != FAR
    }
    kept = set(sorted(rank, key=rank.__getitem__)[:MOST_SITES])
    if demand.dispatching is not None:
        kept.add(demand.dispatching)
    for line, having in zip(demand.lines, givers, strict=True):
        able = [id_ for id_ in having if id_ in rank]
        if line.product not in whole:
            able = sorted(able, key=lambda id_: rank[id_][1:])[:MOST_FOR_A_LINE]
        kept.update(able)
    return Market(market.sites, _only(market.stock, demand, kept), market.safety, market.standings)


def _only(
    stock: Mapping[int, Mapping[int, int]], demand: Demand, kept: set[int]
) -> dict[int, dict[int, int]]:
    return {
        product: {id_: available for id_, available in stock[product].items() if id_ in kept}
        for product in {line.product for line in demand.lines}
        if product in stock
    }
