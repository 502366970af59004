"""Decisions and why they are so: what comes from where, what it costs, who was passed over."""

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice

from aktar.planning.rules.choosing import Choice, best_choice, costs_alone, plain_cost
from aktar.planning.rules.costs import NOTHING, Cost, package_cost, transfer_cost
from aktar.planning.rules.demand import Demand, Line, Market, Scenario
from aktar.planning.rules.options import Options, Why, weigh
from aktar.planning.rules.tariff import FAR, Tariff

MOST_NAMED = 5
"""How many passed over locations an explanation names; of the others weighed it says how many they were."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A location that was not chosen: why, by how many hundredths of a point it is costlier, what it has.

    `by` is what the plan would cost more if all else of it stayed and the line came from there; of a location
    that could have dispatched, what the best plan would in which it dispatches everything. `available` is
    told of a line: what lines of the same demand took before this one, it has no more.
    """

    site: int
    why: Why
    by: int | None = None
    available: int | None = None


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """A line: the site it comes from (the dispatching one: no transfer; None: from nowhere), and why.

    `cost` is that of its transfer; where a transfer brings several lines the first one bears it. So many
    `others` of those weighed were passed over beside those that are named.
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
    def short(self) -> frozenset[int]:
        """The products (ids) of lines that come from nowhere."""
        return frozenset(item.line.product for item in self.items if item.source is None)

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


Left = Mapping[int, Mapping[int, int]]
"""By product and site, what is there when everything is decided."""


def explained(options: Options, choice: Choice, *, left: Left | None = None) -> Decision:
    """A choice with its costs broken down and its alternatives.

    `left` tells what demands that were decided together leave of the market, for the lines that come from
    nowhere; without it nobody takes anything but this demand.
    """
    packages = []
    cost = plain_cost(options, choice)
    for dispatching in dict.fromkeys(choice.dispatchers):
        asked: set[int | None] = set()
        items = []
        for number, source in enumerate(choice.sources):
            if choice.dispatchers[number] != dispatching:
                continue
            taken = _taken(options, choice, number, left)
            items.append(_item(options, choice, number, taken, is_asked=source in asked))
            if options.scenario.groups_items:
                asked.add(source)
        passed, others = _other_dispatchers(options, dispatching, choice, cost)
        packages.append(
            PackagePlan(dispatching, tuple(items), _package_cost(options, dispatching), passed, others)
        )
    return Decision(options.demand, options.scenario, tuple(packages), cost)


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


def _taken(options: Options, choice: Choice, number: int, left: Left | None) -> Mapping[int, int]:
    """By site, what is gone of a line's product when it is this line's turn: others took it.

    A line that comes from nowhere has its turn last.
    """
    lines, is_last = options.demand.lines, choice.sources[number] is None
    product = lines[number].product
    if is_last and left is not None:
        held, rest = options.market.stock.get(product, {}), left.get(product, {})
        return {site: held[site] - rest.get(site, 0) for site in options.own[number]}
    taken: dict[int, int] = {}
    if options.has_twins:
        for line, source in zip(lines, choice.sources if is_last else choice.sources[:number], strict=False):
            if source is not None and line.product == product:
                taken[source] = taken.get(source, 0) + line.quantity
    return taken


def _item(
    options: Options, choice: Choice, number: int, taken: Mapping[int, int], *, is_asked: bool
) -> ItemPlan:
    line, market = options.demand.lines[number], options.market
    dispatching, source = choice.dispatchers[number], choice.sources[number]
    cost = NOTHING
    if source is not None and dispatching is not None and source != dispatching and not is_asked:
        cost = transfer_cost(
            market.sites[source],
            to=market.sites[dispatching],
            weights=options.scenario.weights,
            standing=market.standings.get(source),
        )
    stock = market.stock.get(line.product, {})
    refused = _refused(options, number, source, taken)
    rivals = _rivals(options, number, dispatching, source, refused)
    # Of a line that comes from nowhere, whatever it would have cost, nobody is the costlier one.
    named = nsmallest(MOST_NAMED, rivals) if source is not None else []
    passed = []
    if source is not None and named:
        asked, saved = _asked_beside(options, choice, number)
        for rival, site in named:
            by = (0 if site in asked else rival) - saved
            why = _why(by, is_first=source < site)
            passed.append(PassedOver(site, why, by, stock[site] - taken.get(site, 0)))
    passed += [
        PassedOver(site, why, None, stock[site] - taken.get(site, 0))
        for site, why in islice(refused.items(), MOST_NAMED - len(passed))
    ]
    return ItemPlan(line, source, cost, tuple(passed), len(rivals) + len(refused) - len(passed))


def _asked_beside(options: Options, choice: Choice, number: int) -> tuple[Container[int | None], int]:
    """Who sends other lines along anyway, and what it would save if a line's transfer were not asked for."""
    dispatching, source = choice.dispatchers[number], choice.sources[number]
    if source is None or dispatching is None or source == dispatching:
        saved = 0
    else:
        saved = options.tariff.asking(source) + options.tariff.way(source, dispatching)
    if not options.scenario.groups_items:
        return (), saved
    pairs = zip(choice.dispatchers, choice.sources, strict=True)
    asked = {
        sender for place, (to, sender) in enumerate(pairs) if place != number and to == dispatching != sender
    }
    return asked, 0 if source in asked else saved


