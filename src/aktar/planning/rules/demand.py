"""What planning is asked and what it knows: demands, sites, the market, and scenarios with their weights.

Quantities are hundredths of a piece. Costs are hundredths of a point; by the default weights a point is what
one kilometre costs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aktar.planning.rules.geography import Point

UNPLANNED = 1_000_000_00
"""What a line costs that no location can serve: more than any one transfer (see `Weights`)."""

HIGHEST_RANK, HIGHEST_LOAD, HIGHEST_DAYS = 1_000, 1_000, 100.0
"""Where a location's priority, its open load and its target interval stop to cost more."""


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces of a product that are to come from one place; `key` is the order item's id."""

    key: int
    product: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What is to be planned at once: an order, or lines of a package whose transfers are planned again.

    `point` is where the customer is. With `dispatching`, a site's id, the package is there already and only
    sources are chosen. `failed` names what not to try again, as product and site.
    """

    key: int
    number: str
    lines: tuple[Line, ...]
    channel: int | None = None
    city: int | None = None
    point: Point | None = None
    dispatching: int | None = None
    failed: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Site:
    """A stock location as planning sees it; a smaller `priority` goes first, `days` are those to transfer."""

    id: int
    erp_code: str
    name: str
    kind: str
    city: int
    tags: frozenset[str]
    priority: int
    days: float
    point: Point | None
    is_active: bool = True
    dispatches: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """How a site has done: transfers that it still owes, and which part of those it was asked for it sent."""

    open_load: int = 0
    reliability: float = 1.0


@dataclass(frozen=True, slots=True)
class Market:
    """What there is to choose from: sites by id, and what each has of each product, promised goods left out.

    `safety` is what a site leaves in place of each product; a site without a standing has done nothing wrong.
    """

    sites: Mapping[int, Site]
    stock: Mapping[int, Mapping[int, int]]
    safety: Mapping[int, int] = field(default_factory=dict)
    standings: Mapping[int, Standing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """Which sites may have a role; an empty set and a None exclude nobody. `tags`: one of them is enough."""

    kinds: frozenset[str] = frozenset()
    cities: frozenset[int] = frozenset()
    tags: frozenset[str] = frozenset()
    last_priority: int | None = None
    most_kilometres: int | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """What each thing costs, in hundredths of a point.

    A transfer and a package cost far more than the way of any, so that the fewest transfers win. The database
    bounds the weights (`MOST_FIXED`, `MOST_BY_MEASURE`): leaving a line costs more than any one transfer.
    """

    transfer: int = 10_000_00
    package: int = 10_000_00
    transfer_kilometre: int = 1_00
    delivery_kilometre: int = 1_00
    priority_step: int = 10_00
    open_load: int = 1_00
    transfer_day: int = 10_00
    unreliability: int = 500_00


MOST_FIXED, MOST_BY_MEASURE = 50_000_00, 15_00
"""The greatest weights: of a transfer, a package and unreliability; of what is counted or measured."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """How orders of some channels and cities are planned; `key` is its row's id, None the built-in one's."""

    key: int | None = None
    name: str = "default"
    channels: frozenset[int] = frozenset()
    cities: frozenset[int] = frozenset()
    sources: Terms = Terms()
    dispatchers: Terms = Terms()
    is_split_allowed: bool = False
    groups_items: bool = False
    safety_stock: int = 0
    weights: Weights = Weights()

    def covers(self, demand: Demand) -> bool:
        """Whether it is meant for this demand."""
        return (not self.channels or demand.channel in self.channels) and (
            not self.cities or demand.city in self.cities
        )


BUILT_IN = Scenario()


def scenario_for(demand: Demand, scenarios: tuple[Scenario, ...]) -> Scenario:
    """The first that covers the demand, else the built-in one."""
    return next((scenario for scenario in scenarios if scenario.covers(demand)), BUILT_IN)
