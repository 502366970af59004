"""What one site would pay to have every line of a demand: from its own stock, or each by a transfer."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aktar.planning.rules.demand import UNPLANNED
from aktar.planning.rules.options import Options
from aktar.planning.rules.tariff import FAR

Prices = Mapping[tuple[int, int], float]
"""By product and site, what a hundredth of a piece costs there because others want it as well."""

NO_PRICES: Prices = {}


@dataclass(frozen=True, slots=True)
class Supply:
    """Where each line comes from (None: from nowhere), its cost, and what no supply could be cheaper than."""

    cost: float
    lower: float
    sources: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Priced:
    """Options with prices put on them, by line.

    `own`: what a site's own stock costs; `givers`: what asking costs, the cheapest first; `floors`: what it
    costs at least to have the line sent, or to leave it.
    """

    options: Options
    own: Sequence[Mapping[int, float]]
    givers: Sequence[Sequence[tuple[float, int]]]
    floors: Sequence[float]
    prices: Prices


def priced(options: Options, *, prices: Prices = NO_PRICES) -> Priced:
    """Put prices on options."""
    own: list[dict[int, float]]
    givers: Sequence[Sequence[tuple[float, int]]]
    if not prices:
        own = [dict.fromkeys(sites, 0.0) for sites in options.own]
        givers = options.givers
    else:
        get = prices.get
        own, dear = [], []
        for line, sites, asked in zip(options.demand.lines, options.own, options.givers, strict=True):
            product, quantity = line.product, line.quantity
            own.append({site: get((product, site), 0.0) * quantity for site in sites})
            dear.append(sorted((cost + get((product, site), 0.0) * quantity, site) for cost, site in asked))
        givers = dear
    return Priced(options, own, givers, _floors(options, givers), prices)


def _floors(options: Options, givers: Sequence[Sequence[tuple[float, int]]]) -> list[float]:
    floors: list[float] = [min(asked[0][0], UNPLANNED) if asked else UNPLANNED for asked in givers]
    for numbers in options.alike:
        if len(numbers) > 1:
            asked = ((min(cost, UNPLANNED), site) for cost, site in givers[numbers[0]])
            for number, (cost, _) in zip(numbers, _handed_out(options, numbers, asked), strict=True):
                floors[number] = cost
    return floors


def supply(at: Priced, dispatcher: int, *, below: float) -> Supply | None:
    """The cheapest supply of all lines at `dispatcher`, a transfer a line; None unless it is below `below`.

    Lines of one product (which want equal quantities: they are single pieces) take the cheapest site that
    still has some, one after the other, and so together the cheapest ones.
    """
    least = [min(own.get(dispatcher, UNPLANNED), floor) for own, floor in zip(at.own, at.floors, strict=True)]
    cost = sum(least)
    sources: list[int | None] = [None] * len(least)
    for numbers in at.options.alike:
        found: Iterable[tuple[float, int | None]]
        if len(numbers) == 1:
            found = (cheapest(at, numbers[0], dispatcher),)
        else:
            found = _handed_out(at.options, numbers, _offers(at, numbers[0], dispatcher))
        for number, (best, source) in zip(numbers, found, strict=True):
            cost += best - least[number]
            sources[number] = source
        if cost >= below:
            return None
    return Supply(cost, cost, tuple(sources))


def cheapest(at: Priced, number: int, dispatcher: int) -> tuple[float, int | None]:
    """What a line costs at a dispatcher if no other line wants the same, and its source."""
    best: float = UNPLANNED
    source: int | None = None
    own = at.own[number].get(dispatcher, UNPLANNED)
    if own < best:
        best, source = own, dispatcher
    way = at.options.tariff.way
    for asking, site in at.givers[number]:
        if asking > best:
            break
        if site == dispatcher:
            continue
        length = way(site, dispatcher)
        if length == FAR or asking + length > best:
            continue
        if asking + length == best and (source is None or source == dispatcher or source < site):
            # Of equals the smaller id sends, but for what is there already.
            continue
        best, source = asking + length, site
    return best, source


def _offers(at: Priced, number: int, dispatcher: int) -> Iterator[tuple[float, int]]:
    """What a line costs at a dispatcher from whoever may give it, and who that is, the cheapest first.

    Of equals what is there already comes first, then the smaller id.
    """
    own = at.own[number].get(dispatcher)
    waiting = [] if own is None else [(own, -1, dispatcher)]
    for asking, site in at.givers[number]:
        # Nobody after this one costs less than asking alone.
        while waiting and waiting[0][0] < asking:
            cost, _, source = heapq.heappop(waiting)
            yield cost, source
        length = FAR if site == dispatcher else at.options.tariff.way(site, dispatcher)
        if length != FAR:
            heapq.heappush(waiting, (asking + length, site, site))
    while waiting:
        cost, _, source = heapq.heappop(waiting)
        yield cost, source


def _handed_out(
    options: Options, numbers: Sequence[int], offers: Iterator[tuple[float, int]]
) -> Iterator[tuple[float, int | None]]:
    """What each of some lines of one product costs, and its source: an offer is taken while it lasts.

    When none is left, or leaving the line is cheaper, the line is left.
    """
    lines = options.demand.lines
    cost: float = 0
    source: int | None = None
    left = 0
    for number in numbers:
        line = lines[number]
        while left < line.quantity and cost < UNPLANNED:
            cost, source = next(offers, (UNPLANNED, None))
            if source is not None:
                left = options.spare(source, line.product)
        if cost >= UNPLANNED:
            yield UNPLANNED, None
        else:
            yield cost, source
            left -= line.quantity


def is_there(at: Priced, sources: Sequence[int | None]) -> bool:
    """Whether sites have enough for all the lines of one product that are to come from them."""
    wanted: dict[tuple[int, int], int] = {}
    for line, site in zip(at.options.demand.lines, sources, strict=True):
        if site is not None:
            wanted[site, line.product] = wanted.get((site, line.product), 0) + line.quantity
    return all(quantity <= at.options.spare(*pair) for pair, quantity in wanted.items())
