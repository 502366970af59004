"""Writes of orders: placing one, packing what it holds, moving packages and their items."""

from aktar.orders.actions.moving import (
    cancel_order_items,
    move_order_to_cancelled,
    move_package,
    move_package_items,
    tell_at_risk,
)
from aktar.orders.actions.placing import (
    add_package,
    is_same_order,
    pack_items,
    place_order,
    with_places,
)

__all__ = [
    "add_package",
    "cancel_order_items",
    "is_same_order",
    "move_order_to_cancelled",
    "move_package",
    "move_package_items",
    "pack_items",
    "place_order",
    "tell_at_risk",
    "with_places",
]
