"""Distances are those of the globe, and the nearest are the nearest."""

from hypothesis import given
from hypothesis import strategies as st

from aktar.planning.rules import Neighbourhood, is_within, kilometres, point

_degrees = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def test_from_istanbul_to_ankara_it_is_three_hundred_and_fifty_kilometres() -> None:
    istanbul, ankara = point(latitude=41.0082, longitude=28.9784), point(latitude=39.9334, longitude=32.8597)
    assert 348 < kilometres(istanbul, ankara) < 351
    assert kilometres(istanbul, istanbul) == 0


def test_neighbours_are_told_apart_to_the_metre() -> None:
    here, there = point(latitude=41.0, longitude=29.0), point(latitude=41.00001, longitude=29.0)
    assert 0.0010 < kilometres(here, there) < 0.0013


def test_the_other_side_of_the_globe_is_half_its_circumference_away() -> None:
    one, other = point(latitude=0, longitude=0), point(latitude=0, longitude=180)
    assert 20_014 < kilometres(one, other) < 20_016


def test_what_is_not_known_counts_as_five_hundred_kilometres() -> None:
    assert kilometres(None, point(latitude=0, longitude=0)) == 500


def test_no_limit_is_too_short_for_what_is_not_known() -> None:
    here, there = point(latitude=0, longitude=0), point(latitude=0, longitude=1)
    assert is_within(here, None, most=1)
    assert is_within(None, here, most=1)
    assert is_within(here, there, most=112)
    assert is_within(here, there, most=None)
    assert not is_within(here, there, most=111)


@given(st.lists(_degrees, max_size=40), _degrees, st.integers(1, 50))
def test_the_nearest_are_those_that_a_scan_finds(
    places: list[tuple[float, float]], to: tuple[float, float], count: int
) -> None:
    points = [point(latitude=latitude, longitude=longitude) for latitude, longitude in places]
    here = point(latitude=to[0], longitude=to[1])
    found = Neighbourhood([(at, at) for at in points]).nearest(here, count=count)
    far = sorted(kilometres(at, here) for at in points)[:count]
    assert [round(kilometres(at, here), 6) for at in found] == [round(length, 6) for length in far]
