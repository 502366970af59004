"""Carrying a decision out: the plan is kept, packages and transfer orders are made, the goods promised."""

from collections.abc import Mapping
from datetime import datetime

from aktar.accounts.models import User
from aktar.edge.references import Reading
from aktar.orders.actions import move_package, move_package_items, pack_items
from aktar.orders.models import Order, Package, PackageItem
from aktar.orders.rules import PackageItemStatus, PackageStatus
from aktar.planning.actions import record_plan
from aktar.planning.rules import Decision, PackagePlan
from aktar.stock.actions import reserve
from aktar.stock.rules import StockLine
from aktar.transfers.actions import create_planned_transfer_orders, hold


def carry_out(
    order: Order,
    decision: Decision,
    *,
    is_batch: bool,
    by: User | None,
    reading: Reading,
    now: datetime,
) -> None:
    """Make the packages and transfer orders of a locked order's decision.

    Raises NotEnoughStock where others were quicker; the caller's savepoint undoes what was done until then.
    """
    # Before the levels: whoever names a package as this one is named holds its number, and waits for levels.
    packages = [
        (
            plan,
            pack_items(
                order,
                [item.line.key for item in plan.items],
                stock_location=plan.dispatching,
                reading=reading,
                now=now,
            ),
        )
        for plan in decision.packages
        if plan.dispatching is not None
    ]
    hold(decision, now=now)
    recorded = record_plan(decision, now=now, is_batch=is_batch)
    for plan, package in packages:
        _fill(
            package,
            plan,
            is_grouped=decision.scenario.groups_items,
            plan_items=recorded.items,
            by=by,
            reading=reading,
            now=now,
        )
    # Last, for it locks the order's events.
    for plan, package in packages:
        if plan.short:
            move_package(
                package,
                to=PackageStatus.OUT_OF_STOCK,
                by=by,
                attributes={"plan": recorded.plan},
                reading=reading,
                now=now,
            )


def _fill(
    package: Package,
    plan: PackagePlan,
    *,
    is_grouped: bool,
    plan_items: Mapping[int, int],
    by: User | None,
    reading: Reading,
    now: datetime,
) -> None:
    """What is there is promised to a plan's package, the rest is asked for."""
    location = package.stock_location_id
    items = dict(PackageItem.objects.filter(package=package).values_list("order_item_id", "pk"))
    kept = [
        StockLine(item.line.product, location, item.line.quantity, items[item.line.key]) for item in plan.kept
    ]
    if kept:
        reserve(kept, by=by, now=now)
    if plan.short:
        missing = [items[item.line.key] for item in plan.short]
        move_package_items(package, missing, to=PackageItemStatus.OUT_OF_STOCK, reading=reading, now=now)
    create_planned_transfer_orders(
        package,
        plan.transferred,
        is_grouped=is_grouped,
        plan_items=plan_items,
        by=by,
        reading=reading,
        now=now,
    )
