"""Promising goods where they are, and taking promises back."""

from collections.abc import Collection, Sequence
from datetime import datetime

from aktar.accounts.models import User
from aktar.stock.rules import StockLine


def reserve(
    lines: Sequence[StockLine],
    *,
    by: User | None,
    now: datetime,
    transfer_order: int | None = None,
) -> None:
    """Promise what lines name, where it is: to a transfer order, or without one to package items.

    The latter is for what the dispatching location has itself. Raises NotEnoughStock with every line that
    cannot be served; then nothing is reserved. Lines are served in their order.
    """
    raise NotImplementedError


def release_package_items(
    package_items: Collection[int], *, location: int, by: User | None, now: datetime
) -> None:
    """Free what is reserved for package items at the location that was to dispatch them.

    For a package that is cancelled, after its transfers were called off: what has been delivered for it
    stays there, as anybody's.
    """
    raise NotImplementedError
