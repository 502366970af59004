"""Reads of orders and packages: as the API shows them, who may see them, and what is to be planned."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from django.db.models import Exists, F, OuterRef, QuerySet

from aktar.edge.content_types import ContentType
from aktar.edge.expressions import InstantText
from aktar.edge.language import DEFAULT_LANGUAGE
from aktar.edge.references import Reading, reading
from aktar.edge.statements import RowsOfIds
from aktar.fulfilment.rules import Lacking, OrderUnknown, PackageUnknown, Resupply, resupply_of
from aktar.fulfilment.shapes import OrderDetailShape, PackageDetailShape, PackageTransferShape
from aktar.orders.models import Order, OrderItem, PackageItem
from aktar.orders.queries import (
    customer_side,
    dropped_items,
    missing_items,
    order_items,
    order_shapes,
    package_shapes,
    visible_packages,
    waiting,
)
from aktar.orders.rules import CLOSED, ORDER_STATUS, PACKAGE_STATUS, OrderStatus
from aktar.orders.shapes import OrderShape
from aktar.places.rules import Reach
from aktar.planning.models import FailedSource, PlanItem
from aktar.planning.queries import (
    demands_of,
    renewal_demand,
    situation_of,
    situation_of_all,
    undispatched_items,
)
from aktar.planning.rules import Decision, Situation
from aktar.planning.solving import Promised, Solution, decided
from aktar.stock.models import StockLevel
from aktar.stock.queries import booked_for_package_items
from aktar.transfers.models import TransferItem, TransferOrder
from aktar.transfers.queries import open_transfer_orders, visible_transfer_orders
from aktar.workflow.queries import workflow, workflow_shapes


def visible_orders(reach: Reach) -> QuerySet[Order]:
    """The orders of which the caller dispatches a package, or sends or receives a transfer."""
    if reach.everything:
        return Order.objects.all()
    dispatched = visible_packages(reach).order_by().values("order_id")
    moved = visible_transfer_orders(reach).order_by().values("order_id")
    # A union, for each part has an index of its own.
    return Order.objects.filter(pk__in=dispatched.union(moved))


def require_order_visible(order_id: int, reach: Reach) -> None:
    """Raise OrderUnknown unless the caller may see this order. One query."""
    if not visible_orders(reach).filter(pk=order_id).exists():
        raise OrderUnknown


def require_package_visible(package_id: int, reach: Reach) -> None:
    """Raise PackageUnknown unless the caller may see this package. One query."""
    if not visible_packages(reach).filter(pk=package_id).exists():
        raise PackageUnknown


def orders_at_risk(reading: Reading) -> QuerySet[Any, Any]:
    """The ids of orders of which something is out of stock, or waits and was planned or packed before."""
    flow = workflow(reading)
    missing = missing_items(reading).values_list("package__order_id")
    dropped, undispatched = dropped_items(flow), undispatched_items(flow)
    return missing.union(*(rows.values_list("order_item__order_id") for rows in (dropped, undispatched)))


def at_risk(ids: Collection[int], reading: Reading) -> frozenset[int]:
    """Those of the orders that are at risk. One query beside the workflow's."""
    missing = missing_items(reading).filter(package__order_id__in=ids).values_list("package__order_id")
    # As above, but from few orders and not from all that was ever cancelled: what waits and was in any
    # package was in one that is cancelled.
    packed = PackageItem.objects.filter(order_item=OuterRef("pk"))
    undispatched = PlanItem.objects.filter(order_item=OuterRef("pk"), destination=None)
    left = OrderItem.objects.filter(waiting(workflow(reading)), order__in=ids)
    left = left.filter(Exists(packed) | Exists(undispatched))
    return frozenset(id_ for (id_,) in missing.union(left.values_list("order_id")))


def orders_shown(ids: Sequence[int], reading: Reading) -> list[OrderShape]:
    """The orders of these ids, in their order. Three queries; cold two more, for states and commands."""
    return order_shapes(ids, reading, at_risk=at_risk(ids, reading))


def order_detail(order_id: int, reading: Reading) -> OrderDetailShape:
    """An order in full. Five queries, plus references that are not at hand. Raises OrderUnknown.

    Cold they cost at most eleven more: states, commands, products and their images, price lists, stock
    lists, and each kind of geography.
    """
    found = orders_shown([order_id], reading)
    if not found:
        raise OrderUnknown
    return OrderDetailShape(
        **_fields(found[0]),
        shipping_address=customer_side(order_id, reading).shipping_address,
        orderitem_set=order_items(order_id, reading),
    )


def package_detail(package_id: int, reading: Reading) -> PackageDetailShape:
    """A package in full. Four queries, plus references that are not at hand. Raises PackageUnknown.

    Cold they cost at most eleven more: states, commands, locations, products and their images, price lists,
    stock lists, and each kind of geography.
    """
    found = package_shapes([package_id], reading)
    if not found:
        raise PackageUnknown
    side = customer_side(found[0].order, reading)
    return PackageDetailShape(
        **_fields(found[0]),
        channel_name=side.channel_name,
        customer=side.customer,
        shipping_address=side.shipping_address,
        transfer_order_set=_transfers(package_id, reading),
    )


