"""A failed delivery waits as its webhook says, never for ever, and within reason as the receiver asks."""

import math
import random
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aktar.webhooks.rules import LONGEST_RETRY, RETRY_CHOICES, delay, is_retry_config, retry_after, wait

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
WEEK = LONGEST_RETRY
MINUTE = {"choice": "fixed", "kwargs": {"seconds": 60}}

SECONDS = st.integers(0, WEEK) | st.integers(0, 5)
LIMITS = st.none() | SECONDS
CONFIGS = st.one_of(
    st.fixed_dictionaries({"seconds": SECONDS}).map(lambda numbers: ("fixed", numbers)),
    st.fixed_dictionaries({"base": SECONDS}, optional={"limit": LIMITS}).map(
        lambda numbers: ("linear", numbers)
    ),
    st.fixed_dictionaries({"base": SECONDS}, optional={"limit": LIMITS, "factor": st.integers(1, WEEK)}).map(
        lambda numbers: ("exponential", numbers)
    ),
    st.tuples(SECONDS, SECONDS).map(
        lambda ends: ("random", {"min_value": min(ends), "max_value": max(ends)})
    ),
).map(lambda config: {"choice": config[0], "kwargs": config[1]})


class Evenly(random.Random):
    """Chance that always takes the middle."""

    def random(self) -> float:
        return 0.5


def seconds(choice: str, retry: int, **numbers: int | None) -> float:
    config = {"choice": choice, "kwargs": numbers}
    assert is_retry_config(config)
    return round(delay(config, retry, chance=Evenly()), 6)


@pytest.mark.parametrize(
    ("choice", "numbers", "expected"),
    [
        ("fixed", {"seconds": 60}, [60, 60, 60, 60, 60]),
        ("fixed", {"seconds": 0}, [1, 1, 1, 1, 1]),
        ("linear", {"base": 30}, [1, 30, 60, 90, 120]),
        ("linear", {"base": 30, "limit": 70}, [1, 30, 60, 70, 70]),
        ("linear", {"base": 30, "limit": None}, [1, 30, 60, 90, 120]),
        ("exponential", {"base": 2}, [1, 2, 4, 8, 16]),
        ("exponential", {"base": 3, "factor": 10}, [10, 30, 90, 270, 810]),
        ("exponential", {"base": 3, "factor": 10, "limit": 100}, [10, 30, 90, 100, 100]),
        ("exponential", {"base": 0, "factor": 5}, [5, 1, 1, 1, 1]),
        ("exponential", {"base": 1, "factor": 5}, [5, 5, 5, 5, 5]),
        ("exponential", {"base": WEEK}, [1, WEEK, WEEK, WEEK, WEEK]),
        ("random", {"min_value": 10, "max_value": 30}, [20, 20, 20, 20, 20]),
        ("random", {"min_value": 0, "max_value": 0}, [1, 1, 1, 1, 1]),
    ],
)
def test_the_four_ways_to_wait_count_retries_from_0(
    choice: str, numbers: dict[str, int | None], expected: list[int]
) -> None:
    assert [seconds(choice, retry, **numbers) for retry in range(5)] == expected


@given(config=CONFIGS, retry=st.integers(0, 10**6), seed=st.integers(0, 10**6))
def test_no_wait_is_endless_and_none_is_nothing(config: Any, retry: int, seed: int) -> None:
    assert is_retry_config(config)
    assert 0.9 <= delay(config, retry, chance=random.Random(seed)) <= WEEK


@given(config=CONFIGS, retry=st.integers(0, 30), seed=st.integers(0, 10**6))
def test_a_wait_strays_by_a_tenth_and_a_random_one_stays_in_its_range(
    config: Any, retry: int, seed: int
) -> None:
    took = delay(config, retry, chance=random.Random(seed))
    if config["choice"] == "random":
        low, high = config["kwargs"]["min_value"], config["kwargs"]["max_value"]
        assert max(low, 1) <= took <= max(high, 1)
    else:
        middle = delay(config, retry, chance=Evenly())
        assert 0.9 * middle - 1e-6 <= took <= 1.1 * middle + 1e-6


def test_many_that_failed_together_do_not_come_back_together() -> None:
    chance = random.Random(7)
    assert len({delay(MINUTE, 0, chance=chance) for _ in range(100)}) == 100


@pytest.mark.parametrize("config", [None, {}, "fixed", {"choice": "never", "kwargs": {}}])
def test_a_row_that_says_nothing_of_use_waits_a_minute(config: object) -> None:
    assert delay(config, 3, chance=Evenly()) == pytest.approx(60)


