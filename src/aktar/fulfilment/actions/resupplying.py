"""Asking once more for what was out of stock in a package, now that somebody may have it."""

from datetime import datetime

from django.db import transaction

from aktar.accounts.models import User
from aktar.edge.references import Reading, reading
from aktar.fulfilment.actions.planning import unclaimed_order
from aktar.fulfilment.queries import lacking_demand
from aktar.fulfilment.rules import Resupply, resupply_of
from aktar.orders.actions import move_package
from aktar.orders.models import Package, PackageItem
from aktar.orders.rules import PackageItemStatus, PackageStatus
from aktar.planning.actions import record_plan
from aktar.stock.actions import reserve
from aktar.stock.rules import StockLine
from aktar.transfers.actions import PAYLOAD_LANGUAGE, create_planned_transfer_orders, decide_and_hold
from aktar.transfers.effects import move_items_of_package
from aktar.transfers.queries import open_transfer_orders
from aktar.workflow.queries import workflow


def resupply_package(package_id: int, *, by: User | None, now: datetime) -> Resupply | None:
    """Ask for what is out of stock in a package as a renewal does, never those who failed it before.

    What the dispatching location has itself by now is promised there. Where all is found the package goes
    where it would be without ever having lacked something; else it stays as it is, and is not told of again.

    None, with nothing written, where nobody has any of it, or nothing is to be asked for: be it that another
    one is just about the order, which is not waited for.
    """
    with transaction.atomic(durable=True):
        order = unclaimed_order(Package.objects.values_list("order_id", flat=True).get(pk=package_id))
        if order is None:
            return None
        package = Package.objects.select_for_update(no_key=True).get(pk=package_id)
        # The clock was read before the lock was had, and who had it may have read it later.
        now = max(now, package.modified_date)
        current = reading(PAYLOAD_LANGUAGE)
        lacking = lacking_demand(package_id, current)
        if lacking is None:
            return None
        decision = decide_and_hold(lacking.demand, current, now=now)
        found = resupply_of(lacking, decision)
        if found is not None:
            _carry_out(package, found, by=by, reading=current, now=now)
        return found


def _carry_out(
    package: Package, found: Resupply, *, by: User | None, reading: Reading, now: datetime
) -> None:
    (plan,) = found.decision.packages
    recorded = record_plan(found.decision, now=now)
    rows = PackageItem.objects.filter(package=package, order_item__in=[item.line.key for item in plan.items])
    items = dict(rows.values_list("order_item_id", "pk"))
    kept = [
        StockLine(item.line.product, package.stock_location_id, item.line.quantity, items[item.line.key])
        for item in plan.kept
    ]
    if kept:
        reserve(kept, by=by, now=now)
        move_items_of_package(
            package,
            [items[item.line.key] for item in plan.kept],
            brought_by=(),
            to=PackageItemStatus.WAITING,
            reading=reading,
            now=now,
        )
    reached = _reached(package, found, reading)
    create_planned_transfer_orders(
        package,
        plan.transferred,
        is_grouped=found.decision.scenario.groups_items,
        plan_items=recorded.items,
        package_to=reached,
        by=by,
        reading=reading,
        now=now,
    )
    # Nothing where a transfer order has moved it.
    move_package(package, to=reached, by=by, attributes={"plan": recorded.plan}, reading=reading, now=now)


def _reached(package: Package, found: Resupply, reading: Reading) -> PackageStatus:
    """Where a locked package goes by what was found for it."""
    flow = workflow(reading)
    present = PackageStatus(flow.states[package.state_id].enum_value)
    (plan,) = found.decision.packages
    if found.missing:
        return present
    if plan.transferred:
        return PackageStatus.WAITING_FOR_TRANSFER
    if present not in (PackageStatus.OUT_OF_STOCK, PackageStatus.WAITING_FOR_TRANSFER):
        # Somebody is packing it already.
        return present
    is_coming = open_transfer_orders(flow).filter(package=package).exists()
    return PackageStatus.WAITING_FOR_TRANSFER if is_coming else PackageStatus.WAITING