def unplanned_orders(*, limit: int | None = None) -> list[int]:
    """The approved orders (ids) with something in no package, the oldest first.

    What was in a package that was cancelled is in none. Where there are more than `limit`, those that nobody
    might dispatch when they were planned last stand behind the others, or they would be all that is ever
    tried. One query beside the workflow's.
    """
    open_items = OrderItem.objects.filter(waiting(workflow(reading(DEFAULT_LANGUAGE))), order=OuterRef("pk"))
    in_vain = PlanItem.objects.filter(order_item__order=OuterRef("pk"), destination=None)
    orders = Order.objects.filter(Exists(open_items)).order_by(Exists(in_vain), "pk")
    return sorted(orders.values_list("pk", flat=True)[:limit])


def decisions_on(
    orders: Collection[int], *, solve: Callable[[Situation], Solution], now: datetime
) -> Solution:
    """How orders (ids) would be planned together, by `solve`. Three queries, and those of a cold desk."""
    current = reading(DEFAULT_LANGUAGE)
    return solve(situation_of_all(demands_of(orders, current), current, now=now))


def decision_without(promised: Promised, order: int, *, now: datetime) -> Decision | None:
    """How an order (an id) would be planned now by itself, if what is `promised` were gone already.

    None where nothing is to be planned. Two queries, and those of `situation_of` once or twice.
    """
    current = reading(DEFAULT_LANGUAGE)
    demand = next(iter(demands_of([order], current)), None)
    if demand is None:
        return None
    return decided(partial(situation_of, demand, current, now=now), promised=promised)


def lacking_packages() -> list[int]:
    """The packages (ids) of approved orders that lack what somebody has by now, the oldest first.

    Somebody who has not failed them before; whether they may send, and what their safety stock leaves, is for
    planning to say. Closed packages lack nothing any more. One query beside the workflow's.
    """
    failed = FailedSource.objects.filter(
        package=OuterRef(OuterRef("package")),
        product=OuterRef("product"),
        stock_location=OuterRef("stock_location"),
    )
    had = StockLevel.objects.filter(
        ~Exists(failed), product=OuterRef("order_item__product"), on_hand__gt=F("reserved")
    )
    items = _lacking_items(reading(DEFAULT_LANGUAGE)).filter(Exists(had))
    return sorted({*items.values_list("package_id", flat=True)})


def lacking_demand(package_id: int, reading: Reading) -> Lacking | None:
    """What is to be asked for once more for a package; None: nothing. Five queries beside the workflow's."""
    rows = _lacking_items(reading).filter(package=package_id).order_by("pk")
    found = {item: rest for item, *rest in rows.values_list("pk", "order_item_id", *_OF_PACKAGE)}
    if not found:
        return None
    number, location = next(iter(found.values()))[1:]
    # Another workflow may cancel what has arrived: it is there still.
    booked = booked_for_package_items(found, locations=[location])
    there = {row.package_item for row in booked if row.reserved > 0}
    wanted = [order_item for item, (order_item, *_) in found.items() if item not in there]
    if not wanted:
        return None
    return Lacking(number, len(found), renewal_demand(package_id, order_items=wanted))


def resupply_without(promised: Promised, package_id: int, *, now: datetime) -> Resupply | None:
    """What would be found now for a package that lacks something, if what is `promised` were gone already.

    None where nothing would. Queries as `lacking_demand` and `decision_without` have them.
    """
    current = reading(DEFAULT_LANGUAGE)
    lacking = lacking_demand(package_id, current)
    if lacking is None:
        return None
    decision = decided(partial(situation_of, lacking.demand, current, now=now), promised=promised)
    return resupply_of(lacking, decision)


_OF_PACKAGE = ("package__number", "package__stock_location_id")


def _lacking_items(reading: Reading) -> QuerySet[PackageItem]:
    """What is out of stock in open packages of approved orders, and nobody brings."""
    flow = workflow(reading)
    approved = flow.state(ContentType.ORDER, ORDER_STATUS, OrderStatus.APPROVED)
    closed = [flow.state(ContentType.PACKAGE, PACKAGE_STATUS, status).id for status in CLOSED]
    moved = TransferItem.objects.filter(package_item=OuterRef("pk"))
    brought = moved.filter(transfer_order__in=open_transfer_orders(flow))
    found = missing_items(reading).filter(~Exists(brought), package__order__state_id=approved.id)
    return found.exclude(package__state_id__in=closed)


def levels_of_packages(packages: Collection[int]) -> frozenset[tuple[int, int]]:
    """Product and location (ids) of whatever is promised or on its way for packages. Two queries."""
    items = PackageItem.objects.filter(package__in=packages)
    moved = TransferItem.objects.filter(transfer_order__package__in=packages)
    return frozenset(items.values_list("order_item__product_id", "package__stock_location_id")) | frozenset(
        moved.values_list("product_id", "transfer_order__source_id")
    )


_TRANSFER_COLUMNS: tuple[Any, ...] = (
    "id",
    "number",
    "source_id",
    "state_id",
    InstantText("target_transfer_date"),
    "plan_item",
    "renews_id",
)
_transfer_rows = RowsOfIds(
    lambda packages: (
        TransferOrder.objects.filter(package_id__in=packages).order_by("id").values_list(*_TRANSFER_COLUMNS)
    )
)


def _transfers(package_id: int, reading: Reading) -> list[PackageTransferShape]:
    states = workflow_shapes(reading).states
    return [
        PackageTransferShape(
            id=id_,
            number=number,
            source=source,
            state=states[state],
            target_transfer_date=target,
            plan_item=plan_item,
            renews=renews,
        )
        for id_, number, source, state, target, plan_item, renews in _transfer_rows.of([package_id])
    ]


def _fields(shape: msgspec.Struct) -> dict[str, Any]:
    """A shape's fields as keywords, fragments left as they are."""
    return msgspec.structs.asdict(shape)
