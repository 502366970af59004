"""What is to be decided together: demands, the market they share, and how each is to be looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aktar.planning.rules.demand import Demand, Market
from aktar.planning.rules.tariff import Tariff

SENT_BEFORE = 5
"""Transfers that a site is taken to have sent before the first one we know of, lest one failure ruin it."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Demands in the order of serving, and by their keys the tariff and who may also dispatch.

    Of products in `partly` (ids) the market does not show everybody who has some.
    """

    demands: tuple[Demand, ...]
    market: Market
    tariffs: Mapping[int, Tariff]
    beside: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    partly: frozenset[int] = frozenset()


def reliability(*, sent: int, failed: int) -> float:
    """Which part of what a site was asked for it sends, from 0 to 1."""
    return (sent + SENT_BEFORE) / (sent + failed + SENT_BEFORE)