def test_a_huge_power_is_never_computed() -> None:
    assert seconds("exponential", 10**9, base=WEEK, factor=WEEK) == WEEK
    assert seconds("exponential", 10**9, base=2, limit=100) == 100


def test_a_configuration_of_every_choice_is_taken() -> None:
    assert RETRY_CHOICES == ("fixed", "linear", "exponential", "random")
    assert is_retry_config({"choice": "random", "kwargs": {"min_value": 5, "max_value": 5}})
    assert is_retry_config({"choice": "fixed", "kwargs": {"seconds": WEEK}})


@pytest.mark.parametrize(
    ("choice", "numbers"),
    [
        ("fixed", {}),
        ("fixed", {"seconds": -1}),
        ("fixed", {"seconds": WEEK + 1}),
        ("fixed", {"seconds": 10**12}),
        ("fixed", {"seconds": True}),
        ("fixed", {"seconds": 1.0}),
        ("fixed", {"seconds": "1"}),
        ("fixed", {"seconds": None}),
        ("fixed", {"seconds": 1, "limit": 2}),
        ("fixed", [1]),
        ("linear", {"limit": 1}),
        ("linear", {"base": 1, "limit": -1}),
        ("linear", {"base": None}),
        ("exponential", {"base": 10**12}),
        ("exponential", {"base": 2, "factor": 0}),
        ("exponential", {"base": 2, "factor": None}),
        ("random", {"min_value": 1}),
        ("random", {"min_value": 2, "max_value": 1}),
        ("random", {"min_value": None, "max_value": 1}),
        ("never", {}),
        (["fixed"], {"seconds": 1}),
        (None, {"seconds": 1}),
    ],
)
def test_a_configuration_that_says_no_way_to_wait_is_refused(choice: object, numbers: object) -> None:
    assert not is_retry_config({"choice": choice, "kwargs": numbers})


@pytest.mark.parametrize("config", [None, [], {}, {"choice": "fixed"}, {**MINUTE, "jitter": 1}, "fixed", 60])
def test_what_is_no_configuration_at_all_is_refused(config: object) -> None:
    assert not is_retry_config(config)


@pytest.mark.parametrize(
    ("value", "asked"),
    [
        ("0", 0),
        ("120", 120),
        (" 120\t", 120),
        ("007", 7),
        ("99999999", 99_999_999),
        ("Mon, 02 Nov 2026 09:02:00 GMT", 120),
        ("Monday, 02-Nov-26 09:02:00 GMT", 120),
        ("Mon Nov  2 09:02:00 2026", 120),
        ("Mon Nov 02 09:02:00 2026", 120),
        ("Mon, 02 Nov 2026 08:00:00 GMT", 0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
    ],
)
def test_a_receiver_asks_for_seconds_or_names_an_instant(value: str, asked: float) -> None:
    assert retry_after(value, now=NOW) == asked
    assert retry_after(value, now=NOW.astimezone(timezone(timedelta(hours=3)))) == asked


@pytest.mark.parametrize(
    "value",
    [
        *("", "-1", "+1", "1.5", "1e3", "٣", "１", "0x10", "1 2", "soon", "9" * 19, "9" * 5000, "1\n"),
        "\x00",
        "\ud800",
        "Mon, 02 Nov 2026 09:02:00",
        "Mon, 02 Nov 2026 09:02:00 +0300",
        "Mon, 32 Nov 2026 09:02:00 GMT",
        "Mon, 02 Xxx 2026 09:02:00 GMT",
        "Mon, 02 Nov 2026 25:02:00 GMT",
        "2026-11-02T09:02:00Z",
        "02 Nov 2026 09:02:00 GMT",
        "Xxx Yyy  2 09:02:00 2026",
    ],
)
def test_rubbish_in_a_retry_after_is_overlooked(value: str) -> None:
    assert retry_after(value, now=NOW) is None
    assert wait(MINUTE, 0, retry_after=value, now=NOW, chance=Evenly()) == pytest.approx(60)


@given(st.text(max_size=40))
def test_no_retry_after_breaks_anything(value: str) -> None:
    asked = retry_after(value, now=NOW)
    assert asked is None or (asked >= 0 and math.isfinite(asked))


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        (None, 60),
        ("1", 60),
        ("90", 90),
        ("120", 120),
        ("99999999", 120),
        ("Mon, 02 Nov 2026 09:01:40 GMT", 100),
        ("Tue, 02 Nov 2027 09:00:00 GMT", 120),
    ],
)
def test_a_receiver_is_heard_between_our_delay_and_twice_as_long(asked: str | None, waits: float) -> None:
    assert wait(MINUTE, 0, retry_after=asked, now=NOW, chance=Evenly()) == pytest.approx(waits)
