"""The errors of orders and packages as wholes."""

from collections.abc import Sequence

from aktar.workflow.rules import StateSpec


class OrderUnknown(Exception):
    """No order of this id exists where the caller may see it."""


class PackageUnknown(Exception):
    """No package of this id exists where the caller may see it."""


class NotEverywhere(Exception):
    """The caller works at some stock locations, and this concerns all of them, or others."""


class OrderNumberTaken(Exception):
    """Another order, with other content, has this number."""


class OrderNotCancellable(Exception):
    """The order is cancelled already, or on its way to the customer, be it in part: `packed` are packages."""

    def __init__(self, state: StateSpec, packed: Sequence[str]) -> None:
        super().__init__(state, packed)
        self.state = state
        self.packed = tuple(packed)
