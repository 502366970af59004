"""Small markets for tests of the rules: sites on a map of Turkey, what they have, what is wanted."""

from collections.abc import Mapping
from itertools import product as every
from typing import Any

from hypothesis import strategies as st

from aktar.planning.rules import (
    UNPLANNED,
    Decision,
    Demand,
    Line,
    Market,
    Scenario,
    Site,
    Situation,
    Standing,
    Tariff,
    decide,
    package_cost,
    point,
    spare,
    transfer_cost,
)

PIECE = 100
ISTANBUL, ANKARA, IZMIR, VAN = (41.01, 28.97), (39.93, 32.86), (38.42, 27.14), (38.49, 43.38)


def a_site(id_: int, at: tuple[float, float] | None = ISTANBUL, **values: Any) -> Site:
    """A store; say where it stands, and what is not usual about it."""
    filled: dict[str, Any] = {
        "erp_code": f"S{id_}",
        "name": f"Store {id_}",
        "kind": "store",
        "city": 34,
        "tags": frozenset(),
        "priority": 10,
        "days": 3.0,
        "point": None if at is None else point(latitude=at[0], longitude=at[1]),
    }
    return Site(id=id_, **(filled | values))


def a_demand(
    *products: int, at: tuple[float, float] | None = ISTANBUL, key: int = 1, **values: Any
) -> Demand:
    """A demand for a piece of each product."""
    lines = tuple(Line(key * 100 + n, product, PIECE) for n, product in enumerate(products))
    where = None if at is None else point(latitude=at[0], longitude=at[1])
    return Demand(key=key, number=f"N{key}", lines=lines, point=where, **values)


def a_market(*sites: Site, stock: Mapping[int, Mapping[int, int]], **values: Any) -> Market:
    """A market; `stock` in whole pieces by product and site."""
    held = {product: {id_: n * PIECE for id_, n in some.items()} for product, some in stock.items()}
    return Market(sites={site.id: site for site in sites}, stock=held, **values)


def a_tariff(market: Market, scenario: Scenario) -> Tariff:
    return Tariff(sites=market.sites, standings=market.standings, scenario=scenario)


def decided(demand: Demand, market: Market, scenario: Scenario = Scenario()) -> Decision:  # noqa: B008 - frozen
    """The decision for a demand; any site of the market may dispatch it."""
    return decide(demand, market=market, tariff=a_tariff(market, scenario), beside=[*market.sites])


def a_situation(market: Market, demands: list[Demand], scenario: Scenario) -> Situation:
    """Demands that share a market under one scenario."""
    tariff = a_tariff(market, scenario)
    return Situation(
        tuple(demands),
        market,
        {demand.key: tariff for demand in demands},
        {demand.key: tuple(market.sites) for demand in demands},
    )


_coordinates = st.tuples(st.integers(36, 41), st.integers(27, 44))


@st.composite
def markets(draw: st.DrawFn, *, most_sites: int = 4, products: int = 3) -> Market:
    """A market of a few sites that have none to two of each product."""
    sites = [
        a_site(
            id_,
            draw(_coordinates),
            priority=draw(st.integers(1, 12)),
            days=float(draw(st.integers(0, 4))),
            kind=draw(st.sampled_from(["store", "warehouse"])),
            dispatches=draw(st.booleans()),
        )
        for id_ in range(1, draw(st.integers(1, most_sites)) + 1)
    ]
    stock = {product: {site.id: draw(st.integers(0, 2)) for site in sites} for product in range(products)}
    standings = {
        site.id: Standing(draw(st.integers(0, 5)), draw(st.sampled_from([1.0, 0.75]))) for site in sites
    }
    return a_market(*sites, stock=stock, standings=standings)


@st.composite
def demands(draw: st.DrawFn, *, key: int = 1, products: int = 3, most_lines: int = 3) -> Demand:
    """A demand for one to three pieces, of the same product some of them."""
    wanted = draw(st.lists(st.integers(0, products - 1), min_size=1, max_size=most_lines))
    return a_demand(*wanted, at=draw(_coordinates), key=key)


def cheapest(demand: Demand, market: Market, scenario: Scenario, *, most_packages: int = 1) -> int:
    """What the best decision costs: every one is tried."""
    weights = scenario.weights
    able = [site for site in market.sites.values() if site.is_active and site.dispatches]
    if not able:
        return UNPLANNED * len(demand.lines)
    best = (UNPLANNED + 10**7) * len(demand.lines)
    places: list[int | None] = [None, *market.sites]
    for dispatchers in every([site.id for site in able], repeat=len(demand.lines)):
        if len(set(dispatchers)) > most_packages:
            continue
        packages = sum(
            package_cost(
                market.sites[id_], to=demand.point, weights=weights, standing=market.standings.get(id_)
            ).total
            for id_ in set(dispatchers)
        )
        for sources in every(places, repeat=len(demand.lines)):
            if packages < best and is_possible(demand, market, scenario, sources):
                best = min(best, packages + _moves(market, scenario, dispatchers, sources))
    return best


def is_possible(demand: Demand, market: Market, scenario: Scenario, sources: tuple[int | None, ...]) -> bool:
    """Whether the sites have what is to come from them, safety stock left in place."""
    taken: dict[tuple[int, int], int] = {}
    for line, source in zip(demand.lines, sources, strict=True):
        if source is not None:
            taken[source, line.product] = taken.get((source, line.product), 0) + line.quantity
    return all(
        quantity <= spare(market, site=site, product=product, scenario=scenario)
        for (site, product), quantity in taken.items()
    )


def _moves(
    market: Market,
    scenario: Scenario,
    dispatchers: tuple[int, ...],
    sources: tuple[int | None, ...],
) -> int:
    cost, asked = 0, set()
    for dispatcher, source in zip(dispatchers, sources, strict=True):
        if source is None:
            cost += UNPLANNED
        elif source != dispatcher and (dispatcher, source) not in asked:
            if scenario.groups_items:
                asked.add((dispatcher, source))
            cost += transfer_cost(
                market.sites[source],
                to=market.sites[dispatcher],
                weights=scenario.weights,
                standing=market.standings.get(source),
            ).total
    return cost
