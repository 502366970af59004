"""Making a transfer order for items of a package that is there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from aktar.accounts.models import User
from aktar.edge.content_types import ContentType
from aktar.edge.references import Reading, reading
from aktar.orders.actions import move_package
from aktar.orders.models import Package, PackageItem
from aktar.orders.rules import PackageItemStatus, PackageStatus
from aktar.places.models import StockLocation
from aktar.stock.actions import reserve
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
    next_number,
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


def create_transfer_order(
    package_id: int,
    *,
    source: StockLocation,
    items: Collection[ItemToMove],
    planned_at: datetime,
    by: User | None,
    now: datetime,
    due: datetime | None = None,
    invoice_number: str | None = None,
    remote_id: str | None = None,
    plan_item: int | None = None,
    renews: TransferOrder | None = None,
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
        flow = workflow(current)
        if not items or any(item.package_item.package_id != package_id for item in items):
            raise ItemsNotOfPackage
        taken = items_in_transfer([item.package_item.pk for item in items], current)
        if taken:
            raise ItemsInTransfer(taken)
        order = TransferOrder.objects.create(
            number=next_number(
                package.number,
                TransferOrder.objects.filter(package=package).values_list("number", flat=True),
            ),
            source=source,
            destination_id=package.stock_location_id,
            order_id=package.order_id,
            package=package,
            state_id=flow.state(ContentType.TRANSFER_ORDER, TRANSFER_STATUS, TransferStatus.WAITING).id,
            target_transfer_date=due or planned_at + source.target_transfer_interval,
            invoice_number=invoice_number,
            remote_id=remote_id,
            plan_item=plan_item,
            renews=renews,
            created_date=now,
            modified_date=now,
        )
        TransferItem.objects.bulk_create(
            TransferItem(
                transfer_order=order,
                package_item=item.package_item,
                product_id=item.package_item.order_item.product_id,
                quantity=item.quantity,
                state_id=flow.state(ContentType.TRANSFER_ITEM, TRANSFER_STATUS, TransferStatus.WAITING).id,
                created_date=now,
                modified_date=now,
            )
            for item in items
        )
        move_items_of_package(
            package,
            [item.package_item.pk for item in items],
            order=order,
            to=PackageItemStatus.SELECTED_FOR_TRANSFER,
            reading=current,
            now=now,
        )
        move_package(
            package,
            to=PackageStatus.WAITING_FOR_TRANSFER,
            by=by,
            attributes={"transfer_order": order.pk},
            reading=current,
            now=now,
        )
        reserve(
            [
                StockLine(
                    item.package_item.order_item.product_id, source.pk, item.quantity, item.package_item.pk
                )
                for item in items
            ],
            transfer_order=order.pk,
            by=by,
            now=now,
        )
        tell(order, CREATED_EVENT, current, now)
    return order
