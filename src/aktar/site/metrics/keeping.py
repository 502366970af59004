"""Keeps what was dear to ask of the database: scraping costs a hundredth of its time at most."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

CHEAP = 0.02  # seconds
PATIENCE = 100

_kept: dict[str, tuple[datetime, list[Metric]]] = {}


class Kept(Collector):
    """What `collect` says, or said a short while ago: an answer lasts a hundred times as long as it took.

    What took less than CHEAP seconds is asked anew each time. `name` tells what is kept from other things.
    """

    def __init__(self, name: str, collect: Callable[[], Iterable[Metric]], *, now: datetime) -> None:
        self._name = name
        self._collect = collect
        self._now = now

    def collect(self) -> Iterator[Metric]:
        kept = _kept.get(self._name)
        if kept is None or self._now >= kept[0]:
            began = time.perf_counter()
            found = list(self._collect())
            took = time.perf_counter() - began
            lasts = timedelta(seconds=took * PATIENCE if took >= CHEAP else 0)
            kept = _kept[self._name] = (self._now + lasts, found)
        yield from kept[1]


def forget() -> None:
    """Drop everything that is kept; for tests, whose databases come and go under this process."""
    _kept.clear()
