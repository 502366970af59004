"""The batch way: many demands weighed against each other for the stock that they share.

Column generation: the rules choose for each demand alone, with prices on scarce goods; the master problem
finds the prices at which the choices fit the stock, and the sum of what the demands would pay at those prices
is a proven bound. In the end one whole column is chosen for each demand. What `immediately` finds is the
answer to begin with, so that there is one at any time and none is worse.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from aktar.planning.rules import (
    Choice,
    Demand,
    Market,
    Options,
    Situation,
    best_choice,
    explained,
    fixed_cost,
    plain_cost,
    weigh,
)
from aktar.planning.solving.immediate import options_of
from aktar.planning.solving.master import Column, Master
from aktar.planning.solving.shares import Shares
from aktar.planning.solving.solutions import Solution

GOOD_ENOUGH = 0.002
"""How near to the bound is near enough, as a part of the cost less fixed prices of transfers and packages."""

_SMALL = 1e-4
_SEARCHING = 0.6
"""The part of the time for finding columns; the rest is for choosing among them."""

_Row = tuple[int, int]
"""A product at a site, of which more may be wanted than there is."""


def in_batch(
    situation: Situation, *, seconds: float, clock: Callable[[], float] = time.monotonic
) -> Solution:
    """Decide demands together in about so many seconds. Raises SolverMissing.

    The answer costs no more than that of `immediately`, however little time there is.
    """
    began = clock()
    first = _one_by_one(situation)

    def is_time() -> bool:
        return clock() - began < seconds * _SEARCHING

    batch = _Batch(situation, first, is_time)
    batch.search(is_time)
    choices = batch.chosen(seconds=seconds - (clock() - began))
    mended = _fitted(situation, choices)
    best = min((first, mended), key=lambda rows: sum(row.cost for row in rows))
    left = _left(situation, best)
    decisions = tuple(explained(row.options, row.choice, left=left) for row in best)
    return Solution(decisions, sum(row.cost for row in best), batch.bound)


@dataclass(frozen=True, slots=True)
class _Served:
    """A demand's options as they are when its turn comes, what was chosen, and its plain cost."""

    options: Options
    choice: Choice
    cost: int


def _one_by_one(situation: Situation) -> list[_Served]:
    """What the immediate way would choose."""
    shares = Shares(situation.market)
    return [_served(situation, demand, shares) for demand in situation.demands]


def _served(situation: Situation, demand: Demand, shares: Shares) -> _Served:
    options = options_of(situation, demand, shares.left_for(demand))
    choice = best_choice(options)
    served = _Served(options, choice, plain_cost(options, choice))
    shares.take(demand, choice.sources)
    return served


def _fitted(situation: Situation, choices: Sequence[Choice]) -> list[_Served]:
    """Choices one after the other; one that does not fit any more is made anew from what is left.

    That happens where scenarios keep different safety stocks, which the rows do not tell apart.
    """
    shares = Shares(situation.market)
    rows: list[_Served] = []
    again: list[int] = []
    for number, (demand, choice) in enumerate(zip(situation.demands, choices, strict=True)):
        chosen = [id_ for id_ in choice.dispatchers if id_ is not None]
        options = _weighed(situation, demand, shares.left_for(demand), also=chosen)
        if _fits(options, choice):
            shares.take(demand, choice.sources)
            rows.append(_Served(options, choice, plain_cost(options, choice)))
        else:
            again.append(number)
            rows.append(_Served(options, choice, 0))
    for number in again:
        rows[number] = _served(situation, situation.demands[number], shares)
    return rows


def _left(situation: Situation, rows: Sequence[_Served]) -> Mapping[int, Mapping[int, int]]:
    """What is there of each product when all is taken."""
    shares = Shares(situation.market)
    for row in rows:
        shares.take(row.options.demand, row.choice.sources)
    return shares.market.stock


def _weighed(situation: Situation, demand: Demand, market: Market, *, also: Sequence[int] = ()) -> Options:
    """A demand's options on a market, not shortlisted; sites `also` may dispatch."""
    return weigh(
        demand,
        market=market,
        tariff=situation.tariffs[demand.key],
        beside=(*situation.beside.get(demand.key, ()), *also),
    )


def _fits(options: Options, choice: Choice) -> bool:
    """Whether the goods of a choice are still there."""
    wanted: dict[_Row, int] = {}
    for line, source in zip(options.demand.lines, choice.sources, strict=True):
        if source is not None:
            wanted[source, line.product] = wanted.get((source, line.product), 0) + line.quantity
    return all(options.spare(*pair) >= quantity for pair, quantity in wanted.items())


