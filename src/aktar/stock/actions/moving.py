"""Stock follows the goods: sent, arrived, called off, handed to the customer's carrier, lost.

Each looks at what the ledger holds for its transfer order or package items and never takes a reservation for
granted: many were made before the location began to keep books.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from aktar.accounts.models import User
from aktar.stock.actions.posting import kept, locked, post
from aktar.stock.queries import booked_for_package_items, booked_for_transfer
from aktar.stock.rules import StockLine, arrived, called_off, dispatched, lost, shipped_out


def dispatch(
    lines: Sequence[StockLine],
    *,
    transfer_order: int,
    destination: int,
    by: User | None,
    now: datetime,
) -> None:
    """The goods of a transfer order leave their source (`location` of the lines) for `destination`.

    What was reserved is so no longer, and on its way. Where nothing was reserved, what is available goes;
    goods that the source's books know nothing of enter the destination's books, and those that go to where
    none are kept leave the source's.
    """
    pairs = kept({line.pair for line in lines} | {(line.product, destination) for line in lines})
    if not pairs:
        return
    with transaction.atomic():
        levels = locked(pairs, now=now)
        booked = booked_for_transfer(transfer_order)
        movements = dispatched(lines, levels, booked, destination=destination)
        post(movements, by=by, now=now, transfer_order=transfer_order)


def arrive(
    lines: Sequence[StockLine],
    *,
    transfer_order: int,
    by: User | None,
    now: datetime,
) -> None:
    """The goods of a transfer order are at their destination (`location` of the lines), for package items.

    They are on hand there and reserved for the package items at once. Goods that set off before the
    destination kept books enter them now.
    """
    pairs = kept({line.pair for line in lines})
    if not pairs:
        return
    with transaction.atomic():
        levels = locked(pairs, now=now)
        movements = arrived(lines, levels, booked_for_transfer(transfer_order))
        post(movements, by=by, now=now, transfer_order=transfer_order)


def call_off(*, transfer_order: int, by: User | None, now: datetime) -> None:
    """Undo what a transfer order that will not happen holds: a reservation, or goods on their way.

    The latter are on hand at their source again, unreserved. Not for a transfer that has arrived: where its
    destination kept no books when it was sent, the ledger cannot tell that it has.
    """
    movements = list(called_off(booked_for_transfer(transfer_order)))
    if not movements:
        return
    with transaction.atomic():
        locked(frozenset(movement.pair for movement in movements), now=now)
        post(movements, by=by, now=now, transfer_order=transfer_order)


def ship_out(
    lines: Sequence[StockLine],
    *,
    by: User | None,
    now: datetime,
) -> None:
    """Package items (each line names its own) leave `location` for the customer: packed, they are gone.

    What is reserved for them goes; where nothing is, what is available, if it is enough.
    """
    pairs = kept({line.pair for line in lines})
    if not pairs:
        return
    with transaction.atomic():
        levels = locked(pairs, now=now)
        items = {line.package_item for line in lines if line.package_item is not None}
        booked = booked_for_package_items(items, locations={location for _, location in pairs})
        post(shipped_out(lines, levels, booked), by=by, now=now)


def declare_loss(
    lines: Sequence[StockLine],
    *,
    by: User | None,
    now: datetime,
    transfer_order: int | None = None,
    reason: str = "",
) -> int:
    """Write off goods that cannot be found; answers how much (hundredths).

    Only what is available goes: call off the transfer that held it first. Goods that the books do not have
    cannot be lost from them.
    """
    pairs = kept({line.pair for line in lines})
    if not pairs:
        return 0
    with transaction.atomic():
        levels = locked(pairs, now=now)
        movements = list(lost(lines, levels))
        post(movements, by=by, now=now, transfer_order=transfer_order, reason=reason)
    return -sum(movement.on_hand for movement in movements)
