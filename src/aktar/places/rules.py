"""Who sees what: the reach of a caller over stock locations; and what is told of the locations themselves."""

from dataclasses import dataclass

LOCATION_CREATED = "stock_location.created"
LOCATION_UPDATED = "stock_location.updated"


@dataclass(frozen=True, slots=True)
class Reach:
    """The stock locations that a caller works for; `everything` stands for all of them."""

    everything: bool
    locations: frozenset[int] = frozenset()


EVERYWHERE = Reach(everything=True)
