"""The words of the books: kinds of movements, lines, levels, and what happens where there is not enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Pair = tuple[int, int]
"""A product and a stock location (ids), whose level is meant."""


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

    @property
    def pair(self) -> Pair:
        """Whose level the line is about."""
        return self.product, self.location


@dataclass(slots=True)
class Level:
    """A level as it was locked; what is decided is taken from it before it is written."""

    on_hand: int
    reserved: int
    in_transit: int
    may_go_negative: bool
    counted_at: datetime | None = None

    @property
    def available(self) -> int:
        """What is on hand and promised to nobody; below zero only where the location may go there."""
        return self.on_hand - self.reserved

    def has(self, quantity: int) -> bool:
        """Whether so much can be promised or taken."""
        return self.may_go_negative or quantity <= self.available


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of one level, to be written."""

    product: int
    location: int
    kind: Kind
    on_hand: int = 0
    reserved: int = 0
    in_transit: int = 0
    package_item: int | None = None

    @property
    def pair(self) -> Pair:
        """Whose level moves."""
        return self.product, self.location


@dataclass(frozen=True, slots=True)
class Shortage:
    """A line (`place` counts from 0) that wants more than is available for it."""

    place: int
    line: StockLine
    available: int


class NotEnoughStock(Exception):
    """More is wanted than is available; `shortages` name every line that cannot be served."""

    def __init__(self, shortages: Sequence[Shortage]) -> None:
        super().__init__(shortages)
        self.shortages = tuple(shortages)


class StillNegative(Exception):
    """A location must be allowed to go below zero as long as some of its levels are."""


def served(
    lines: Sequence[StockLine], levels: Mapping[Pair, Level], *, leaving: Mapping[int, int] | None = None
) -> list[Movement]:
    """Promise what lines want, in their order; lines of locations without books (no level) promise nothing.

    `leaving` says by location (an id) how much is not to be promised. Raises NotEnoughStock with every line
    that finds too little.
    """
    movements = []
    shortages = []
    for place, line in enumerate(lines):
        level = levels.get(line.pair)
        if level is None:
            continue
        kept = leaving.get(line.location, 0) if leaving else 0
        if not level.has(line.quantity + kept):
            shortages.append(Shortage(place, line, max(level.available, 0)))
            continue
        level.reserved += line.quantity
        movements.append(
            Movement(*line.pair, Kind.RESERVED, reserved=line.quantity, package_item=line.package_item)
        )
    if shortages:
        raise NotEnoughStock(shortages)
    return movements
