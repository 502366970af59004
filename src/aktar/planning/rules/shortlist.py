"""Which of the sites that have something of a demand are worth weighing: a bound on what a decision costs."""

from collections.abc import Mapping

from aktar.planning.rules.demand import Demand, Market
from aktar.planning.rules.geography import Point, kilometres
from aktar.planning.rules.tariff import FAR, Tariff

MOST_SITES = 64
MOST_FOR_A_LINE = 8
"""Of each line, so many nearest sites stay on the list whatever else they lack."""


def shortlisted(demand: Demand, *, market: Market, tariff: Tariff) -> Market:
    """The market without the sites that have the fewest of the lines and are the farthest from the customer.

    Nearness counts from the dispatching site where that is given. A market of few sites is left as it is.
    """
    covers: dict[int, int] = {}
    for line in demand.lines:
        for id_ in market.stock.get(line.product, {}):
            covers[id_] = covers.get(id_, 0) + 1
    if len(covers) <= MOST_SITES:
        return market
    near: Point | None = demand.point
    if demand.dispatching is not None:
        near = market.sites[demand.dispatching].point
    rank = {
        id_: (-count, kilometres(market.sites[id_].point, near), id_)
        for id_, count in covers.items()
        if tariff.asking(id_) != FAR or tariff.package(id_, demand.point) != FAR
    }
    kept = set(sorted(rank, key=rank.__getitem__)[:MOST_SITES])
    if demand.dispatching is not None:
        kept.add(demand.dispatching)
    for line in demand.lines:
        having = [id_ for id_ in market.stock.get(line.product, {}) if id_ in rank]
        kept.update(sorted(having, key=lambda id_: rank[id_][1:])[:MOST_FOR_A_LINE])
    return Market(market.sites, _only(market.stock, demand, kept), market.safety, market.standings)


def _only(
    stock: Mapping[int, Mapping[int, int]], demand: Demand, kept: set[int]
) -> dict[int, dict[int, int]]:
    return {
        product: {id_: available for id_, available in stock[product].items() if id_ in kept}
        for product in {line.product for line in demand.lines}
        if product in stock
    }
