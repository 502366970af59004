"""What one site would pay to have every line of a demand: from its own stock, or each by a transfer."""

from collections.abc import Mapping, Sequence
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
    floors = [min(asked[0][0], UNPLANNED) if asked else UNPLANNED for asked in givers]
    return Priced(options, own, givers, floors, prices)


def supply(at: Priced, dispatcher: int, *, below: float) -> Supply | None:
    """The cheapest supply of all lines at `dispatcher`, a transfer a line; None unless it is below `below`.

    Lines of one product (which want equal quantities: they are single pieces) take the cheapest site that
    still has some, one after the other, and so together the cheapest ones.
    """
    least = [min(own.get(dispatcher, UNPLANNED), floor) for own, floor in zip(at.own, at.floors, strict=True)]
    cost = sum(least)
    sources: list[int | None] = []
    taken: dict[tuple[int, int], int] | None = {} if at.options.has_twins else None
    for number, line in enumerate(at.options.demand.lines):
        best, source = cheapest(at, number, dispatcher, taken=taken)
        cost += best - least[number]
        if cost >= below:
            return None
        if taken is not None and source is not None:
            taken[line.product, source] = taken.get((line.product, source), 0) + line.quantity
        sources.append(source)
    return Supply(cost, cost, tuple(sources))


def cheapest(
    at: Priced,
    number: int,
    dispatcher: int,
    *,
    taken: Mapping[tuple[int, int], int] | None = None,
) -> tuple[float, int | None]:
    """What a line costs at a dispatcher, and its source; `taken` is gone already, by product and site."""
    line = at.options.demand.lines[number]
    best: float = UNPLANNED
    source: int | None = None
    own = at.own[number].get(dispatcher, UNPLANNED)
    if own < best and (not taken or _is_left(at, dispatcher, number, taken)):
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
        if taken and (line.product, site) in taken and not _is_left(at, site, number, taken):
            continue
        best, source = asking + length, site
    return best, source


def is_there(at: Priced, sources: Sequence[int | None]) -> bool:
    """Whether sites have enough for all the lines of one product that are to come from them."""
    wanted: dict[tuple[int, int], int] = {}
    for line, site in zip(at.options.demand.lines, sources, strict=True):
        if site is not None:
            wanted[site, line.product] = wanted.get((site, line.product), 0) + line.quantity
    return all(quantity <= at.options.spare(*pair) for pair, quantity in wanted.items())


def _is_left(at: Priced, site: int, number: int, taken: Mapping[tuple[int, int], int]) -> bool:
    line = at.options.demand.lines[number]
    return at.options.spare(site, line.product) - taken.get((line.product, site), 0) >= line.quantity
