"""What must balance in the books, and what it looks like when it does not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnbalancedLevel:
    """A level that is not the sum of its movements, and by how much it is above that sum."""

    product: int
    location: int
    on_hand: int
    reserved: int
    in_transit: int


@dataclass(frozen=True, slots=True)
class ProductBalance:
    """What came into the books of a product, what went out of them, and what its levels say is there."""

    product: int
    came_in: int
    went_out: int
    on_hand: int
    in_transit: int

    @property
    def missing(self) -> int:
        """How much of what came in is neither there nor gone; below zero, what came from nowhere."""
        return self.came_in - self.went_out - self.on_hand - self.in_transit
