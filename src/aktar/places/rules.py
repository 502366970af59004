"""Who sees what: the reach of a caller over stock locations; and what is told of the locations themselves."""

from collections.abc import Collection
from dataclasses import dataclass

LEVELS = ("country", "city", "township", "district")
"""Kinds of places, from the largest to the smallest."""

LOCATION_CREATED = "stock_location.created"
LOCATION_UPDATED = "stock_location.updated"


class PlacesUnknown(Exception):
    """Places are named that there are not, by somebody who may not make any; `levels` says of which kinds."""

    def __init__(self, levels: Collection[str]) -> None:
        super().__init__(levels)
        self.levels = tuple(levels)


@dataclass(frozen=True, slots=True)
class Reach:
    """The stock locations that a caller works for; `everything` stands for all of them."""

    everything: bool
    locations: frozenset[int] = frozenset()

    def includes(self, location: int) -> bool:
        """Whether the caller works at this stock location (an id)."""
        return self.everything or location in self.locations


EVERYWHERE = Reach(everything=True)
