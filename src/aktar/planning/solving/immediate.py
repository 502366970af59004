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
    options = options_of(situation, demand, market)
    choice = best_choice(options)
    return explained(options, choice), choice


def options_of(situation: Situation, demand: Demand, market: Market) -> Options:
    """A demand's options on a market: the shortlisted ones."""
    tariff = situation.tariffs[demand.key]
    return weigh(
        demand,
        market=shortlisted(demand, market=market, tariff=tariff),
        tariff=tariff,
        beside=situation.beside.get(demand.key, ()),
    )
