"""Moving packages, their items and orders from state to state."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from aktar.accounts.models import User
from aktar.edge.content_types import ContentType
from aktar.edge.references import Reading
from aktar.edge.shapes import encode_document
from aktar.orders.models import Order, OrderItem, Package, PackageItem
from aktar.orders.queries import order_payload, package_payload
from aktar.orders.rules import (
    CLOSED,
    ORDER_AT_RISK,
    ORDER_CANCELLED,
    ORDER_STATUS,
    PACKAGE_EVENTS,
    PACKAGE_ITEM_STATUS,
    PACKAGE_STATUS,
    PACKAGE_TRANSITIONED,
    OrderStatus,
    PackageItemStatus,
    PackageStatus,
)
from aktar.places.queries import audience_at, hears_of
from aktar.webhooks.actions import record_event
from aktar.workflow.actions import move
from aktar.workflow.queries import workflow


def move_package(
    package: Package,
    *,
    to: PackageStatus,
    by: User | None,
    attributes: Mapping[str, Any],
    reading: Reading,
    now: datetime,
) -> None:
    """Put a locked package into a state, with its log and its event; nothing where it is there or closed.

    Closed are packed and cancelled packages: what becomes of their transfers no longer moves them. Where
    something is out of stock, the order is at risk, and an event tells that too: it locks the order's events,
    so whatever a caller has to lock of stock is locked before.
    """
    flow = workflow(reading)
    state = flow.state(ContentType.PACKAGE, PACKAGE_STATUS, to)
    present = flow.states[package.state_id].enum_value
    if package.state_id == state.id or present in CLOSED:
        return
    move(package, to=state, by=by, attributes=attributes, now=now)
    record_event(
        PACKAGE_EVENTS[to],
        also_as=PACKAGE_TRANSITIONED,
        content_type=ContentType.PACKAGE,
        object_id=package.pk,
        payload=encode_document(package_payload(package, reading)),
        audience=audience_at(package.stock_location_id),
        destination=package.stock_location_id,
        now=now,
    )
    if to == PackageStatus.OUT_OF_STOCK:
        order = Order.objects.get(pk=package.order_id)
        tell_at_risk(order, locations=[package.stock_location_id], reading=reading, now=now)


def move_package_items(
    package: Package, items: Collection[int], *, to: PackageItemStatus, reading: Reading, now: datetime
) -> None:
    """Put items of a locked package into a state; nothing where the package is closed. One query."""
    if workflow(reading).states[package.state_id].enum_value in CLOSED:
        return
    state = workflow(reading).state(ContentType.PACKAGE_ITEM, PACKAGE_ITEM_STATUS, to)
    PackageItem.objects.filter(package=package, pk__in=items).update(state_id=state.id, modified_date=now)


def cancel_order_items(order: Order, *, reading: Reading, now: datetime) -> None:
    """Cancel what was ordered, of a locked order. One query.

    Whatever shows order items, as transfer orders do, must be told to whom it shows them.
    """
    cancelled = workflow(reading).state(ContentType.ORDER, ORDER_STATUS, OrderStatus.CANCELLED)
    OrderItem.objects.filter(order=order).update(state_id=cancelled.id, modified_date=now)


def move_order_to_cancelled(
    order: Order,
    *,
    locations: Sequence[int],
    by: User | None,
    attributes: Mapping[str, Any],
    reading: Reading,
    now: datetime,
) -> None:
    """Cancel a locked order, with its log and its event; `locations` dispatch its packages."""
    cancelled = workflow(reading).state(ContentType.ORDER, ORDER_STATUS, OrderStatus.CANCELLED)
    move(order, to=cancelled, by=by, attributes=attributes, now=now)
    _tell(order, ORDER_CANCELLED, locations, reading, now)


def tell_at_risk(order: Order, *, locations: Sequence[int], reading: Reading, now: datetime) -> None:
    """Tell that an order is at risk, for the sake of packages at `locations`. It locks the order's events."""
    _tell(order, ORDER_AT_RISK, locations, reading, now)


def _tell(order: Order, event_type: str, locations: Sequence[int], reading: Reading, now: datetime) -> None:
    record_event(
        event_type,
        content_type=ContentType.ORDER,
        object_id=order.pk,
        payload=encode_document(order_payload(order, reading)),
        audience=hears_of(*locations),
        # In the feed an event is seen from two locations at most; webhooks hear of it from all.
        source=next(iter(locations[1:]), None),
        destination=next(iter(locations), None),
        now=now,
    )
