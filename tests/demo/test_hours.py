"""Orders come in over days enough for a chain of this size, so that what is under way has its bounds."""

from bisect import bisect_right
from datetime import timedelta
from random import Random

import pytest

from aktar.site.demo.hours import order_instants
from tests.demo.conftest import NOW

TIME_TO_ARRIVE = timedelta(days=7)


@pytest.mark.parametrize(("count", "days"), [(10, 7), (1_000, 40), (100_000, 60), (600_000, 200)])
def test_instants_rise_and_cover_the_days(count: int, days: int) -> None:
    instants = list(order_instants(count, now=NOW, chance=Random(1)))
    assert len(instants) == count
    assert instants == sorted(instants)
    assert instants[-1] <= NOW - timedelta(minutes=30)
    assert instants[0] >= NOW - timedelta(days=days, hours=2)
    if count > 100:
        assert instants[0] < NOW - timedelta(days=days - 1)


def test_however_many_there_are_in_all_only_so_many_are_placed_within_a_week() -> None:
    assert _busiest_week(600_000) < 1.1 * _busiest_week(200_000)


def _busiest_week(count: int) -> int:
    # The last is the busiest: there are more of them the nearer to now.
    instants = list(order_instants(count, now=NOW, chance=Random(1)))
    return count - bisect_right(instants, instants[-1] - TIME_TO_ARRIVE)
