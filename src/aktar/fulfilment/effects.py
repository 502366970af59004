"""What each command does to the things around a package, by the handler code of its row.

An effect runs between the lock and the move: the package still has its old state. Whatever it raises undoes
everything.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aktar.accounts.models import User
from aktar.edge.content_types import ContentType
from aktar.edge.references import Reading
from aktar.fulfilment.queries import levels_of_packages
from aktar.orders.actions import move_package_items
from aktar.orders.models import Package, PackageItem
from aktar.orders.rules import PACKAGE_ITEM_STATUS, PIECE, PackageItemStatus
from aktar.stock.actions import lock_levels, release_package_items, ship_out
from aktar.stock.rules import StockLine
from aktar.transfers.actions import cancel_transfer_orders
from aktar.transfers.effects import HANDLERS as TRANSFER_HANDLERS
from aktar.workflow.queries import workflow


@dataclass(frozen=True, slots=True)
class PackageRun:
    """One command on its way: the locked package, who runs it, with what, and when."""

    package: Package
    attributes: Mapping[str, Any]
    by: User | None
    reading: Reading
    now: datetime


def prepare(_run: PackageRun) -> None:
    """Somebody begins to pick the goods; all of them are there."""


def ready(_run: PackageRun) -> None:
    """The goods are picked."""


def pack(run: PackageRun) -> None:
    """The package is closed, and its goods are gone from the location's books."""
    gone = workflow(run.reading).state(
        ContentType.PACKAGE_ITEM, PACKAGE_ITEM_STATUS, PackageItemStatus.CANCELLED
    )
    items = PackageItem.objects.filter(package=run.package).exclude(state_id=gone.id)
    lines = [
        StockLine(product, run.package.stock_location_id, PIECE, package_item=item)
        for item, product in items.order_by("pk").values_list("pk", "order_item__product_id")
    ]
    ship_out(lines, by=run.by, now=run.now)


def cancel(run: PackageRun) -> None:
    """The package will not go out: nothing more is brought for it, and what it holds is anybody's again."""
    lock_levels(levels_of_packages([run.package.pk]), now=run.now)
    undo(run)


def undo(run: PackageRun) -> None:
    """`cancel` of a package whose levels are locked."""
    items = list(PackageItem.objects.filter(package=run.package).values_list("pk", flat=True))
    move_package_items(run.package, items, to=PackageItemStatus.CANCELLED, reading=run.reading, now=run.now)
    cancel_transfer_orders(
        run.package, by=run.by, attributes=run.attributes, reading=run.reading, now=run.now
    )
    release_package_items(items, location=run.package.stock_location_id, by=run.by, now=run.now)


PACKAGE_EFFECTS: Mapping[str, Callable[[PackageRun], None]] = {
    "prepare": prepare,
    "ready": ready,
    "pack": pack,
    "cancel": cancel,
}

HANDLERS: Mapping[int, Collection[str]] = {
    ContentType.TRANSFER_ORDER: TRANSFER_HANDLERS,
    ContentType.PACKAGE: tuple(PACKAGE_EFFECTS),
}
"""Every effect that a command can have, by the kind of object."""
