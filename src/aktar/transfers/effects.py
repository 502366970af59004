"""What each command does to the things around a transfer order, by the handler code of its row.

An effect runs between the lock and the move: the transfer order still has its old state. Whatever it raises
undoes everything.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from aktar.accounts.models import User
from aktar.edge.content_types import ContentType
from aktar.edge.references import Reading
from aktar.edge.writing import Change
from aktar.orders.actions import move_package, move_package_items
from aktar.orders.models import Package, PackageItem
from aktar.orders.rules import CLOSED, PACKAGE_ITEM_STATUS, PackageItemStatus, PackageStatus
from aktar.places.rules import Reach
from aktar.planning.actions import record_success, record_withdrawal
from aktar.stock import actions as stock
from aktar.stock.queries import book_keepers
from aktar.stock.rules import StockLine
from aktar.transfers.models import CargoCompany, TransferItem, TransferOrder, TransferShipment
from aktar.transfers.queries import open_plan_items, open_transfer_orders
from aktar.transfers.rules import (
    SHIPMENT_STATUS,
    TRANSFER_STATUS,
    CargoCompanyRequired,
    CargoCompanyUnknown,
    CommandParameters,
    ShipmentStatus,
    TransferStatus,
)
from aktar.workflow.actions import move
from aktar.workflow.queries import workflow
from aktar.workflow.rules import StateSpec

Answer = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Run:
    """One command on its way: the locked rows, who runs it, where that caller works, with what, and when."""

    order: TransferOrder
    package: Package
    parameters: CommandParameters
    attributes: Mapping[str, Any]
    by: User | None
    reach: Reach
    reading: Reading
    now: datetime


def ready(run: Run) -> Answer:
    """The goods are picked. A cargo company that is named must exist; it is logged, no shipment is made."""
    if run.parameters.cargo_company is not None:
        _cargo_company(run.parameters.cargo_company)
    _move_items(run, TransferStatus.READY_TO_SHIPMENT)
    return None


def ready_advance(run: Run) -> Answer:
    """The goods are picked, a carrier was arranged outside: records who carries them and the number."""
    if run.parameters.cargo_company is None:
        raise CargoCompanyRequired
    shipment = {
        "modified_date": run.now,
        "state_id": _shipment_state(run, ShipmentStatus.CREATED),
        "cargo_company": _cargo_company(run.parameters.cargo_company),
        "awb_number": run.parameters.awb_number,
        "tracking_url": run.parameters.tracking_url,
    }
    # One that was moved in, or that another workflow led back here, has its shipment already.
    if not TransferShipment.objects.filter(transfer_order=run.order).update(**shipment):
        TransferShipment.objects.create(transfer_order=run.order, created_date=run.now, **shipment)
    _move_items(run, TransferStatus.READY_TO_SHIPMENT)
    return None


def dispatch(run: Run) -> Answer:
    """The goods leave their source, and its stock."""
    _move_items(run, TransferStatus.IN_TRANSIT)
    _move_shipment(run, ShipmentStatus.IN_TRANSIT)
    order = run.order
    if _keeps_books(run):
        stock.dispatch(
            _lines(run, at=order.source_id),
            transfer_order=order.pk,
            destination=order.destination_id,
            by=run.by,
            now=run.now,
        )
    return None


def deliver(run: Run) -> Answer:
    """The goods have arrived; once nothing else of the package is on its way or missing, it waits no more."""
    _move_items(run, TransferStatus.TRANSFERRED)
    _move_shipment(run, ShipmentStatus.DELIVERED)
    _move_package_items(run, PackageItemStatus.WAITING)
    if nothing_open_or_missing(run):
        _move_package(run, PackageStatus.WAITING)
    record_success(open_plan_items(run.order), now=run.now)
    if _keeps_books(run):
        _receive(run)
    return None


def cancel(run: Run) -> Answer:
    """The transfer will not happen, and nothing replaces it: its goods are missing from the package."""
    call_off(run)
    _move_package_items(run, PackageItemStatus.OUT_OF_STOCK)
    _move_package(run, PackageStatus.OUT_OF_STOCK)
    return None


def call_off(run: Run) -> None:
    """The transfer will not happen, whatever becomes of the package.

    Its source has the goods again, or need not keep them any more; what has arrived stays where it is.
    """
    # That it has arrived, the ledger cannot know where the destination kept no books when it was sent.
    if workflow(run.reading).states[run.order.state_id].enum_value != TransferStatus.TRANSFERRED:
        stock.call_off(transfer_order=run.order.pk, by=run.by, now=run.now)
    record_withdrawal(open_plan_items(run.order), now=run.now)
    _move_items(run, TransferStatus.CANCELLED)
    _move_shipment(run, ShipmentStatus.CANCELLED)


def leave(run: Run, *, to: StateSpec) -> None:
    """Move the transfer order itself, with its log."""
    move(run.order, to=to, by=run.by, attributes=run.attributes, now=run.now)


def move_items_of_package(
    package: Package,
    items: Collection[int],
    *,
    brought_by: Collection[int],
    to: PackageItemStatus,
    reading: Reading,
    now: datetime,
) -> None:
    """Put the items of a locked package that transfer orders (ids) bring into a state. 2 or 3 queries."""
    move_package_items(package, items, to=to, reading=reading, now=now)
    # A cancelled transfer that was to bring them shows them still: who holds its tag must hear of the change.
    others = TransferItem.objects.filter(package_item__in=items).exclude(transfer_order__in=brought_by)
    # Looked up first: seldom are there any, and what PostgreSQL does with a subquery hangs on its statistics.
    if shown_by := set(others.values_list("transfer_order", flat=True)):
        TransferOrder.objects.filter(pk__in=shown_by).update(version=F("version") + 1)


EFFECTS: Mapping[str, Callable[[Run], Answer]] = {
    "ready": ready,
    "ready_advance": ready_advance,
    "dispatch": dispatch,
    "deliver": deliver,
    "cancel": cancel,
}

RENEW = "renew"
"""The handler that is no effect: it moves the transfer order in the midst of what it does."""

HANDLERS = (*EFFECTS, RENEW)


_items = Change(TransferItem, to=("state", "modified_date"), where=("transfer_order",))


def _move_items(run: Run, to: TransferStatus) -> None:
    state = workflow(run.reading).state(ContentType.TRANSFER_ITEM, TRANSFER_STATUS, to)
    _items.of(state.id, run.now, run.order.pk)


def _move_shipment(run: Run, to: ShipmentStatus) -> None:
    TransferShipment.objects.filter(transfer_order=run.order).update(
        state_id=_shipment_state(run, to), modified_date=run.now
    )


def _move_package(run: Run, to: PackageStatus) -> None:
    move_package(run.package, to=to, by=run.by, attributes=run.attributes, reading=run.reading, now=run.now)


def _move_package_items(run: Run, to: PackageItemStatus) -> None:
    items = TransferItem.objects.filter(transfer_order=run.order).values_list("package_item_id", flat=True)
    move_items_of_package(
        run.package, list(items), brought_by=[run.order.pk], to=to, reading=run.reading, now=run.now
    )


def _keeps_books(run: Run) -> bool:
    """Whether stock has to follow the goods at all. One query."""
    return bool(book_keepers([run.order.source_id, run.order.destination_id]))


def _lines(run: Run, *, at: int) -> list[StockLine]:
    items = TransferItem.objects.filter(transfer_order=run.order).order_by("pk")
    rows = items.values_list("product_id", "quantity", "package_item_id")
    return [StockLine(product, at, quantity, item) for product, quantity, item in rows]


def _receive(run: Run) -> None:
    lines = _lines(run, at=run.order.destination_id)
    stock.arrive(lines, transfer_order=run.order.pk, by=run.by, now=run.now)
    if workflow(run.reading).states[run.package.state_id].enum_value in CLOSED:
        # Nothing waits for them there any more.
        items = [line.package_item for line in lines if line.package_item is not None]
        stock.release_package_items(items, location=run.order.destination_id, by=run.by, now=run.now)


def nothing_open_or_missing(run: Run) -> bool:
    """Whether the package has all that it holds, this transfer order apart. At most two queries."""
    return not _others_open(run) and not _anything_missing(run)


def _others_open(run: Run) -> bool:
    others = open_transfer_orders(workflow(run.reading)).filter(package=run.package)
    return others.exclude(pk=run.order.pk).exists()


def _anything_missing(run: Run) -> bool:
    missing = workflow(run.reading).state(
        ContentType.PACKAGE_ITEM, PACKAGE_ITEM_STATUS, PackageItemStatus.OUT_OF_STOCK
    )
    return PackageItem.objects.filter(package=run.package, state_id=missing.id).exists()


def _shipment_state(run: Run, status: ShipmentStatus) -> int:
    return workflow(run.reading).state(ContentType.SHIPMENT, SHIPMENT_STATUS, status).id


def _cargo_company(id_: int) -> CargoCompany:
    company = CargoCompany.objects.filter(pk=id_).first()
    if company is None:
        raise CargoCompanyUnknown
    return company
