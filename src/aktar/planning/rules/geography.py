"""Points on the globe, the great-circle distance between them, and which of many are nearest to one."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, dist, radians, sin
from typing import Generic, NamedTuple, TypeVar

EARTH_RADIUS = 6371.0088
"""The mean one, in kilometres."""

UNKNOWN_KILOMETRES = 500.0
"""What a distance costs while one of its ends is not known: neither near nor far, and no reason to refuse."""

Held = TypeVar("Held")


class Point(NamedTuple):
    """A place on the globe as a unit vector, so that a distance takes no more than a square root."""

    x: float
    y: float
    z: float


def point(*, latitude: float, longitude: float) -> Point:
    """The point of these coordinates, in degrees."""
    phi, lam = radians(latitude), radians(longitude)
    return Point(cos(phi) * cos(lam), cos(phi) * sin(lam), sin(phi))


def kilometres(one: Point | None, other: Point | None) -> float:
    """The great-circle distance of two points; UNKNOWN_KILOMETRES where one is not known."""
    if one is None or other is None:
        return UNKNOWN_KILOMETRES
    # By the chord: unlike the arc cosine it is exact for neighbours.
    return 2 * EARTH_RADIUS * asin(min(1.0, dist(one, other) / 2))


def is_within(one: Point | None, other: Point | None, *, most: int | None) -> bool:
    """Whether two points are so many kilometres apart at the most; what is not known is never too far."""
    return most is None or one is None or other is None or kilometres(one, other) <= most


class Neighbourhood(Generic[Held]):
    """Things with a place on the globe, arranged as a k-d tree: the nearest are found without a scan."""

    def __init__(self, placed: Sequence[tuple[Point, Held]]) -> None:
        rows = [((at.x, at.y, at.z), number) for number, (at, _) in enumerate(placed)]
        self._held = [held for _, held in placed]
        self._root = _tree(rows, axis=0)

    def nearest(self, to: Point, *, count: int) -> list[Held]:
        """At most `count` of them, the nearest first."""
        best: list[tuple[float, int]] = []
        _search(self._root, (to.x, to.y, to.z), count, best)
        return [self._held[-number] for _, number in sorted(best, reverse=True)]


@dataclass(frozen=True, slots=True)
class _Node:
    at: tuple[float, float, float]
    number: int
    axis: int
    low: "_Node | None"
    high: "_Node | None"


def _tree(rows: list[tuple[tuple[float, float, float], int]], *, axis: int) -> _Node | None:
    if not rows:
        return None
    rows.sort(key=lambda row: (row[0][axis], row[1]))
    middle = len(rows) // 2
    following = (axis + 1) % 3
    low, high = _tree(rows[:middle], axis=following), _tree(rows[middle + 1 :], axis=following)
    at, number = rows[middle]
    return _Node(at, number, axis, low, high)


def _search(
    node: _Node | None, to: tuple[float, float, float], count: int, best: list[tuple[float, int]]
) -> None:
    """Put the nearest below `node` into the heap `best`: squared chord and number, both negative."""
    if node is None:
        return
    at = node.at
    square = (at[0] - to[0]) ** 2 + (at[1] - to[1]) ** 2 + (at[2] - to[2]) ** 2
    if len(best) < count:
        heapq.heappush(best, (-square, -node.number))
    elif (-square, -node.number) > best[0]:
        heapq.heapreplace(best, (-square, -node.number))
    apart = to[node.axis] - at[node.axis]
    near, far = (node.low, node.high) if apart < 0 else (node.high, node.low)
    _search(near, to, count, best)
    if len(best) < count or apart * apart <= -best[0][0]:
        _search(far, to, count, best)
