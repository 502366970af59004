"""How much of each endpoint's work a dispatcher has in hand, and how much more it may claim."""

from collections import defaultdict
from dataclasses import dataclass

from aktar.webhooks.actions import Kind, Outcome
from aktar.webhooks.delivery.limits import Limits

QUICK_MS = 1000
"""An endpoint that answers slower gets no more in hand than is under way."""

PLENTY = 128
"""Events of one endpoint: enough to send while the next turn is waited for."""


@dataclass(slots=True)
class _Window:
    size: int
    in_hand: int = 0
    is_hungry: bool = False
    was_full: bool = False
    """Whether the last claim brought all that was asked for."""


class Windows:
    """Counts what is in hand by endpoint. An endpoint that answers well and fast gets more, up to a bound."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._by_endpoint: dict[int, _Window] = defaultdict(lambda: _Window(limits.in_flight))

    @property
    def in_hand(self) -> int:
        """Events in hand, whosever."""
        return sum(window.in_hand for window in self._by_endpoint.values())

    def has_plenty(self) -> bool:
        """Whether an endpoint that answers well has much in hand yet.

        One that stopped answering counts until its first request has timed out.
        """
        return any(min(window.in_hand, window.size) >= PLENTY for window in self._by_endpoint.values())

    def hungry(self) -> list[int]:
        """The endpoints that may have more due than what was claimed last, and have room for it.

        Without room they are none: who asked again and again would keep the sending thread from running.
        """
        windows = self._by_endpoint.items()
        return [endpoint for endpoint, window in windows if window.is_hungry and self._room(window)]

    def room(self, endpoint: int, *, most: int | None = None) -> int:
        """How many more to claim; not below zero."""
        return self._room(self._by_endpoint[endpoint], most=most)

    @staticmethod
    def _room(window: _Window, *, most: int | None = None) -> int:
        size = window.size if most is None else min(window.size, most)
        room = max(0, size - window.in_hand)
        # Small bites cost a commit each.
        return room if window.in_hand == 0 or room * 4 >= size else 0

    def claimed(self, endpoint: int, *, asked: int, got: int) -> None:
        """Note what a claim brought."""
        window = self._by_endpoint[endpoint]
        window.in_hand += got
        window.is_hungry = window.was_full = got == asked

    def probed(self, endpoint: int, *, got: int) -> None:
        """Note what a probe's claim brought: nothing more is claimed until it has ended well."""
        window = self._by_endpoint[endpoint]
        window.in_hand += got
        window.is_hungry = window.was_full = False

    def ended(self, outcome: Outcome) -> None:
        """Note what became of one that was in hand."""
        window = self._by_endpoint[outcome.claimed.endpoint]
        window.in_hand -= 1
        if outcome.kind is Kind.HELD or (outcome.is_delivered and outcome.duration_ms < QUICK_MS):
            window.is_hungry = True  # its lane may have another
            if window.was_full:
                window.was_full = False
                window.size = min(window.size * 2, self._limits.window)
        else:
            window.size = self._limits.in_flight
            window.is_hungry = False
        if window.in_hand == 0 and not window.is_hungry:
            del self._by_endpoint[outcome.claimed.endpoint]
