"""What a month is played on: something that takes orders, asks locations, and moves goods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aktar.site.simulation.month import Purchase

Pair = tuple[int, int]
"""A product and a location (ids)."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A transfer of one line that was asked for; `key` is the ground's own name for it."""

    key: int
    order: str
    product: int
    source: int
    destination: int


@dataclass(frozen=True, slots=True)
class Planned:
    """What was decided: who dispatches, whom it asks, and how many lines nobody has."""

    dispatching: int | None
    asks: tuple[Ask, ...]
    short: int


class Ground(Protocol):
    """Every call happens at a simulated instant, none before an earlier call's."""

    def place(self, orders: Sequence[Purchase], *, now: datetime) -> list[Planned]:
        """Take orders in and plan them."""

    def renew(self, ask: Ask, *, now: datetime) -> Planned:
        """The source has not found the goods: they are lost, and another one is asked."""

    def send(self, ask: Ask, *, now: datetime) -> None:
        """The goods leave their source."""

    def arrive(self, ask: Ask, *, now: datetime) -> None:
        """The goods are where they are packed."""

    def pack(self, order: str, *, now: datetime) -> None:
        """An order, complete, leaves for the customer."""

    def cancel(self, order: str, *, now: datetime) -> None:
        """An order is given up; what was promised to it is anybody's again."""

    def available(self) -> Mapping[Pair, int]:
        """What lies where and is promised to nobody, in hundredths; a pair that is missing has nothing."""

    def receive(self, goods: Mapping[Pair, int], *, now: datetime) -> None:
        """Goods come from outside, in hundredths."""
