"""An endpoint that keeps failing is left alone, longer each time, and given up after five days."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aktar.webhooks.rules import GIVES_UP_AFTER, has_given_up, pause_after
from tests.factories import NOW


@pytest.mark.parametrize("failures", [0, 1, 4])
def test_a_few_failures_do_not_pause(failures: int) -> None:
    assert pause_after(failures) is None


def test_the_pause_doubles_from_five_seconds_to_five_minutes() -> None:
    pauses = [pause_after(failures) for failures in (5, 6, 7, 8, 9, 10, 11, 12, 10**9)]
    seconds = [pause.total_seconds() for pause in pauses if pause]
    assert seconds == [5, 10, 20, 40, 80, 160, 300, 300, 300]


@given(st.integers(5, 10**12))
def test_no_pause_is_shorter_than_the_one_before(failures: int) -> None:
    before, after = pause_after(failures), pause_after(failures + 1)
    assert before is not None
    assert after is not None
    assert before <= after


@pytest.mark.parametrize(
    ("failing_for", "is_over"),
    [
        (None, False),
        (timedelta(0), False),
        (GIVES_UP_AFTER - timedelta(seconds=1), False),
        (GIVES_UP_AFTER, True),
    ],
)
def test_after_five_days_of_nothing_but_failure_it_is_given_up(
    failing_for: timedelta | None, is_over: bool
) -> None:
    assert timedelta(days=5) == GIVES_UP_AFTER
    since = None if failing_for is None else NOW - failing_for
    assert has_given_up(since, NOW) is is_over
