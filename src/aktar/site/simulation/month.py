"""The month that is played: who orders what and when, what lies where, who will not find it. Chance by seed.

What befalls an order hangs on the order, the product and the location alone, so that all policies meet with
the same luck.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import ceil
from random import Random

from aktar.orders.rules import PIECE

START = datetime(2026, 10, 1, tzinfo=UTC)

PROMISE = timedelta(days=3)
"""An order that is packed later than so long after it was placed is late."""

_LINES = (1, 2, 3, 4, 5)
_LINE_WEIGHTS = (35, 28, 19, 11, 7)
_ROUNDS = 3
"""A location is delivered to every so many days."""

_STORE_DAYS, _WAREHOUSE_DAYS = 4, 6
"""For how many days' demand goods are to last at the stores, and at the warehouses, of one that all share."""


@dataclass(frozen=True, slots=True)
class Month:
    """How much is played; the same month gives the same orders and the same luck."""

    orders: int = 10_000
    stores: int = 60
    days: int = 30
    seed: int = 1

    @property
    def products(self) -> int:
        """How many products the retailer sells."""
        return min(5_000, max(40, self.orders // 10))

    def chance(self, *about: object) -> Random:
        """Chance that hangs on the seed and on what it is about, and on nothing that happened before."""
        return Random(":".join(map(str, (self.seed, *about))))  # noqa: S311 - believable, not secret


@dataclass(frozen=True, slots=True)
class Purchase:
    """One piece each of some products (ids), ordered at an instant by a customer near the store `home`."""

    number: str
    at: datetime
    home: int
    products: tuple[int, ...]


def purchases(month: Month, *, homes: Sequence[int], products: Sequence[int]) -> list[Purchase]:
    """The orders of the month, the first one first: by Zipf's law a few stores, products, days have most."""
    chance = month.chance("purchases")
    days = _zipf(range(month.days), exponent=0.3, chance=chance)
    near = _zipf(homes, exponent=0.6, chance=chance)
    wanted = _by_rank(products, exponent=0.8)
    made = []
    for _ in range(month.orders):
        at = START + timedelta(days=days(chance), hours=chance.triangular(0, 24, 19))
        (count,) = chance.choices(_LINES, _LINE_WEIGHTS)
        basket: dict[int, None] = {}
        while len(basket) < count:
            basket[wanted(chance)] = None
        made.append((at, near(chance), tuple(basket)))
    made.sort()
    return [
        Purchase(f"SIM{number:06}", at, home, basket)
        for number, (at, home, basket) in enumerate(made, start=1)
    ]


def targets(
    month: Month, *, stores: Sequence[int], warehouses: Sequence[int], products: Sequence[int]
) -> dict[tuple[int, int], int]:
    """How much (hundredths) of a product a location shall have after a delivery, by product and location.

    A store is the likelier to have a product the better it sells; a warehouse has every second one, and what
    would lie nowhere.
    """
    lines = sum(map(int.__mul__, _LINES, _LINE_WEIGHTS)) / sum(_LINE_WEIGHTS)
    weights = [rank**-0.8 for rank in range(1, len(products) + 1)]
    daily = month.orders * lines / month.days / sum(weights)
    found = {}
    for rank, (product, weight) in enumerate(zip(products, weights, strict=True)):
        sold = 1 - rank / len(products)
        for locations, share, days in (
            (stores, 0.05 + 0.25 * sold, _STORE_DAYS),
            (warehouses, 0.5, _WAREHOUSE_DAYS),
        ):
            for location in locations:
                chance = month.chance("target", product, location)
                if chance.random() < share:
                    pieces = ceil(chance.random() + daily * weight * days / len(locations))
                    found[product, location] = pieces * PIECE
        if not any((product, location) in found for location in (*stores, *warehouses)):
            found[product, month.chance("target", product).choice(warehouses)] = PIECE
    return found


def is_delivered_to(location: int, *, day: int) -> bool:
    """Whether goods come to a location on the day, counted from 0."""
    return (location + day) % _ROUNDS == 0


@dataclass(frozen=True, slots=True)
class Luck:
    """What becomes of a line asked of a location: found or not, and how long picking and the way take."""

    is_found: bool
    picking: timedelta
    way: timedelta


def luck(month: Month, *, order: str, product: int, source: int, is_store: bool, kilometres: float) -> Luck:
    """What befalls this line of this order at this source."""
    often = month.chance("careless", source).uniform(0.02, 0.15) if is_store else 0.01
    chance = month.chance("line", order, product, source)
    return Luck(
        is_found=chance.random() >= often,
        picking=timedelta(hours=chance.uniform(2, 20)),
        way=timedelta(hours=5 + kilometres / 25 + chance.uniform(0, 12)),
    )


def packing(month: Month, *, order: str) -> timedelta:
    """How long an order's goods wait, all together, until they are packed."""
    return timedelta(hours=month.chance("packing", order).uniform(1, 10))


def _zipf(things: Sequence[int], *, exponent: float, chance: Random) -> Callable[[Random], int]:
    """Draws things, some more often than others; which these are is drawn here."""
    return _by_rank(chance.sample(things, len(things)), exponent=exponent)


def _by_rank(things: Sequence[int], *, exponent: float) -> Callable[[Random], int]:
    """Draws things, the first ones most often."""
    weights = list(accumulate(rank**-exponent for rank in range(1, len(things) + 1)))
    return lambda chance: chance.choices(things, cum_weights=weights)[0]
