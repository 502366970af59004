"""Waking whoever delivers in this process once there is something to deliver. It carries no event."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_sleepers: list[Callable[[], None]] = []


def wake() -> None:
    """Tell every dispatcher of this process to look; those of other processes look by themselves."""
    for sleeper in tuple(_sleepers):
        sleeper()


@contextmanager
def woken(sleeper: Callable[[], None]) -> Iterator[None]:
    """While it lasts, `wake` calls `sleeper`, from any thread; it must not block."""
    _sleepers.append(sleeper)
    try:
        yield
    finally:
        _sleepers.remove(sleeper)
