"""Deciding one demand on what there is now: on a part of the market, and on all of it before giving up."""

from datetime import datetime

from aktar.planning.queries import situation_of
from aktar.planning.rules import Decision, Demand
from aktar.planning.solving.immediate import immediately
from aktar.planning.solving.promised import Promised


def decided(demand: Demand, *, promised: Promised | None = None, now: datetime) -> Decision:
    """The decision on one demand, as if what is `promised` in words were gone already.

    A bounded part of the market will do, as long as every line comes from somewhere; of what does not,
    everybody is looked at who has some. So nothing is told out of stock that somebody has and may give. The
    queries of `situation_of`, once more where a common product is short.
    """
    whole: frozenset[int] = frozenset()
    while True:
        situation = situation_of(demand, now=now, whole=whole)
        if promised is not None:
            situation = promised.without(situation)
        (decision,) = immediately(situation).decisions
        hidden = decision.short & situation.partly
        if not hidden:
            return decision
        whole |= hidden
