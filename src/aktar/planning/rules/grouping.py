"""The supply of a dispatching site where one transfer may bring several lines: the cheapest senders."""

from collections.abc import Iterator, Sequence

from aktar.planning.rules.demand import UNPLANNED
from aktar.planning.rules.supply import Priced, Supply, is_there
from aktar.planning.rules.tariff import FAR

MOST_EXACT = 8
"""With more lines than these the senders are chosen one by one: the exact way doubles with every line."""

Sender = tuple[int | None, float, dict[int, float]]
"""A site (None stands for nobody), what its transfer costs, and the price of each line it could put in."""

Sources = tuple[int | None, ...]


def grouped_supply(at: Priced, dispatcher: int, *, below: float) -> Supply | None:
    """The cheapest supply of all lines at `dispatcher`, a transfer a sender; None: none is below `below`.

    Exact up to MOST_EXACT lines of different products; beyond, `lower` is what it could cost at the least.
    """
    senders = [*_senders(at, to=dispatcher), *_own_stock(at, dispatcher)]
    count = len(at.options.demand.lines)
    if count > MOST_EXACT:
        lower = sum(
            min(offers[number] for _, _, offers in senders if number in offers) for number in range(count)
        )
    else:
        costs = cover_costs(senders, count)
        lower = costs[-1][0]
        sources = _sources(costs, count)
        if not at.options.has_twins or is_there(at, sources):
            return Supply(lower, lower, sources) if lower < below else None
    if lower >= below:
        return None
    cost, sources = _one_by_one(at, senders)
    return Supply(cost, lower, sources)


def least_costs(at: Priced) -> list[float] | None:
    """For every set of lines (a bit each), what transfers cost at least wherever they go to.

    None where there are too many lines.
    """
    count = len(at.options.demand.lines)
    if count > MOST_EXACT:
        return None
    return [cost for cost, _, _ in cover_costs(_senders(at, to=None), count)]


def _senders(at: Priced, *, to: int | None) -> list[Sender]:
    """Who could send, to a site or (without the way) anywhere; nobody is among them."""
    lines = at.options.demand.lines
    found: dict[int, tuple[float, dict[int, float]]] = {}
    for number, line in enumerate(lines):
        for asking, site in at.options.givers[number]:
            if site == to:
                continue
            if site not in found:
                way = 0 if to is None else at.options.tariff.way(site, to)
                found[site] = (float("inf") if way == FAR else asking + way, {})
            price = at.prices.get((line.product, site), 0.0) * line.quantity if at.prices else 0.0
            found[site][1][number] = price
    rows: list[Sender] = [(None, 0.0, dict.fromkeys(range(len(lines)), float(UNPLANNED)))]
    rows += [(site, fixed, offers) for site, (fixed, offers) in found.items() if fixed < UNPLANNED]
    return rows


def _own_stock(at: Priced, dispatcher: int) -> list[Sender]:
    own = {number: costs[dispatcher] for number, costs in enumerate(at.own) if dispatcher in costs}
    return [(dispatcher, 0.0, own)] if own else []


def cover_costs(senders: Sequence[Sender], count: int) -> list[tuple[float, int, int | None]]:
    """For every set of lines (a bit each) the least cost to have them, and the part that one sender brings.

    The sender of the first line of a set, and the best for the rest.
    """
    offering: list[list[Sender]] = [[] for _ in range(count)]
    for sender in sorted(senders, key=lambda row: (row[1], row[0] or 0)):
        for number in sender[2]:
            offering[number].append(sender)
    best: list[tuple[float, int, int | None]] = [(0.0, 0, None)]
    for wanted in range(1, 1 << count):
        first = (wanted & -wanted).bit_length() - 1
        cheapest: tuple[float, int, int | None] = (float("inf"), 0, None)
        for site, fixed, offers in offering[first]:
            if fixed >= cheapest[0]:
                break
            for part, price in _parts(offers, wanted, first):
                cost = fixed + price + best[wanted & ~part][0]
                if cost < cheapest[0]:
                    cheapest = (cost, part, site)
        best.append(cheapest)
    return best


def _sources(costs: Sequence[tuple[float, int, int | None]], count: int) -> Sources:
    sources: list[int | None] = [None] * count
    wanted = (1 << count) - 1
    while wanted:
        _, part, site = costs[wanted]
        for number in range(count):
            if part >> number & 1:
                sources[number] = site
        wanted &= ~part
    return tuple(sources)


def _parts(offers: dict[int, float], wanted: int, first: int) -> Iterator[tuple[int, float]]:
    """The sets of wanted lines that one transfer may bring, each with the first and what costs no more."""
    free = 1 << first
    dear = []
    for number, price in offers.items():
        if number != first and wanted >> number & 1:
            if price <= 0:
                free |= 1 << number
            elif price < UNPLANNED:
                dear.append((1 << number, price))
    yield from _with_each(free, offers[first], dear)


def _with_each(part: int, price: float, dear: list[tuple[int, float]]) -> Iterator[tuple[int, float]]:
    if not dear:
        yield part, price
        return
    (bit, more), rest = dear[0], dear[1:]
    yield from _with_each(part, price, rest)
    yield from _with_each(part | bit, price + more, rest)


def _one_by_one(at: Priced, senders: Sequence[Sender]) -> tuple[float, Sources]:
    """Sender by sender, each time the one that is cheapest for each line it brings."""
    lines = at.options.demand.lines
    sources: list[int | None] = [None] * len(lines)
    missing = set(range(len(lines)))
    left: dict[tuple[int, int], int] = {}
    cost = 0.0
    while missing:
        rows = []
        for place, (site, fixed, offers) in enumerate(senders):
            brought, price = _brought(at, site, offers, missing, left)
            if brought:
                rows.append(((fixed + price) / len(brought), place, fixed + price, brought))
        _, place, more, brought = min(rows)
        site = senders[place][0]
        cost += more
        missing -= set(brought)
        for number in brought:
            sources[number] = site
            if site is not None:
                key = (site, lines[number].product)
                left[key] = left.get(key, at.options.spare(*key)) - lines[number].quantity
    return cost, tuple(sources)


def _brought(
    at: Priced,
    site: int | None,
    offers: dict[int, float],
    missing: set[int],
    left: dict[tuple[int, int], int],
) -> tuple[list[int], float]:
    """The missing lines that one transfer of a sender can bring while its stock lasts, and their price."""
    wanted = sorted(missing & offers.keys())
    if site is None:
        return wanted[:1], float(UNPLANNED)
    brought, price = [], 0.0
    here: dict[int, int] = {}
    for number in wanted:
        line = at.options.demand.lines[number]
        key = (site, line.product)
        have = here.get(line.product, left.get(key, at.options.spare(*key)))
        if have >= line.quantity:
            here[line.product] = have - line.quantity
            brought.append(number)
            price += offers[number]
    return brought, price
