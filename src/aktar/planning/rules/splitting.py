"""Several packages in the place of transfers, where a scenario allows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from aktar.planning.rules.supply import Priced, cheapest, is_there

MOST_SPLIT = 24
"""How many dispatchers, the most promising ones, are tried together."""


@dataclass(frozen=True, slots=True)
class Split:
    """Lines in several packages: by line the dispatcher and the source."""

    cost: float
    dispatchers: tuple[int | None, ...]
    sources: tuple[int | None, ...]


def split(at: Priced, *, promising: Sequence[int], below: float) -> Split | None:
    """The cheapest pair of packages, and then others added while that pays; None unless it is below `below`.

    Every line has its own transfer; where transfers are grouped that is what it costs at the most.
    """
    count = len(at.options.demand.lines)
    table = [
        (
            float(at.options.dispatchers[id_]),
            id_,
            tuple(cheapest(at, number, id_) for number in range(count)),
        )
        for id_ in promising[:MOST_SPLIT]
    ]
    chosen, cost = _best_pair(table, count, below)
    while chosen and len(chosen) < count:
        rest = [row for row in table if row not in chosen]
        more = min(rest, key=lambda row: _cost([*chosen, row], count), default=None)
        if more is None or (with_it := _cost([*chosen, more], count)) >= cost:
            break
        chosen, cost = [*chosen, more], with_it
    if not chosen:
        return None
    found = _assigned(chosen, count, cost)
    return None if at.options.has_twins and not is_there(at, found.sources) else found


_Row = tuple[float, int, tuple[tuple[float, int | None], ...]]
"""A package's cost, who dispatches it, and by line what it costs there and where it comes from."""


def _best_pair(table: Sequence[_Row], count: int, below: float) -> tuple[list[_Row], float]:
    best: list[_Row] = []
    for one, other in combinations(table, 2):
        cost = _cost([one, other], count)
        if cost < below:
            best, below = [one, other], cost
    return best, below


def _cost(rows: Sequence[_Row], count: int) -> float:
    return sum(row[0] for row in rows) + sum(
        min([row[2][number][0] for row in rows]) for number in range(count)
    )


def _assigned(rows: Sequence[_Row], count: int, cost: float) -> Split:
    """Each line in the package where it is the cheapest."""
    dispatchers: list[int | None] = []
    sources: list[int | None] = []
    for number in range(count):
        _, id_, lines = min(rows, key=lambda row: row[2][number][0])
        dispatchers.append(id_)
        sources.append(lines[number][1])
    return Split(cost, tuple(dispatchers), tuple(sources))
