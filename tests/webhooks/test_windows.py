"""How much of an endpoint's work is in hand, and when a dispatcher may wait to settle more at a time."""

from types import SimpleNamespace
from typing import Any

from aktar.webhooks.actions import Kind, Outcome
from aktar.webhooks.delivery.limits import Limits
from aktar.webhooks.delivery.windows import PLENTY, Windows
from tests.factories import NOW

LIMITS = Limits(in_flight=16, window=256)
QUICK = 1


def _ended(windows: Windows, endpoint: int, times: int = 1, **how: Any) -> None:
    claimed: Any = SimpleNamespace(endpoint=endpoint)
    for _ in range(times):
        windows.ended(Outcome(claimed, how.get("kind", Kind.ANSWERED), NOW, status=how.get("status", 200)))


def _grown() -> Windows:
    """Windows of an endpoint that answered well until it was given as much as there is."""
    windows = Windows(LIMITS)
    while (room := windows.room(QUICK)) < LIMITS.window:
        windows.claimed(QUICK, asked=room, got=room)
        _ended(windows, QUICK, times=room)
    windows.claimed(QUICK, asked=room, got=room)
    return windows


def test_an_endpoint_that_answers_well_has_plenty_until_little_is_left() -> None:
    windows = _grown()
    assert windows.has_plenty()
    _ended(windows, QUICK, times=LIMITS.window - PLENTY)
    assert windows.has_plenty()
    _ended(windows, QUICK)
    assert not windows.has_plenty()


def test_many_endpoints_that_hang_are_not_plenty() -> None:
    windows = Windows(LIMITS)
    for endpoint in range(100):
        windows.claimed(endpoint, asked=16, got=16)
    assert windows.in_hand == 1600
    assert not windows.has_plenty()


def test_one_that_stops_answering_is_not_waited_for_whatever_it_has_in_hand() -> None:
    windows = _grown()
    _ended(windows, QUICK, kind=Kind.FAILED)
    assert windows.in_hand == LIMITS.window - 1
    assert not windows.has_plenty()
