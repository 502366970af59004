"""Coordinates as the tables keep them, and the points that planning reckons with."""

from collections.abc import Sequence

from aktar.planning.rules import Point, point

_DEGREE = 10**8


def point_of(coordinates: Sequence[int | None]) -> Point | None:
    """The point of the first latitude and longitude (1e-8 degrees, in turn) that are both known."""
    for latitude, longitude in zip(coordinates[::2], coordinates[1::2], strict=True):
        if latitude is not None and longitude is not None:
            return point(latitude=latitude / _DEGREE, longitude=longitude / _DEGREE)
    return None
