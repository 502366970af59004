"""Writes of transfer orders: making one, running a command on it, setting its two outside numbers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Greatest

from aktar.accounts.models import User
from aktar.edge.content_types import ContentType
from aktar.edge.references import Reading, reading
from aktar.edge.shapes import encode_document
from aktar.orders.actions import move_package, move_package_items
from aktar.orders.models import Package, PackageItem
from aktar.orders.rules import PackageItemStatus, PackageStatus
from aktar.places.models import StockLocation
from aktar.places.rules import Reach
from aktar.transfers.effects import EFFECTS, Run, raise_versions
from aktar.transfers.models import TransferItem, TransferOrder
from aktar.transfers.queries import transfer_order_payload, visible_transfer_orders
from aktar.transfers.rules import (
    CREATED_EVENT,
    TRANSFER_STATUS,
    TRANSITIONED_EVENT,
    CommandParameters,
    PackageDisagrees,
    TransferOrderUnknown,
    TransferStatus,
    next_number,
    transfer_event,
)
from aktar.webhooks.actions import record_event
from aktar.workflow.actions import move
from aktar.workflow.queries import workflow

PAYLOAD_LANGUAGE = "en-us"


@dataclass(frozen=True, slots=True)
class ItemToMove:
    """A package item to be brought, and how much of it (hundredths)."""

    package_item: PackageItem
    quantity: int = 100


def create_transfer_order(
    package_id: int,
    *,
    source: StockLocation,
    items: Collection[ItemToMove],
    planned_at: datetime,
    by: User | None,
    now: datetime,
    plan_item: int | None = None,
) -> TransferOrder:
    """Make a transfer order that brings `items` from `source` to the location that dispatches the package.

    It is due `source.target_transfer_interval` after `planned_at`. The package and its items wait for it.
    """
    with transaction.atomic():
        package = Package.objects.select_for_update(no_key=True).get(pk=package_id)
        current = reading(PAYLOAD_LANGUAGE)
        flow = workflow(current)
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
            target_transfer_date=planned_at + source.target_transfer_interval,
            plan_item=plan_item,
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
        moved = [item.package_item.pk for item in items]
        raise_versions(moved, but=order.pk)
        move_package_items(
            package,
            moved,
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
        _record(order, CREATED_EVENT, current, now)
    return order


def run_command(
    order_id: int,
    *,
    transition: int | None = None,
    slug: str | None = None,
    package: int | None = None,
    parameters: CommandParameters,
    by: User | None,
    reach: Reach,
    now: datetime,
) -> Mapping[str, Any] | None:
    """Run the command named by `transition`, `slug` or both; answers what it has to say, if anything.

    Raises TransferOrderUnknown, PackageDisagrees, CommandUnknown, CommandsDisagree, CommandNotAllowed, and
    what the command's effect raises (CargoCompanyUnknown, CargoCompanyRequired): then nothing has changed.
    """
    with transaction.atomic(durable=True):
        order, locked_package = _locked(order_id, reach)
        # The clock was read before the lock was had, and who had it may have read it later.
        now = max(now, order.modified_date)
        if package is not None and package != order.package_id:
            raise PackageDisagrees
        current = reading(PAYLOAD_LANGUAGE)
        flow = workflow(current)
        command = flow.command(ContentType.TRANSFER_ORDER, transition=transition, slug=slug)
        flow.require(command, state=order.state_id)
        attributes = {
            "command": {**parameters.given, "slug": command.slug, "transition_id": command.id},
        }
        run = Run(
            order=order,
            package=locked_package,
            parameters=parameters,
            attributes=attributes,
            by=by,
            reading=current,
            now=now,
        )
        answer = EFFECTS[command.handler](run)
        destination = flow.states[command.destination_state]
        move(order, to=destination, by=by, attributes=attributes, now=now, version=F("version") + 1)
        _record(order, transfer_event(destination.enum_value), current, now, also_as=TRANSITIONED_EVENT)
    return answer


def set_invoice_number(order_id: int, invoice_number: str, *, reach: Reach, now: datetime) -> None:
    """Set the invoice number. Raises TransferOrderUnknown."""
    _set(order_id, reach, now, invoice_number=invoice_number)


def set_remote_id(order_id: int, remote_id: str, *, reach: Reach, now: datetime) -> None:
    """Set the id that another system knows the transfer order by. Raises TransferOrderUnknown."""
    _set(order_id, reach, now, remote_id=remote_id)


def _set(order_id: int, reach: Reach, now: datetime, **values: str) -> None:
    # One statement: the database itself keeps two writers of one row apart.
    found = visible_transfer_orders(reach).filter(pk=order_id)
    later = Greatest(F("modified_date"), Value(now, output_field=DateTimeField()))
    if not found.update(version=F("version") + 1, modified_date=later, **values):
        raise TransferOrderUnknown


def _locked(order_id: int, reach: Reach) -> tuple[TransferOrder, Package]:
    """Lock the package, then the transfer order: always so, lest two writers wait in a ring."""
    found = visible_transfer_orders(reach).filter(pk=order_id).values_list("package_id", flat=True).first()
    if found is None:
        raise TransferOrderUnknown
    package = Package.objects.select_for_update(no_key=True).get(pk=found)
    return TransferOrder.objects.select_for_update(no_key=True).get(pk=order_id), package


def _record(
    order: TransferOrder, event_type: str, current: Reading, now: datetime, *, also_as: str | None = None
) -> None:
    record_event(
        event_type,
        also_as=also_as,
        content_type=ContentType.TRANSFER_ORDER,
        object_id=order.pk,
        payload=encode_document(transfer_order_payload(order.pk, current)),
        now=now,
    )
