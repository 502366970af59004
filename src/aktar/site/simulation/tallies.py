"""What a month came to under one policy: served, late, transfers, kilometres, cost."""

from dataclasses import dataclass, field

from aktar.planning.rules import UNPLANNED, Weights

_WEIGHTS = Weights()
_POINT = 100


@dataclass(slots=True)
class Tally:
    """Counts, and kilometres as the crow flies; orders by the day they were placed on, and their cost."""

    orders: int = 0
    served: int = 0
    late: int = 0
    packages: int = 0
    transfers: int = 0
    renewals: int = 0
    short: int = 0
    transfer_kilometres: float = 0.0
    delivery_kilometres: float = 0.0
    cost_by_day: dict[int, float] = field(default_factory=dict)

    def package(self, *, kilometres: float, day: int) -> None:
        """A location shall send a package to its customer."""
        self.packages += 1
        self.delivery_kilometres += kilometres
        self._charge(day, _WEIGHTS.package + _WEIGHTS.delivery_kilometre * kilometres)

    def transfer(self, *, kilometres: float, day: int) -> None:
        """A location is asked for a line."""
        self.transfers += 1
        self.transfer_kilometres += kilometres
        self._charge(day, _WEIGHTS.transfer + _WEIGHTS.transfer_kilometre * kilometres)

    def missing(self, lines: int, *, day: int) -> None:
        """Nobody has these lines."""
        self.short += lines
        self._charge(day, UNPLANNED * lines)

    @property
    def service(self) -> float:
        """The part of the orders that were packed whole."""
        return self.served / self.orders

    @property
    def late_share(self) -> float:
        """The part of the packed orders that were packed later than promised."""
        return self.late / self.served if self.served else 0.0

    @property
    def transfers_an_order(self) -> float:
        """How many locations were asked for a line, on average."""
        return self.transfers / self.orders

    @property
    def kilometres_an_order(self) -> float:
        """Of transfers and of packages, on average."""
        return (self.transfer_kilometres + self.delivery_kilometres) / self.orders

    @property
    def cost_an_order(self) -> float:
        """Points, on average, by the planner's own weights: what transfers, packages, ways and gaps cost."""
        return sum(self.cost_by_day.values()) / self.orders

    def _charge(self, day: int, hundredths: float) -> None:
        self.cost_by_day[day] = self.cost_by_day.get(day, 0.0) + hundredths / _POINT
