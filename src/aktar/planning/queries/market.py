"""The market for some demands: a bounded part of it for a few, all of it for many."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from aktar.edge.references import Reading
from aktar.planning.queries.desk import Desk, desk
from aktar.planning.queries.levels import Level, all_holders, holders_among, some_holders
from aktar.planning.rules import Demand, Market, Point, Situation, Tariff

MOST_HOLDERS = 32
"""Of each product, so many locations are looked at wherever they are; what fewer have is seen whole."""

MOST_NEAR = 64
"""Of a product that more have, besides, those among so many nearest locations."""

MOST_UNCOMMON = 16
"""And so many nearest of other kinds than most are: one warehouse may save the transfers between stores."""

ENOUGH_NEAR = 8
"""With so many of those the ones that happened to be found elsewhere are left aside."""

MOST_BESIDE = 8
"""Locations near the customer that may dispatch though they have nothing of a demand."""


def situation_of(
    demand: Demand, reading: Reading, *, now: datetime, whole: Collection[int] = ()
) -> Situation:
    """One demand and what could serve it. At most two queries, and those of a cold `desk`.

    The cost does not grow with the number of locations. Of products in `whole` (ids) everybody is seen who
    has some, whatever that costs; one query more.
    """
    at = desk(reading, now=now)
    tariff = at.tariff(demand)
    products = sorted({line.product for line in demand.lines}.difference(whole))
    rows = some_holders(products, count=MOST_HOLDERS)
    counts = Counter(product for product, _, _, _ in rows)
    common = [product for product, count in counts.items() if count >= MOST_HOLDERS]
    beside = at.dispatchers_near(demand.point, tariff.scenario, count=MOST_BESIDE)
    if common:
        # The nearest ones, and those who have what is rare: perhaps they have all of it.
        asked = {location for product, location, _, _ in rows if counts[product] < MOST_HOLDERS}
        middle = _middle(demand, at)
        asked.update(at.senders_near(middle, tariff.scenario, count=MOST_NEAR), beside)
        asked.update(at.uncommon_near(middle, tariff.scenario, count=MOST_UNCOMMON))
        if demand.dispatching is not None:
            asked.add(demand.dispatching)
        found = holders_among(common, locations=sorted(asked))
        near = Counter(product for product, _, _, _ in found)
        rows = [row for row in rows if counts[row[0]] < MOST_HOLDERS or near[row[0]] < ENOUGH_NEAR]
        rows += found
    rows += all_holders(whole)
    market = _market(at, rows)
    seen_whole = (site for product, held in market.stock.items() if product not in common for site in held)
    around = tuple(beside) + _around(seen_whole, at, tariff)
    tariffs, besides = {demand.key: tariff}, {demand.key: around}
    return Situation((demand,), market, tariffs, besides, partly=frozenset(common))


def situation_of_all(
    demands: Sequence[Demand],
    reading: Reading,
    *,
    now: datetime,
    among: Collection[tuple[int, int]] | None = None,
) -> Situation:
    """Demands in the order they are to be served in, and every location that could serve any of them.

    Where that is given, only the levels `among` these pairs of product and location (ids). One query, and
    those of `desk`.
    """
    at = desk(reading, now=now)
    rows = all_holders(sorted({line.product for demand in demands for line in demand.lines}))
    if among is not None:
        rows = [row for row in rows if row[:2] in among]
    tariffs = {demand.key: at.tariff(demand) for demand in demands}
    market = _market(at, rows)
    beside = {}
    for demand in demands:
        tariff = tariffs[demand.key]
        near = at.dispatchers_near(demand.point, tariff.scenario, count=MOST_BESIDE)
        holders = (site for line in demand.lines for site in market.stock.get(line.product, ()))
        beside[demand.key] = tuple(near) + _around(holders, at, tariff)
    return Situation(tuple(demands), market, tariffs, beside)


def _around(holders: Iterable[int], at: Desk, tariff: Tariff) -> tuple[int, ...]:
    """Who may dispatch nearest to each of those who have something, where transfers may not go far.

    Those near the customer may then be too far away from the goods.
    """
    if tariff.scenario.sources.most_kilometres is None:
        return ()
    points = [at.sites[id_].point for id_ in sorted(set(holders))]
    near = (id_ for point in points for id_ in at.dispatchers_near(point, tariff.scenario, count=1))
    return tuple(dict.fromkeys(near))


def _middle(demand: Demand, at: Desk) -> Point | None:
    """Where what is near is looked for: around the dispatching location, or else around the customer."""
    if demand.dispatching is not None and demand.dispatching in at.sites:
        return at.sites[demand.dispatching].point
    return demand.point


def _market(at: Desk, rows: Iterable[Level]) -> Market:
    stock: dict[int, dict[int, int]] = {}
    safety: dict[int, int] = {}
    for product, location, available, kept in rows:
        # A location made a moment ago is not at hand yet.
        if location in at.sites:
            stock.setdefault(product, {})[location] = available
            if kept:
                safety[location] = kept
    return Market(sites=at.sites, stock=stock, safety=safety, standings=at.standings)
