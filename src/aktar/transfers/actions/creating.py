"""Making transfer orders for items of a package that is there."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from aktar.accounts.models import User
from aktar.edge.content_types import ContentType
from aktar.edge.references import Reading, reading
from aktar.orders.actions import move_package
from aktar.orders.models import Package, PackageItem
from aktar.orders.rules import PACKAGE_ITEM_STATUS, PackageItemStatus, PackageStatus
from aktar.places.models import StockLocation
from aktar.stock.actions import reserve_for_transfers
from aktar.stock.queries import booked_for_package_items
from aktar.stock.rules import StockLine
from aktar.transfers.actions.news import PAYLOAD_LANGUAGE, tell
from aktar.transfers.effects import move_items_of_package
from aktar.transfers.models import TransferItem, TransferOrder
from aktar.transfers.rules import (
    CREATED_EVENT,
    OPEN,
    TRANSFER_STATUS,
    ItemsInTransfer,
    ItemsNotOfPackage,
    TransferStatus,
    next_numbers,
)
from aktar.workflow.queries import workflow


@dataclass(frozen=True, slots=True)
class ItemToMove:
    """A package item to be brought, and how much of it (hundredths)."""

    package_item: PackageItem
    quantity: int = 100


def items_in_transfer(package_items: Collection[int], current: Reading) -> dict[int, str]:
    """Those of a locked package's items that a live transfer order brings, with its number. One query."""
    flow = workflow(current)
    live = [flow.state(ContentType.TRANSFER_ORDER, TRANSFER_STATUS, status).id for status in OPEN]
    rows = TransferItem.objects.filter(package_item__in=package_items, transfer_order__state__in=live)
    return dict(rows.values_list("package_item_id", "transfer_order__number"))