def _why(by: int, *, is_first: bool, costlier: Why = Why.COSTLIER) -> Why:
    """What to say of one that was passed over though it costs `by` more, or less than nothing more.

    That it does is no fault: orders are weighed together, and many lines not in every way there is.
    """
    if by > 0:
        return costlier
    return Why.TIE if by == 0 and is_first else Why.NO_COSTLIER


def _refused(options: Options, number: int, source: int | None, taken: Mapping[int, int]) -> dict[int, Why]:
    """Who has, or had, some of a line's product and could not be chosen for it."""
    line = options.demand.lines[number]
    stock = options.market.stock.get(line.product, {})
    refused: dict[int, Why] = {}
    for site in sorted(taken):
        if site == source or site not in options.own[number]:
            continue
        if stock[site] - taken[site] < line.quantity:
            refused[site] = Why.SHORT_OF_STOCK
        elif options.spare(site, line.product) - taken[site] < line.quantity:
            refused[site] = Why.SAFETY_STOCK
    for site, why in options.refused[number].items():
        if site != source:
            refused.setdefault(site, why)
    return refused


def _rivals(
    options: Options,
    number: int,
    dispatching: int | None,
    source: int | None,
    refused: dict[int, Why],
) -> list[tuple[int, int]]:
    """Who else could have sent a line, with the cost; who only is too far away is added to those refused."""
    rivals: list[tuple[int, int]] = []
    if dispatching is None:
        return rivals
    way = options.tariff.way
    for asking, site in options.givers[number]:
        if site not in (source, dispatching) and site not in refused:
            length = way(site, dispatching)
            if length == FAR:
                refused[site] = Why.TOO_FAR
            else:
                rivals.append((asking + length, site))
    return rivals


def _other_dispatchers(
    options: Options, dispatching: int | None, choice: Choice, cost: int
) -> tuple[tuple[PassedOver, ...], int]:
    """Who else could have dispatched: of those who lack the fewest lines the cheapest packages.

    They stand in the order of what the best plan from there would cost.
    """
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
    named = [site for _, _, site in nsmallest(MOST_NAMED, rivals)]
    passed = []
    for whole, site in sorted(zip(costs_alone(options, named), named, strict=True)):
        by = whole - cost
        costlier = Why.MORE_TRANSFERS if has.get(site, 0) < mine else Why.COSTLIER
        passed.append(PassedOver(site, _why(by, is_first=dispatching < site, costlier=costlier), by))
    return tuple(passed), len(rivals) - len(passed)
