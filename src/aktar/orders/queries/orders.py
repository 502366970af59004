"""Reads of orders: as lists carry them, their items, and what an event of one carries."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from aktar.edge.content_types import ContentType
from aktar.edge.expressions import InstantText
from aktar.edge.references import Reading
from aktar.edge.statements import RowsOfIds
from aktar.orders.models import Order, OrderItem, Package, PackageItem
from aktar.orders.queries.customers import customer_columns
from aktar.orders.queries.items import order_item_columns, order_item_references, order_item_shape
from aktar.orders.rules import ORDER_STATUS, PACKAGE_ITEM_STATUS, OrderStatus, PackageItemStatus
from aktar.orders.shapes import (
    CustomerShape,
    OrderItemShape,
    OrderPackageShape,
    OrderPayloadShape,
    OrderShape,
)
from aktar.workflow.queries import workflow, workflow_shapes
from aktar.workflow.rules import Workflow


def order_shapes(ids: Sequence[int], reading: Reading, *, at_risk: Collection[int]) -> list[OrderShape]:
    """The orders of these ids, in their order; those `at_risk` are said to be.

    Two queries; cold two more, for states and commands.
    """
    rows = {row[0]: row for row in _rows.of(ids)}
    packages = packages_of_orders(ids, reading)
    states = workflow_shapes(reading).states
    return [
        OrderShape(
            id=id_,
            number=number,
            channel=channel,
            channel_name=channel_name,
            customer=None if customer[_CUSTOMER_ID] is None else CustomerShape(*customer),
            state=states[state],
            at_risk=id_ in at_risk,
            package_set=packages[id_],
            date_placed=placed,
            created_date=created,
            modified_date=modified,
        )
        for id_, number, channel, channel_name, state, placed, created, modified, *customer in (
            rows[id_] for id_ in ids if id_ in rows
        )
    ]


def order_items(order_id: int, reading: Reading) -> list[OrderItemShape]:
    """What was ordered. One query, plus references that are not at hand (cold at most six)."""
    rows = _item_rows.of([order_id])
    references = order_item_references(rows, reading)
    return [order_item_shape(row, references) for row in rows]


def packages_of_orders(ids: Sequence[int], reading: Reading) -> dict[int, list[OrderPackageShape]]:
    """The packages of these orders, by order. One query beside the workflow's."""
    states = workflow_shapes(reading).states
    packages: dict[int, list[OrderPackageShape]] = defaultdict(list)
    for order, id_, number, location, state in _package_rows.of(ids):
        packages[order].append(
            OrderPackageShape(id=id_, number=number, stock_location=location, state=states[state])
        )
    return packages


def missing_items(reading: Reading) -> QuerySet[PackageItem]:
    """The package items that are out of stock, of orders that still stand."""
    flow = workflow(reading)
    gone = flow.state(ContentType.ORDER, ORDER_STATUS, OrderStatus.CANCELLED)
    out = flow.state(ContentType.PACKAGE_ITEM, PACKAGE_ITEM_STATUS, PackageItemStatus.OUT_OF_STOCK)
    return PackageItem.objects.filter(state_id=out.id).exclude(package__order__state_id=gone.id)


def unpacked_items(flow: Workflow) -> QuerySet[OrderItem]:
    """The order items that still stand and that no package holds: what is to be packed or planned.

    A package that was cancelled holds nothing.
    """
    return OrderItem.objects.filter(unpacked(*unpacked_states(flow)))


def waiting(flow: Workflow) -> Q:
    """Of order items: those of approved orders that no package holds, which `aktar plan` plans."""
    approved = flow.state(ContentType.ORDER, ORDER_STATUS, OrderStatus.APPROVED).id
    return Q(order__state_id=approved) & unpacked(*unpacked_states(flow))


def dropped_items(flow: Workflow) -> QuerySet[PackageItem]:
    """The items of cancelled packages whose order items wait: no other package holds them."""
    gone = flow.state(ContentType.PACKAGE_ITEM, PACKAGE_ITEM_STATUS, PackageItemStatus.CANCELLED).id
    # Asked of each and not joined: SQLite would begin with every approved order.
    waits = OrderItem.objects.filter(waiting(flow), pk=OuterRef("order_item"))
    return PackageItem.objects.filter(Exists(waits), state_id=gone)


def unpacked(cancelled: int, dropped: int) -> Q:
    """Of order items: those not in the state `cancelled` that no package holds.

    A package item in the state `dropped` holds nothing. Both are ids.
    """
    packed = PackageItem.objects.filter(order_item=OuterRef("pk")).exclude(state_id=dropped)
    return ~Q(state_id=cancelled) & ~Q(Exists(packed))


def unpacked_states(flow: Workflow) -> tuple[int, int]:
    """What `unpacked` takes: the states (ids) of a cancelled order item and of a cancelled package item."""
    return (
        flow.state(ContentType.ORDER, ORDER_STATUS, OrderStatus.CANCELLED).id,
        flow.state(ContentType.PACKAGE_ITEM, PACKAGE_ITEM_STATUS, PackageItemStatus.CANCELLED).id,
    )


def order_payload(order: Order, reading: Reading) -> OrderPayloadShape:
    """What an event of an order carries. One query beside the workflow's."""
    return OrderPayloadShape(
        id=order.pk,
        number=order.number,
        channel=order.channel_id,
        state=workflow_shapes(reading).states[order.state_id],
        package_set=packages_of_orders([order.pk], reading)[order.pk],
    )


_COLUMNS: tuple[Any, ...] = (
    "id",
    "number",
    "channel_id",
    "channel__name",
    "state_id",
    InstantText("date_placed"),
    InstantText("created_date"),
    InstantText("modified_date"),
    *customer_columns("customer__"),
)
_CUSTOMER_ID = customer_columns("").index("id")
_rows = RowsOfIds(lambda ids: Order.objects.filter(pk__in=ids).values_list(*_COLUMNS))
_item_rows = RowsOfIds(
    lambda orders: (
        OrderItem.objects.filter(order_id__in=orders).order_by("id").values_list(*order_item_columns(""))
    )
)
_package_rows = RowsOfIds(
    lambda orders: (
        Package.objects.filter(order_id__in=orders)
        .order_by("id")
        .values_list("order_id", "id", "number", "stock_location_id", "state_id")
    )
)
