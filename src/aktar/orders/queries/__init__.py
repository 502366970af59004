"""Reads of orders: orders and packages with their items, the customer's side, what events carry."""

from aktar.orders.queries.customers import CustomerSide, customer_side
from aktar.orders.queries.items import (
    PACKAGE_ITEM_WIDTH,
    ItemReferences,
    package_item_columns,
    package_item_references,
    package_item_shape,
)
from aktar.orders.queries.orders import (
    dropped_items,
    missing_items,
    order_items,
    order_payload,
    order_shapes,
    unpacked,
    unpacked_items,
    unpacked_states,
    waiting,
)
from aktar.orders.queries.packages import (
    package_payload,
    package_shapes,
    short_package_shapes,
    visible_packages,
)

__all__ = [
    "PACKAGE_ITEM_WIDTH",
    "CustomerSide",
    "ItemReferences",
    "customer_side",
    "dropped_items",
    "missing_items",
    "order_items",
    "order_payload",
    "order_shapes",
    "package_item_columns",
    "package_item_references",
    "package_item_shape",
    "package_payload",
    "package_shapes",
    "short_package_shapes",
    "unpacked",
    "unpacked_items",
    "unpacked_states",
    "visible_packages",
    "waiting",
]
