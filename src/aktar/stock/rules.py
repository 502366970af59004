"""What is true of stock whatever the database: the kinds of movements, lines, counts, and what is refused.

Quantities are whole hundredths of a piece everywhere in this room.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_ON_HAND = 10**15
"""What a count or an adjustment may lead to, either side of zero; far from what a column holds."""


class Kind(StrEnum):
    """Why a level moved.

    Goods come into the books as counted, adjusted, received or entered (from a location that keeps none), and
    go out of them as shipped out (to the customer), left (to a location that keeps none) or lost; each of
    these can be undone by the same with the other sign. The other kinds move or promise what is there.
    """

    COUNTED = "counted"
    ADJUSTED = "adjusted"
    RECEIVED = "received"
    RESERVED = "reserved"
    RELEASED = "released"
    DISPATCHED = "dispatched"
    ARRIVED = "arrived"
    RETURNED = "returned"
    SHIPPED_OUT = "shipped_out"
    ENTERED = "entered"
    LEFT = "left"
    LOST = "lost"


COMES_IN = (Kind.COUNTED, Kind.ADJUSTED, Kind.RECEIVED, Kind.ENTERED)
GOES_OUT = (Kind.SHIPPED_OUT, Kind.LEFT, Kind.LOST)
STAYS = (Kind.RESERVED, Kind.RELEASED, Kind.DISPATCHED, Kind.ARRIVED, Kind.RETURNED)


@dataclass(frozen=True, slots=True)
class StockLine:
    """So much of a product at a stock location (ids), for a package item where it is for one."""

    product: int
    location: int
    quantity: int
    package_item: int | None = None


@dataclass(frozen=True, slots=True)
class StockCount:
    """How much of a product somebody counted at a stock location (ids)."""

    product: int
    location: int
    on_hand: int


@dataclass(frozen=True, slots=True)
class StockDelta:
    """By how much what is on hand of a product at a stock location (ids) changes, either way."""

    product: int
    location: int
    change: int
    kind: Kind = Kind.ADJUSTED
    """`ADJUSTED`, `RECEIVED` or `LOST`."""


class StockFault(StrEnum):
    """Why a count or an adjustment is not taken over."""

    COUNTED_TWICE = "counted twice"
    COUNTED_LATER = "counted later"
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


@dataclass(frozen=True, slots=True)
class Shortage:
    """A line (`place` counts from 0) that wants more than is available for it; neither is below zero."""

    place: int
    line: StockLine
    available: int


class NotEnoughStock(Exception):
    """More is wanted than is available; `shortages` name every line that cannot be served."""

    def __init__(self, shortages: Sequence[Shortage]) -> None:
        super().__init__(shortages)
        self.shortages = tuple(shortages)


class StillNegative(Exception):
    """A location may go below zero as long as some of its levels are."""


class CountFromTheFuture(Exception):
    """A count says what was there, not what will be."""
