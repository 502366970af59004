"""What was measured on one database: samples by operation and way, and what can be said of them."""

import json
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Figures:
    """Milliseconds of each operation by each way: `DRF`, `cold`, `warm`, `counted`, `stored`."""

    database: str
    transfer_orders: int
    filled_in: float
    samples: dict[str, dict[str, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def add(self, operation: str, way: str, milliseconds: float) -> None:
        """One more sample; the rounds of an operation stand in one order."""
        self.samples[operation][way].append(milliseconds)

    def median(self, operation: str, way: str) -> float:
        """Milliseconds."""
        return statistics.median(self.samples[operation][way])

    def spread(self, operation: str, way: str) -> tuple[float, float]:
        """The tenth and the ninetieth of a hundred, in milliseconds."""
        return _tails(self.samples[operation][way])

    def ratio(self, operation: str, way: str) -> tuple[float, float, float]:
        """How many times as fast as the yardstick in the same round: the median, the tenth, the ninetieth."""
        ways = self.samples[operation]
        ratios = [theirs / ours for theirs, ours in zip(ways["DRF"], ways[way], strict=True)]
        return (statistics.median(ratios), *_tails(ratios))

    def as_json(self) -> str:
        """All of it, to be read again by `read`."""
        return json.dumps(vars(self))

    @classmethod
    def read(cls, text: str) -> "Figures":
        """What `as_json` wrote."""
        found: dict[str, Any] = json.loads(text)
        return cls(**found)

    def __str__(self) -> str:
        made = f", which the demo made in {self.filled_in:.0f} s" if self.filled_in else ""
        lines = [f"{self.database}, {self.transfer_orders:,} transfer orders{made}"]
        for operation, ways in self.samples.items():
            for way in ways:
                line = f"  {operation:24} {way:8} {self.median(operation, way):8.2f} ms"
                low, high = self.spread(operation, way)
                line += f"  ({low:.2f} to {high:.2f})"
                if way in ("cold", "warm", "counted"):
                    line += "  {:6.1f} times DRF ({:.1f} to {:.1f})".format(*self.ratio(operation, way))
                lines.append(line)
        return "\n".join(lines)


def _tails(values: list[float]) -> tuple[float, float]:
    ordered = sorted(values)
    return ordered[len(ordered) // 10], ordered[-1 - len(ordered) // 10]
