"""The choice: which site dispatches a demand, and where each line comes from.

A branch and bound over the dispatchers, the most promising first. `prices` let the batch way tell one order
what the others would give for the same goods; without them the cost is the plain one.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aktar.planning.rules.costs import transfer_cost
from aktar.planning.rules.demand import UNPLANNED
from aktar.planning.rules.grouping import MOST_EXACT, grouped_supply, least_costs
from aktar.planning.rules.options import Options
from aktar.planning.rules.splitting import split
from aktar.planning.rules.supply import NO_PRICES, Priced, Prices, Supply, priced, supply

MOST_TRIED = 32
"""Of demands with more than MOST_EXACT lines, so many dispatchers are tried, the most promising ones."""

_EQUAL = 0.5
"""Costs without prices are whole: what is less than this above another is the same."""


@dataclass(frozen=True, slots=True)
class Choice:
    """By line, the site whose package it is in and the one it comes from: the same one from its own stock.

    A line without a source is not planned; without a dispatcher nobody may dispatch anything. `cost` contains
    the prices, if there were any; nothing could cost less than `lower`.
    """

    cost: float
    lower: float
    dispatchers: tuple[int | None, ...]
    sources: tuple[int | None, ...]


def best_choice(options: Options, *, prices: Prices = NO_PRICES) -> Choice:
    """The cheapest choice; exact for one package of up to eight lines of different products."""
    at = priced(options, prices=prices)
    count = len(options.demand.lines)
    if not options.dispatchers:
        nothing = (None,) * count
        return Choice(float(UNPLANNED * count), float(UNPLANNED * count), nothing, nothing)
    order = _promising(at)
    found, dispatcher, lower = _single(at, order)
    whole = Choice(found.cost, lower, (dispatcher,) * count, found.sources)
    if not options.scenario.is_split_allowed or count < 2 or options.demand.dispatching is not None:
        return whole
    # Whatever the packages: the cheapest one and, by line, nothing or the cheapest way at all.
    lower = min(lower, min(options.dispatchers.values()) + sum(_least(at, n) for n in range(count)))
    parts = split(at, promising=[id_ for _, _, id_ in order], below=whole.cost)
    if parts is None:
        return Choice(whole.cost, lower, whole.dispatchers, whole.sources)
    return Choice(parts.cost, lower, parts.dispatchers, parts.sources)


def costs_alone(options: Options, dispatchers: Iterable[int]) -> list[int]:
    """By site, what the best plan costs in which it dispatches everything, in hundredths of a point."""
    at = priced(options)
    serve = _serving(options)
    # A supply costs less than infinity, so there is one.
    supplies = [(id_, serve(at, id_, below=float("inf"))) for id_ in dispatchers]
    return [options.dispatchers[id_] + round(found.cost) for id_, found in supplies if found is not None]


def plain_cost(options: Options, choice: Choice) -> int:
    """What a choice costs without prices, in hundredths of a point."""
    cost = sum(options.dispatchers[id_] for id_ in set(choice.dispatchers) if id_ is not None)
    market, weights = options.market, options.scenario.weights
    asked: set[tuple[int, int]] = set()
    for dispatcher, source in zip(choice.dispatchers, choice.sources, strict=True):
        if source is None or dispatcher is None:
            cost += UNPLANNED
        elif source != dispatcher and (source, dispatcher) not in asked:
            if options.scenario.groups_items:
                asked.add((source, dispatcher))
            cost += transfer_cost(
                market.sites[source],
                to=market.sites[dispatcher],
                weights=weights,
                standing=market.standings.get(source),
            ).total
    return cost


def fixed_cost(options: Options, choice: Choice) -> int:
    """What of `plain_cost` is a fixed price: of packages, transfers, and lines that are left."""
    weights = options.scenario.weights
    is_sent = [
        pair
        for pair in zip(choice.sources, choice.dispatchers, strict=True)
        if None not in pair and pair[0] != pair[1]
    ]
    sent = len(set(is_sent)) if options.scenario.groups_items else len(is_sent)
    packages = len({*choice.dispatchers} - {None}) if options.demand.dispatching is None else 0
    left = sum(1 for source in choice.sources if source is None)
    return sent * weights.transfer + packages * weights.package + left * UNPLANNED


def _single(at: Priced, order: list[tuple[float, int, int]]) -> tuple[Supply, int, float]:
    """The cheapest supply in one package, who dispatches it, and what none could be cheaper than."""
    serve = _serving(at.options)
    count = len(at.options.demand.lines)
    most = len(order) if count <= MOST_EXACT else MOST_TRIED
    best = Supply(float("inf"), float("inf"), (None,) * count)
    dispatcher, lower = order[0][2], float("inf")
    for place, (least, package, id_) in enumerate(order):
        if least > best.cost:
            break
        if place >= most:
            lower = min(lower, least)
            break
        if least == best.cost and id_ > dispatcher:
            continue
        # Of equals the smaller id dispatches; it must be seen to be equal.
        found = serve(at, id_, below=best.cost - package + (_EQUAL if id_ < dispatcher else 0))
        if found is None:
            continue
        lower = min(lower, package + found.lower)
        if (package + found.cost, id_) < (best.cost, dispatcher):
            best, dispatcher = Supply(package + found.cost, lower, found.sources), id_
    return best, dispatcher, min(lower, best.cost)


def _serving(options: Options) -> Callable[..., Supply | None]:
    return grouped_supply if options.scenario.groups_items else supply


def _promising(at: Priced) -> list[tuple[float, int, int]]:
    """The dispatchers with what serving costs there at the least, and the package alone; the best first."""
    if at.options.scenario.groups_items:
        return _promising_grouped(at)
    # As if all were sent, and less what each saves by having lines itself.
    sent = sum(at.floors)
    least = {id_: sent + package for id_, package in at.options.dispatchers.items()}
    for numbers in at.options.alike:
        for place, number in enumerate(numbers):
            floor, line = at.floors[number], at.options.demand.lines[number]
            # What is there takes the place of those that would be dearest to have sent: they come last.
            after = (len(numbers) - place) * line.quantity
            for id_, mine in at.own[number].items():
                is_cheaper = mine < floor and id_ in least
                if is_cheaper and (len(numbers) == 1 or at.options.spare(id_, line.product) >= after):
                    least[id_] += mine - floor
    return sorted((cost, at.options.dispatchers[id_], id_) for id_, cost in least.items())


def _promising_grouped(at: Priced) -> list[tuple[float, int, int]]:
    costs = least_costs(at)
    rows = []
    if costs is None:
        once, reach, count = min(at.floors), _reach(at.options), len(at.floors)
        most = max(reach.values(), default=1)
        for id_, package in at.options.dispatchers.items():
            # No transfer brings more lines than anybody could send, and a line that is left is one alone.
            transfers = math.ceil((count - reach.get(id_, 0)) / most)
            rows.append((package + once * transfers, package, id_))
    else:
        for id_, package in at.options.dispatchers.items():
            lacking = sum(1 << number for number, own in enumerate(at.own) if id_ not in own)
            rows.append((package + costs[lacking], package, id_))
    return sorted(rows)


def _reach(options: Options) -> dict[int, int]:
    """How many of all lines each site could give, by site; those that can give none are left out."""
    reach: dict[int, int] = {}
    for numbers in options.alike:
        line = options.demand.lines[numbers[0]]
        for site in options.own[numbers[0]]:
            pieces = options.spare(site, line.product) // line.quantity
            reach[site] = reach.get(site, 0) + min(pieces, len(numbers))
    return reach


def _least(at: Priced, number: int) -> float:
    """What a line costs at the least, whichever package it is in."""
    own = min(at.own[number].values(), default=UNPLANNED)
    if at.options.scenario.groups_items:
        return 0.0
    return min(own, at.floors[number])