class _Batch:
    """The demands that share something scarce, the columns found for them, and the best bound."""

    def __init__(self, situation: Situation, first: Sequence[_Served], is_time: Callable[[], bool]) -> None:
        self._options: list[Options] = []
        self._alone: list[Choice] = []
        for demand, served in zip(situation.demands, first, strict=True):
            if is_time():
                self._options.append(_weighed(situation, demand, situation.market))
                self._alone.append(best_choice(self._options[-1]))
            else:
                # As it is already, and nothing is known of what it could cost at the least.
                self._options.append(served.options)
                self._alone.append(replace(served.choice, lower=0.0))
        self._rows = _scarce(self._options)
        self._touched = [_touched(options, self._rows) for options in self._options]
        self._shared = [number for number, touched in enumerate(self._touched) if touched]
        self._free = sum(
            choice.lower for choice, touched in zip(self._alone, self._touched, strict=True) if not touched
        )
        self._capacities = list(self._rows.values())
        self._places = {row: place for place, row in enumerate(self._rows)}
        self._master = Master(
            demands=len(self._shared), capacities=[capacity / 100 for capacity in self._capacities]
        )
        self._choices: list[tuple[int, Choice]] = []
        self._known: set[tuple[int, tuple[int | None, ...], tuple[int | None, ...]]] = set()
        self._start = [self._offer(owner, first[number].choice) for owner, number in enumerate(self._shared)]
        for owner, number in enumerate(self._shared):
            self._offer(owner, self._alone[number])
        self.bound = sum(choice.lower for choice in self._alone)
        self._relaxed = float("inf")
        # In the cost the fixed prices outweigh all that can be won between one answer and another.
        self._enough = GOOD_ENOUGH * sum(row.cost - fixed_cost(row.options, row.choice) for row in first)

    def search(self, is_time: Callable[[], bool]) -> None:
        """Find columns at ever better prices, until none is missing, the bound is near, or time is up."""
        priced: dict[int, tuple[tuple[float, ...], Choice]] = {}
        while self._shared and is_time():
            duals = self._master.relaxed()
            self._relaxed = duals.cost * 100 + self._free
            prices = {row: duals.rows[place] for row, place in self._places.items() if duals.rows[place] > 0}
            bound = self._free - sum(
                duals.rows[place] * capacity for place, capacity in enumerate(self._capacities)
            )
            found = 0
            for owner, number in enumerate(self._shared):
                asked = tuple(prices.get(row, 0.0) for row in self._touched[number])
                if owner not in priced or priced[owner][0] != asked:
                    if not is_time():
                        return
                    mine = dict(zip(self._touched[number], asked, strict=True)) if any(asked) else {}
                    priced[owner] = (asked, best_choice(self._options[number], prices=mine))
                choice = priced[owner][1]
                bound += choice.lower
                if choice.cost < duals.demands[owner] * 100 - _SMALL * 100:
                    found += self._offer(owner, choice) >= 0
            self.bound = max(self.bound, bound)
            if not found or self._relaxed - self.bound <= self._enough:
                return

    def chosen(self, *, seconds: float) -> list[Choice]:
        """A choice for every demand, the best that was found."""
        choices = [*self._alone]
        if self._shared:
            for column in self._master.chosen(seconds=seconds, gap=self._enough / 100, start=self._start):
                owner, choice = self._choices[column]
                choices[self._shared[owner]] = choice
        return choices

    def _offer(self, owner: int, choice: Choice) -> int:
        """Give the master a choice as a column; its number, or -1 if it has it already."""
        key = (owner, choice.dispatchers, choice.sources)
        if key in self._known:
            return -1
        self._known.add(key)
        options = self._options[self._shared[owner]]
        uses: dict[int, float] = {}
        for line, source in zip(options.demand.lines, choice.sources, strict=True):
            place = None if source is None else self._places.get((line.product, source))
            if place is not None:
                uses[place] = uses.get(place, 0.0) + line.quantity / 100
        self._choices.append((owner, choice))
        return self._master.add(Column(owner, plain_cost(options, choice) / 100, tuple(uses.items())))


def _scarce(options: Sequence[Options]) -> dict[_Row, int]:
    """By product and site, what there is where it is less than all that could be asked of it."""
    wanted: dict[_Row, int] = {}
    there: dict[_Row, int] = {}
    for each in options:
        for line, own in zip(each.demand.lines, each.own, strict=True):
            for site in own:
                row = (line.product, site)
                wanted[row] = wanted.get(row, 0) + line.quantity
                there[row] = max(there.get(row, 0), each.spare(site, line.product))
    return {row: capacity for row, capacity in there.items() if wanted[row] > capacity}


def _touched(options: Options, rows: Collection[_Row]) -> tuple[_Row, ...]:
    """What a demand could take of what is scarce."""
    return tuple(
        dict.fromkeys(
            (line.product, site)
            for line, own in zip(options.demand.lines, options.own, strict=True)
            for site in own
            if (line.product, site) in rows
        )
    )
