"""Deciding one demand on a part of the market, and on all of it before a line is left."""

from typing import Protocol

from aktar.planning.rules import Decision, Situation
from aktar.planning.solving.immediate import immediately
from aktar.planning.solving.promised import Promised


class Look(Protocol):
    """Looks for what could serve one demand."""

    def __call__(self, *, whole: frozenset[int]) -> Situation:
        """What there is now; of products in `whole` (ids) everybody who has some."""


def decided(look: Look, *, promised: Promised | None = None) -> Decision:
    """The decision on one demand, as if what is `promised` in words were gone already.

    A bounded part of the market will do, as long as every line comes from somewhere; of what does not,
    everybody is looked at who has some. So nothing is told out of stock that somebody has and may give. One
    look, and another one where a common product is short.
    """
    whole: frozenset[int] = frozenset()
    while True:
        situation = look(whole=whole)
        if promised is not None:
            situation = promised.without(situation)
        (decision,) = immediately(situation).decisions
        hidden = decision.short & situation.partly
        if not hidden:
            return decision
        whole |= hidden
