"""What a package and a transfer cost, broken down, in hundredths of a point."""

from dataclasses import dataclass

from aktar.planning.rules.demand import (
    HIGHEST_DAYS,
    HIGHEST_LOAD,
    HIGHEST_RANK,
    Site,
    Standing,
    Weights,
)
from aktar.planning.rules.geography import Point, kilometres

_FRESH = Standing()


@dataclass(frozen=True, slots=True)
class Cost:
    """Parts of a cost, and the kilometres that `way` was reckoned from."""

    fixed: int = 0
    way: int = 0
    priority: int = 0
    load: int = 0
    interval: int = 0
    unreliability: int = 0
    kilometres: float = 0.0

    @property
    def total(self) -> int:
        """All of it."""
        return self.fixed + self.way + self.priority + self.load + self.interval + self.unreliability


NOTHING = Cost()


def package_cost(site: Site, *, to: Point | None, weights: Weights, standing: Standing | None = None) -> Cost:
    """What it costs that `site` dispatches a package to the customer at `to`."""
    length = kilometres(site.point, to)
    return Cost(
        fixed=weights.package,
        way=round(weights.delivery_kilometre * length),
        priority=_priority(site, weights),
        load=_load(standing or _FRESH, weights),
        kilometres=length,
    )


def starting_cost(site: Site, *, weights: Weights, standing: Standing | None = None) -> int:
    """What a package from `site` costs before its way."""
    return weights.package + _priority(site, weights) + _load(standing or _FRESH, weights)


def transfer_cost(source: Site, *, to: Site, weights: Weights, standing: Standing | None = None) -> Cost:
    """What it costs that `source` sends one transfer to the site that dispatches."""
    length = kilometres(source.point, to.point)
    standing = standing or _FRESH
    return Cost(
        fixed=weights.transfer,
        way=round(weights.transfer_kilometre * length),
        priority=_priority(source, weights),
        load=_load(standing, weights),
        interval=round(weights.transfer_day * min(source.days, HIGHEST_DAYS)),
        unreliability=round(weights.unreliability * (1 - standing.reliability)),
        kilometres=length,
    )


def asking_cost(source: Site, *, weights: Weights, standing: Standing | None = None) -> int:
    """What a transfer from `source` costs before its way."""
    cost = transfer_cost(source, to=source, weights=weights, standing=standing)
    return cost.total - cost.way


def _priority(site: Site, weights: Weights) -> int:
    return weights.priority_step * min(max(site.priority, 0), HIGHEST_RANK)


def _load(standing: Standing, weights: Weights) -> int:
    return weights.open_load * min(standing.open_load, HIGHEST_LOAD)
