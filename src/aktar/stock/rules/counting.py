"""What counts and adjustments make of a level, and why one is not taken over."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aktar.stock.rules.books import Kind, Level, Pair

MOST_ON_HAND = 10**15
"""What a count or an adjustment may lead to, either side of zero; far from what a column holds."""


@dataclass(frozen=True, slots=True)
class StockCount:
    """How much of a product somebody counted at a stock location (ids)."""

    product: int
    location: int
    on_hand: int

    @property
    def pair(self) -> Pair:
        """Whose level was counted."""
        return self.product, self.location


@dataclass(frozen=True, slots=True)
class StockDelta:
    """By how much what is on hand of a product at a stock location (ids) changes, either way."""

    product: int
    location: int
    change: int
    kind: Kind = Kind.ADJUSTED
    """`ADJUSTED`, `RECEIVED` or `LOST`."""

    @property
    def pair(self) -> Pair:
        """Whose level changes."""
        return self.product, self.location


class StockFault(StrEnum):
    """Why a count or an adjustment is not taken over."""

    COUNTED_TWICE = "counted twice"
    COUNTED_LATER = "counted later"
    BELOW_ZERO = "below zero"
    BELOW_RESERVED = "below reserved"
    TOO_MUCH = "too much"


@dataclass(frozen=True, slots=True)
class StockOutcome:
    """What became of one count or adjustment: the level as it is now, and why it was refused if it was."""

    product: int
    location: int
    on_hand: int
    reserved: int
    in_transit: int
    changed_by: int = 0
    fault: StockFault | None = None


class CountFromTheFuture(Exception):
    """A count says what was there, not what will be."""


def counted(count: StockCount, level: Level, *, moved_since: int, as_of: datetime) -> StockOutcome:
    """Bring a level to what was counted as of an instant, and what has moved since.

    A later count stands: what was counted before it says nothing any more.
    """
    if level.counted_at is not None and level.counted_at > as_of:
        return _outcome(count.pair, level, fault=StockFault.COUNTED_LATER)
    return adjusted(count.pair, level, change=count.on_hand + moved_since - level.on_hand)


def adjusted(pair: Pair, level: Level, *, change: int) -> StockOutcome:
    """Change what is on hand, unless more is promised than there would be, or than a column should hold."""
    on_hand = level.on_hand + change
    if abs(on_hand) > MOST_ON_HAND:
        return _outcome(pair, level, fault=StockFault.TOO_MUCH)
    if on_hand < 0 and not level.may_go_negative:
        return _outcome(pair, level, fault=StockFault.BELOW_ZERO)
    if on_hand < level.reserved and not level.may_go_negative:
        return _outcome(pair, level, fault=StockFault.BELOW_RESERVED)
    level.on_hand = on_hand
    return _outcome(pair, level, changed_by=change)


def refused_twin(count: StockCount, level: Level) -> StockOutcome:
    """The outcome of a count whose level another one in the same list has set."""
    return _outcome(count.pair, level, fault=StockFault.COUNTED_TWICE)


def _outcome(
    pair: Pair, level: Level, *, changed_by: int = 0, fault: StockFault | None = None
) -> StockOutcome:
    return StockOutcome(
        *pair,
        on_hand=level.on_hand,
        reserved=level.reserved,
        in_transit=level.in_transit,
        changed_by=changed_by,
        fault=fault,
    )
