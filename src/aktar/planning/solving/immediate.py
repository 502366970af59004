"""The immediate way: each demand gets the cheapest for itself, in milliseconds; first come, first served."""

from aktar.planning.rules import (
    Choice,
    Decision,
    Demand,
    Market,
    Options,
    Situation,
    best_choice,
    explained,
    shortlisted,
    weigh,
)
from aktar.planning.solving.shares import Shares
from aktar.planning.solving.solutions import Solution


def immediately(situation: Situation) -> Solution:
    """Decide demands one after the other, each on what the ones before it have left."""
    if len(situation.demands) == 1:
        decisions = [_decided(situation, situation.demands[0], situation.market)[0]]
    else:
        shares = Shares(situation.market)
        decisions = []
        for demand in situation.demands:
            decision, choice = _decided(situation, demand, shares.market)
            shares.take(demand, choice.sources)
            decisions.append(decision)
    return Solution(tuple(decisions), sum(decision.cost for decision in decisions))


def _decided(situation: Situation, demand: Demand, market: Market) -> tuple[Decision, Choice]:
    whole: frozenset[int] = frozenset()
    while True:
        options = options_of(situation, demand, market, whole=whole)
        choice = best_choice(options)
        # A line may cost a little more for the list's shortness, but is not left for it.
        hidden = _left(demand, choice) & _shortened(options, market) - whole
        if not hidden:
            return explained(options, choice), choice
        whole |= hidden


def _left(demand: Demand, choice: Choice) -> frozenset[int]:
    """The products of lines that come from nowhere."""
    lines = zip(demand.lines, choice.sources, strict=True)
    return frozenset(line.product for line, source in lines if source is None)


def _shortened(options: Options, market: Market) -> frozenset[int]:
    """The products of which the shortlist has not everybody who has some."""
    listed = options.market.stock
    return frozenset(product for product, held in listed.items() if len(held) < len(market.stock[product]))


def options_of(
    situation: Situation, demand: Demand, market: Market, *, whole: frozenset[int] = frozenset()
) -> Options:
    """A demand's options on a market: the shortlisted ones, of products in `whole` (ids) all of them."""
    tariff = situation.tariffs[demand.key]
    return weigh(
        demand,
        market=shortlisted(demand, market=market, tariff=tariff, whole=whole),
        tariff=tariff,
        beside=situation.beside.get(demand.key, ()),
    )
