"""Cancelling an order with everything that was to be done for it."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from aktar.accounts.models import User
from aktar.edge.references import reading
from aktar.fulfilment.effects import PackageRun
from aktar.fulfilment.effects import undo as undo_package
from aktar.fulfilment.queries import levels_of_packages, require_order_visible
from aktar.fulfilment.rules import NotEverywhere, OrderNotCancellable
from aktar.orders.actions import cancel_order_items, move_order_to_cancelled, move_package
from aktar.orders.models import Order, Package
from aktar.orders.rules import CANCELLABLE, PackageStatus
from aktar.places.rules import Reach
from aktar.stock.actions import lock_levels
from aktar.transfers.actions import PAYLOAD_LANGUAGE, cancel_transfer_orders
from aktar.workflow.queries import workflow

CANCEL = "cancel"


def cancel_order(
    order_id: int,
    *,
    by: User | None,
    reach: Reach,
    now: datetime,
    then: Callable[[None], None] | None = None,
) -> None:
    """Cancel an order, its items, its packages and whatever is on its way to them.

    `then` is called within the transaction. Raises OrderUnknown; NotEverywhere, for it takes whoever works
    at every location that still dispatches a package of it, or is bound to none; and OrderNotCancellable,
    where a part has been packed.
    """
    with transaction.atomic(durable=True):
        require_order_visible(order_id, reach)
        order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
        packages = list(Package.objects.select_for_update(no_key=True).filter(order=order).order_by("pk"))
        now = max(now, order.modified_date, *(package.modified_date for package in packages))
        current = reading(PAYLOAD_LANGUAGE)
        states = workflow(current).states
        cancelled = {
            package.pk
            for package in packages
            if states[package.state_id].enum_value == PackageStatus.CANCELLED
        }
        bound = [package.stock_location_id for package in packages if package.pk not in cancelled]
        if not reach.everything and not (bound and reach.locations.issuperset(bound)):
            raise NotEverywhere
        packed = [
            package.number
            for package in packages
            if states[package.state_id].enum_value == PackageStatus.PACKED
        ]
        if packed or states[order.state_id].enum_value not in CANCELLABLE:
            raise OrderNotCancellable(states[order.state_id], packed)
        attributes = {"command": {"slug": CANCEL}, "order": order.pk}
        # All at once and in one order, lest two writers wait in a ring.
        lock_levels(levels_of_packages([package.pk for package in packages]), now=now)
        cancel_order_items(order, reading=current, now=now)
        for package in packages:
            if package.pk in cancelled:
                # Nothing of it is open; its transfer orders show the order's items all the same.
                cancel_transfer_orders(package, by=by, attributes=attributes, reading=current, now=now)
                continue
            undo_package(PackageRun(package=package, attributes=attributes, by=by, reading=current, now=now))
            move_package(
                package,
                to=PackageStatus.CANCELLED,
                by=by,
                attributes=attributes,
                reading=current,
                now=now,
            )
        # All that ever had to do with it hear of it, those that it is taken from first.
        locations = list(dict.fromkeys([*bound, *(package.stock_location_id for package in packages)]))
        move_order_to_cancelled(
            order, locations=locations, by=by, attributes=attributes, reading=current, now=now
        )
        if then is not None:
            then(None)
