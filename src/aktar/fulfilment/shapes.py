"""How an order and a package look in full, with what is brought for them."""

from typing import Any, Literal

import msgspec

from aktar.edge.shapes import Instant
from aktar.orders.shapes import (
    CustomerShape,
    OrderItemShape,
    OrderPackageShape,
    PackageItemShape,
    ShippingAddressShape,
)
from aktar.places.shapes import StockLocationShape
from aktar.workflow.shapes import CommandShape, StateShape


class OrderDetailShape(msgspec.Struct):
    """An order with everything that was ordered and where it goes; `channel` is an id."""

    id: int
    number: str
    channel: int | None
    channel_name: str | None
    customer: CustomerShape | None
    shipping_address: ShippingAddressShape | None
    state: StateShape
    at_risk: bool
    orderitem_set: list[OrderItemShape]
    package_set: list[OrderPackageShape]
    date_placed: Instant | None
    created_date: Instant
    modified_date: Instant


class PackageTransferShape(msgspec.Struct):
    """A transfer order as its package names it.

    `source`, `plan_item` and `renews`, the transfer order whose place it took, are ids.
    """

    id: int
    number: str
    source: int
    state: StateShape
    target_transfer_date: Instant
    plan_item: int | None
    renews: int | None


class PackageDetailShape(msgspec.Struct):
    """A package with the customer's side and the transfer orders that bring what it lacks."""

    id: int
    number: str
    order: int
    order_number: str
    channel_name: str | None
    customer: CustomerShape | None
    shipping_address: ShippingAddressShape | None
    stock_location: StockLocationShape
    state: StateShape
    commands: list[CommandShape]
    packageitem_set: list[PackageItemShape]
    transfer_order_set: list[PackageTransferShape]
    created_date: Instant
    modified_date: Instant


class IntakeResultShape(msgspec.Struct):
    """What became of an order of the list.

    `status` is what it would have got alone: 201 for a new one, 200 for one that is there with this content,
    409 for one that is there with another, 400 for one that is wrong; 400, too, for one with more pieces than
    those before it leave of the 10,000 that a list may have. `order` is an id, and null where there
    is none; `errors` is empty unless it was refused.
    """

    number: str | None
    status: Literal[200, 201, 400, 409]
    order: int | None
    errors: dict[str, Any]


class IntakeShape(msgspec.Struct):
    """What became of each order of a list, in its order."""

    results: list[IntakeResultShape]
