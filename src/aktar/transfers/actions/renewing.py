"""Renewing a transfer order: its source does not find the goods, so another one is asked, never it again."""

from collections.abc import Sequence

from aktar.orders.actions import move_package
from aktar.orders.rules import CLOSED, PackageItemStatus, PackageStatus
from aktar.planning.actions import record_failure, record_plan
from aktar.planning.queries import renewal_demand
from aktar.planning.rules import Decision
from aktar.stock.actions import declare_loss, lock_levels, reserve
from aktar.stock.rules import Pair, StockLine
from aktar.transfers.actions.holding import decide_and_hold
from aktar.transfers.actions.planned import create_planned_transfer_orders
from aktar.transfers.effects import (
    Answer,
    Run,
    call_off,
    leave,
    move_items_of_package,
    nothing_open_or_missing,
)
from aktar.transfers.models import TransferItem
from aktar.transfers.queries import open_plan_items
from aktar.transfers.rules import LossElsewhere, Renewal, renewal_of
from aktar.workflow.queries import workflow
from aktar.workflow.rules import StateSpec


def renew(run: Run, *, to: StateSpec) -> Answer:
    """Cancel a locked transfer order and plan what it was to bring once more, without those who failed.

    Answers the transfer order that was made instead, the first of them where there are several; none where
    the dispatching location has the goods itself by now, or where nobody has them: then they are out of
    stock. Raises RenewalRefused, and LossElsewhere: whoever sees the transfer order may say that its goods
    were not found, but only who works at the source writes them off there.
    """
    wish = renewal_of(run.parameters.given)
    if wish.declare_loss and not run.reach.includes(run.order.source_id):
        raise LossElsewhere
    lines = _lines(run)
    record_failure(
        package=run.package.pk,
        products={line.product for line in lines},
        location=run.order.source_id,
        reason=wish.reason,
        plan_items=open_plan_items(run.order),
        now=run.now,
    )
    # With the destination's, which calling off touches where a workflow renews what is under way.
    beside = {pair for line in lines for pair in (line.pair, (line.product, run.order.destination_id))}
    decision = _elsewhere(run, beside)
    call_off(run)
    _write_off(run, lines, wish)
    leave(run, to=to)
    if decision is None:
        return {"transfer_order": None}
    return _carried_out(run, decision)


def _lines(run: Run) -> list[StockLine]:
    items = TransferItem.objects.filter(transfer_order=run.order).order_by("pk")
    rows = items.values_list("product_id", "quantity", "package_item_id")
    return [StockLine(product, run.order.source_id, quantity, item) for product, quantity, item in rows]


def _write_off(run: Run, lines: Sequence[StockLine], wish: Renewal) -> None:
    if wish.declare_loss:
        declare_loss(lines, transfer_order=run.order.pk, reason=wish.reason, by=run.by, now=run.now)


def _elsewhere(run: Run, own: set[Pair]) -> Decision | None:
    """Where the goods shall come from now, their stock held together with the old source's.

    None for a package that is closed: nothing is brought to it any more, and only the old ones are held.
    """
    if workflow(run.reading).states[run.package.state_id].enum_value in CLOSED:
        lock_levels(own, now=run.now)
        return None
    items = TransferItem.objects.filter(transfer_order=run.order)
    wanted = list(items.values_list("package_item__order_item_id", flat=True))
    demand = renewal_demand(run.package.pk, order_items=wanted)
    return decide_and_hold(demand, run.reading, beside=own, now=run.now)


def _carried_out(run: Run, decision: Decision) -> Answer:
    (plan,) = decision.packages
    recorded = record_plan(decision, now=run.now)
    items = dict(
        TransferItem.objects.filter(transfer_order=run.order).values_list(
            "package_item__order_item_id", "package_item_id"
        )
    )
    kept = [items[item.line.key] for item in plan.kept]
    short = [items[item.line.key] for item in plan.short]
    reserve(
        [
            StockLine(
                item.line.product, run.package.stock_location_id, item.line.quantity, items[item.line.key]
            )
            for item in plan.kept
        ],
        by=run.by,
        now=run.now,
    )
    renewed = create_planned_transfer_orders(
        run.package,
        plan.transferred,
        is_grouped=decision.scenario.groups_items,
        plan_items=recorded.items,
        renews=run.order,
        by=run.by,
        reading=run.reading,
        now=run.now,
    )
    for moved, status in ((kept, PackageItemStatus.WAITING), (short, PackageItemStatus.OUT_OF_STOCK)):
        if moved:
            move_items_of_package(
                run.package, moved, brought_by=[run.order.pk], to=status, reading=run.reading, now=run.now
            )
    _move_package(run, is_short=bool(short))
    made = [{"id": order.pk, "number": order.number} for order in renewed]
    if len(made) > 1:
        return {"transfer_order": made[0], "transfer_orders": made}
    return {"transfer_order": made[0] if made else None, "is_there": bool(kept), "is_short": bool(short)}


def _move_package(run: Run, *, is_short: bool) -> None:
    if is_short:
        status = PackageStatus.OUT_OF_STOCK
    elif nothing_open_or_missing(run):
        status = PackageStatus.WAITING
    else:
        return
    move_package(
        run.package, to=status, by=run.by, attributes=run.attributes, reading=run.reading, now=run.now
    )
