"""Promising goods where they are, and taking promises back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from aktar.accounts.models import User
from aktar.stock.actions.posting import kept, locked, post, post_for_transfers
from aktar.stock.queries import booked_for_package_items
from aktar.stock.rules import StockLine, released, served


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
    reserve_for_transfers({transfer_order: lines}, by=by, now=now)


def reserve_for_transfers(
    lines: Mapping[int | None, Sequence[StockLine]], *, by: User | None, now: datetime
) -> None:
    """`reserve` for many transfer orders (ids), one after the other, in as many queries as for one.

    Raises NotEnoughStock with the lines of the first that finds too little; then nothing is reserved for any.
    """
    pairs = kept({line.pair for each in lines.values() for line in each})
    if not pairs:
        return
    with transaction.atomic():
        levels = locked(pairs, now=now)
        # Each sees what those before it took.
        promised = [(order, movement) for order, each in lines.items() for movement in served(each, levels)]
        post_for_transfers(promised, by=by, now=now)


def release_package_items(
    package_items: Collection[int], *, location: int, by: User | None, now: datetime
) -> None:
    """Free what is reserved for package items at the location that was to dispatch them.

    For a package that is cancelled, after its transfers were called off: what has been delivered for it
    stays there, as anybody's.
    """
    with transaction.atomic():
        booked = booked_for_package_items(package_items, locations=[location])
        movements = list(released(booked))
        locked(frozenset(movement.pair for movement in movements), now=now)
        post(movements, by=by, now=now)
