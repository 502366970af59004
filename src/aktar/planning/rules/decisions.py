"""Decisions and why they are so: what comes from where, what it costs, who was passed over."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from heapq import nsmallest

from aktar.planning.rules.choosing import Choice, best_choice, plain_cost
from aktar.planning.rules.costs import NOTHING, Cost, package_cost, transfer_cost
from aktar.planning.rules.demand import Demand, Line, Market, Scenario
from aktar.planning.rules.options import Options, Why, weigh
from aktar.planning.rules.tariff import FAR, Tariff

MOST_NAMED = 5
"""How many passed over locations an explanation names; of the others it says how many they were."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A location that was not chosen: why, by how many hundredths of a point it is costlier, what it has."""

    site: int
    why: Why
    by: int | None = None
    available: int | None = None


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """A line: the site it comes from (the dispatching one: no transfer; None: from nowhere), and why.

    `cost` is that of its transfer; where a transfer brings several lines the first one bears it. `others`
    were passed over beside those that are named.
    """

    line: Line
    source: int | None
    cost: Cost
    passed_over: tuple[PassedOver, ...]
    others: int = 0


@dataclass(frozen=True, slots=True)
class PackagePlan:
    """What one site dispatches, and who else could have; no `dispatching` where nobody may dispatch."""

    dispatching: int | None
    items: tuple[ItemPlan, ...]
    cost: Cost
    passed_over: tuple[PassedOver, ...]
    others: int = 0

    @property
    def short(self) -> tuple[ItemPlan, ...]:
        """The lines that come from nowhere."""
        return tuple(item for item in self.items if item.source is None)

    @property
    def transferred(self) -> tuple[ItemPlan, ...]:
        """The lines that another site sends."""
        return tuple(item for item in self.items if item.source not in (None, self.dispatching))

    @property
    def kept(self) -> tuple[ItemPlan, ...]:
        """The lines that the dispatching site has itself."""
        return tuple(
            item for item in self.items if item.source is not None and item.source == self.dispatching
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """How a demand is served: its packages (one, unless the scenario splits), and the cost of all."""

    demand: Demand
    scenario: Scenario
    packages: tuple[PackagePlan, ...]
    cost: int

    @property
    def items(self) -> tuple[ItemPlan, ...]:
        """Every line, package by package."""
        return tuple(item for package in self.packages for item in package.items)

    @property
    def is_complete(self) -> bool:
        """Whether every line comes from somewhere."""
        return all(item.source is not None for item in self.items)


def decide(demand: Demand, *, market: Market, tariff: Tariff, beside: Collection[int] = ()) -> Decision:
    """The cheapest decision for one demand, as the market is now, under the tariff's scenario.

    Sites `beside` may dispatch though they have nothing of what is wanted.
    """
    options = weigh(demand, market=market, tariff=tariff, beside=beside)
    return explained(options, best_choice(options))


def explained(options: Options, choice: Choice) -> Decision:
    """A choice with its costs broken down and its alternatives."""
    packages = []
    for dispatching in dict.fromkeys(choice.dispatchers):
        asked: set[int | None] = set()
        items = []
        for number, source in enumerate(choice.sources):
            if choice.dispatchers[number] != dispatching:
                continue
            items.append(_item(options, number, dispatching, source, is_asked=source in asked))
            if options.scenario.groups_items:
                asked.add(source)
        passed, others = _other_dispatchers(options, dispatching, choice)
        packages.append(
            PackagePlan(dispatching, tuple(items), _package_cost(options, dispatching), passed, others)
        )
    return Decision(options.demand, options.scenario, tuple(packages), plain_cost(options, choice))


def _package_cost(options: Options, dispatching: int | None) -> Cost:
    if dispatching is None or options.demand.dispatching is not None:
        return NOTHING
    market = options.market
    return package_cost(
        market.sites[dispatching],
        to=options.demand.point,
        weights=options.scenario.weights,
        standing=market.standings.get(dispatching),
    )


def _item(
    options: Options, number: int, dispatching: int | None, source: int | None, *, is_asked: bool
) -> ItemPlan:
    line, market = options.demand.lines[number], options.market
    cost = NOTHING
    if source is not None and dispatching is not None and source != dispatching and not is_asked:
        cost = transfer_cost(
            market.sites[source],
            to=market.sites[dispatching],
            weights=options.scenario.weights,
            standing=market.standings.get(source),
        )
    stock = market.stock.get(line.product, {})
    rivals, too_far = _rivals(options, number, dispatching, source)
    passed = [
        # By itself it may be no costlier: a transfer comes anyway, or another order needs its goods more.
        PassedOver(site, Why.COSTLIER, max(rival - cost.total, 0), stock[site])
        for rival, site in nsmallest(MOST_NAMED, rivals)
    ]
    refused = [*_refused(options, number, source), *((site, Why.TOO_FAR) for site in too_far)]
    passed += [PassedOver(site, why, None, stock[site]) for site, why in refused[: MOST_NAMED - len(passed)]]
    return ItemPlan(line, source, cost, tuple(passed), len(rivals) + len(refused) - len(passed))


def _rivals(
    options: Options, number: int, dispatching: int | None, source: int | None
) -> tuple[list[tuple[int, int]], list[int]]:
    """Who else could have sent a line, with the cost; and who only is too far away."""
    rivals: list[tuple[int, int]] = []
    too_far: list[int] = []
    if dispatching is None:
        return rivals, too_far
    way = options.tariff.way
    for asking, site in options.givers[number]:
        if site not in (source, dispatching):
            length = way(site, dispatching)
            if length == FAR:
                too_far.append(site)
            else:
                rivals.append((asking + length, site))
    return rivals, too_far


def _refused(options: Options, number: int, source: int | None) -> Iterator[tuple[int, Why]]:
    return ((site, why) for site, why in options.refused[number].items() if site != source)


def _other_dispatchers(
    options: Options, dispatching: int | None, choice: Choice
) -> tuple[tuple[PassedOver, ...], int]:
    """Who else could have dispatched: those who lack the fewest lines, and then the cheapest packages."""
    if dispatching is None or options.demand.dispatching is not None:
        return (), 0
    has: dict[int, int] = {}
    for own in options.own:
        for site in own:
            has[site] = has.get(site, 0) + 1
    mine = has.get(dispatching, 0)
    rivals = [
        (-has.get(site, 0), package, site)
        for site, package in options.dispatchers.items()
        if site not in choice.dispatchers
    ]
    passed = []
    for had, package, site in nsmallest(MOST_NAMED, rivals):
        if -had < mine:
            passed.append(PassedOver(site, Why.MORE_TRANSFERS))
        else:
            by = max(package - options.dispatchers[dispatching], 0)
            passed.append(PassedOver(site, Why.COSTLIER, by))
    return tuple(passed), len(rivals) - len(passed)
