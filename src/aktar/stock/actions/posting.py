"""The one place that levels and the ledger are written in: lock, look, move both."""

from collections.abc import Collection


def lock_levels(pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Lock the levels of these pairs of product and location (ids) in that order; what is available of each.

    Levels that are missing where books are kept are made, empty. Locations without books are left out.
    """
    raise NotImplementedError
