"""Who sees what: the reach of a caller over stock locations."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """The stock locations that a caller works for; `everything` stands for all of them."""

    everything: bool
    locations: frozenset[int] = frozenset()


EVERYWHERE = Reach(everything=True)