def items_there(package: Package, package_items: Collection[int], current: Reading) -> set[int]:
    """Those of a locked package's items that are where it is dispatched. Two queries.

    They are promised to it there, or wait there since a transfer brought them: not all locations keep books.
    """
    flow = workflow(current)
    booked = booked_for_package_items(package_items, locations=[package.stock_location_id])
    promised: dict[int | None, int] = defaultdict(int)
    for row in booked:
        promised[row.package_item] += row.reserved
    brought = TransferItem.objects.filter(
        package_item__in=package_items,
        package_item__state=flow.state(
            ContentType.PACKAGE_ITEM, PACKAGE_ITEM_STATUS, PackageItemStatus.WAITING
        ).id,
        transfer_order__state=flow.state(
            ContentType.TRANSFER_ORDER, TRANSFER_STATUS, TransferStatus.TRANSFERRED
        ).id,
    )
    there = {item for item, quantity in promised.items() if item is not None and quantity > 0}
    return there.union(brought.values_list("package_item_id", flat=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferToMake:
    """A transfer order that is to be: what it brings, from where, and when it is due."""

    source: StockLocation
    items: Sequence[ItemToMove]
    due: datetime
    invoice_number: str | None = None
    remote_id: str | None = None
    plan_item: int | None = None
    renews: TransferOrder | None = None


def create_transfer_order(
    package_id: int,
    *,
    source: StockLocation,
    items: Sequence[ItemToMove],
    planned_at: datetime,
    by: User | None,
    now: datetime,
    due: datetime | None = None,
    invoice_number: str | None = None,
    remote_id: str | None = None,
    plan_item: int | None = None,
) -> TransferOrder:
    """Make a transfer order that brings `items` from `source` to the location that dispatches the package.

    It is due `source.target_transfer_interval` after `planned_at`, unless `due` says when. The package and
    its items wait for it. Raises ItemsInTransfer, for no two live transfers bring the same item, and
    ItemsNotOfPackage, which the API cannot come to: it looks items up in the package.

    Where the source keeps books the goods are reserved there; raises NotEnoughStock, whose lines are `items`.
    """
    with transaction.atomic():
        package = Package.objects.select_for_update(no_key=True).get(pk=package_id)
        current = reading(PAYLOAD_LANGUAGE)
        wanted = TransferToMake(
            source=source,
            items=items,
            due=due or planned_at + source.target_transfer_interval,
            invoice_number=invoice_number,
            remote_id=remote_id,
            plan_item=plan_item,
        )
        (order,) = make_transfer_orders(package, [wanted], by=by, current=current, now=now)
        tell(order, CREATED_EVENT, current, now)
    return order


def make_transfer_orders(
    package: Package,
    wanted: Sequence[TransferToMake],
    *,
    by: User | None,
    current: Reading,
    now: datetime,
    package_to: PackageStatus = PackageStatus.WAITING_FOR_TRANSFER,
) -> list[TransferOrder]:
    """Make transfer orders to a locked package, numbered in this order; the caller tells of them.

    The package goes to `package_to`.

    As many statements for many as for one, but that SQLite takes some 70 rows at a time. Raises as
    `create_transfer_order`, within a transaction of the caller's; NotEnoughStock tells of the first that
    finds too little.
    """
    brought = [item.package_item for each in wanted for item in each.items]
    ids = {item.pk for item in brought}
    if (
        not all(each.items for each in wanted)
        or len(ids) < len(brought)
        or any(item.package_id != package.pk for item in brought)
    ):
        raise ItemsNotOfPackage
    taken = items_in_transfer(ids, current)
    if taken:
        raise ItemsInTransfer(taken)
    orders = _orders(package, wanted, current, now)
    lines = _items(orders, wanted, current, now)
    reserve_for_transfers(lines, by=by, now=now)
    move_items_of_package(
        package,
        ids,
        brought_by=[order.pk for order in orders],
        to=PackageItemStatus.SELECTED_FOR_TRANSFER,
        reading=current,
        now=now,
    )
    move_package(
        package,
        to=package_to,
        by=by,
        attributes={"transfer_order": orders[0].pk},
        reading=current,
        now=now,
    )
    return orders


def _orders(
    package: Package, wanted: Sequence[TransferToMake], current: Reading, now: datetime
) -> list[TransferOrder]:
    state = workflow(current).state(ContentType.TRANSFER_ORDER, TRANSFER_STATUS, TransferStatus.WAITING)
    taken = TransferOrder.objects.filter(package=package).values_list("number", flat=True)
    return TransferOrder.objects.bulk_create(
        TransferOrder(
            number=number,
            source=each.source,
            destination_id=package.stock_location_id,
            order_id=package.order_id,
            package=package,
            state_id=state.id,
            target_transfer_date=each.due,
            invoice_number=each.invoice_number,
            remote_id=each.remote_id,
            plan_item=each.plan_item,
            renews=each.renews,
            created_date=now,
            modified_date=now,
        )
        for number, each in zip(next_numbers(package.number, taken, len(wanted)), wanted, strict=True)
    )


def _items(
    orders: Sequence[TransferOrder], wanted: Sequence[TransferToMake], current: Reading, now: datetime
) -> dict[int | None, list[StockLine]]:
    """Make the items of transfer orders; answers what each has to have reserved."""
    state = workflow(current).state(ContentType.TRANSFER_ITEM, TRANSFER_STATUS, TransferStatus.WAITING)
    rows = TransferItem.objects.bulk_create(
        TransferItem(
            transfer_order=order,
            package_item=item.package_item,
            product_id=item.package_item.order_item.product_id,
            quantity=item.quantity,
            state_id=state.id,
            created_date=now,
            modified_date=now,
        )
        for order, each in zip(orders, wanted, strict=True)
        for item in each.items
    )
    lines: dict[int | None, list[StockLine]] = defaultdict(list)
    for row in rows:
        lines[row.transfer_order_id].append(
            StockLine(row.product_id, row.transfer_order.source_id, row.quantity, row.package_item_id)
        )
    return lines
