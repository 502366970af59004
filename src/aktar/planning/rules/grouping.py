"""The supply of a dispatching site where one transfer may bring several lines: the cheapest senders."""

import heapq
from collections.abc import Iterator, Mapping, Sequence

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
    count = len(at.options.demand.lines)
    # Those of one product have the same senders, and beyond the exact way they are not told apart.
    numbers = range(count) if count <= MOST_EXACT else [alike[0] for alike in at.options.alike]
    senders = [*_senders(at, numbers, to=dispatcher), *_own_stock(at, numbers, dispatcher)]
    if count > MOST_EXACT:
        lower = _least(at, senders)
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


def _least(at: Priced, senders: Sequence[Sender]) -> float:
    """What all lines cost at the least, as if every transfer were for nothing."""
    least: dict[int, float] = {}
    for _, _, offers in senders:
        for number, price in offers.items():
            if price < least.get(number, float("inf")):
                least[number] = price
    return sum(len(alike) * least[alike[0]] for alike in at.options.alike)


def least_costs(at: Priced) -> list[float] | None:
    """For every set of lines (a bit each), what transfers cost at least wherever they go to.

    None where there are too many lines.
    """
    count = len(at.options.demand.lines)
    if count > MOST_EXACT:
        return None
    return [cost for cost, _, _ in cover_costs(_senders(at, range(count), to=None), count)]


def _senders(at: Priced, numbers: Sequence[int], *, to: int | None) -> list[Sender]:
    """Who could send some lines, to a site or (without the way) anywhere; nobody is among them."""
    found: dict[int, tuple[float, dict[int, float]]] = {}
    for number in numbers:
        line = at.options.demand.lines[number]
        for asking, site in at.options.givers[number]:
            if site == to:
                continue
            if site not in found:
                way = 0 if to is None else at.options.tariff.way(site, to)
                found[site] = (float("inf") if way == FAR else asking + way, {})
            price = at.prices.get((line.product, site), 0.0) * line.quantity if at.prices else 0.0
            found[site][1][number] = price
    rows: list[Sender] = [(None, 0.0, dict.fromkeys(numbers, float(UNPLANNED)))]
    rows += [(site, fixed, offers) for site, (fixed, offers) in found.items() if fixed < UNPLANNED]
    return rows


def _own_stock(at: Priced, numbers: Sequence[int], dispatcher: int) -> list[Sender]:
    own = {number: at.own[number][dispatcher] for number in numbers if dispatcher in at.own[number]}
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
    """Sender by sender, each time the one that is cheapest for each line it brings.

    What one could bring only shrinks while others bring theirs: it is looked at anew when its turn has come.
    """
    lines = at.options.demand.lines
    sources: list[int | None] = [None] * len(lines)
    missing = [list(numbers) for numbers in at.options.alike]
    kinds = {numbers[0]: kind for kind, numbers in enumerate(at.options.alike)}
    loads = [_load(at, sender, kinds) for sender in senders]
    turns = [turn for place, load in enumerate(loads) if (turn := _turn(place, load, missing))]
    heapq.heapify(turns)
    cost = 0.0
    while turns:
        known = heapq.heappop(turns)
        place = known[1]
        site, fixed, offers = loads[place]
        # What nobody misses any more nobody will miss again.
        offers = [offer for offer in offers if missing[offer[0]]]
        loads[place] = site, fixed, offers
        turn = _turn(place, loads[place], missing)
        if turn is None or turn[0] >= UNPLANNED:
            continue
        if turn != known and turns and turn > turns[0]:
            heapq.heappush(turns, turn)
            continue
        cost += fixed
        for kind, price, pieces in offers:
            brought, missing[kind] = missing[kind][:pieces], missing[kind][pieces:]
            cost += price * len(brought)
            for number in brought:
                sources[number] = site
    return cost + float(UNPLANNED) * sum(map(len, missing)), tuple(sources)


_Load = tuple[int | None, float, Sequence[tuple[int, float, int]]]
"""A site, what its transfer costs, and what could be in it: the place in `alike`, the price, how many."""

_Turn = tuple[float, int]
"""What each line costs that a load brings, and the load's place."""


def _load(at: Priced, sender: Sender, kinds: Mapping[int, int]) -> _Load:
    site, fixed, offers = sender
    found = []
    if site is not None:
        options = at.options
        for number, price in offers.items():
            # Of those of one product the first stands for all.
            if (kind := kinds.get(number)) is not None:
                line, pieces = options.demand.lines[number], 1
                if len(options.alike[kind]) > 1:
                    pieces = options.spare(site, line.product) // line.quantity
                found.append((kind, price, pieces))
    return site, fixed, found


def _turn(place: int, load: _Load, missing: Sequence[Sequence[int]]) -> _Turn | None:
    """None where nothing that is missing could be brought."""
    _, cost, offers = load
    count = 0
    for kind, price, pieces in offers:
        brought = min(pieces, len(missing[kind]))
        cost += price * brought
        count += brought
    return (cost / count, place) if count else None
