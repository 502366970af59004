"""Reads of stock: levels and movements, what is available where, and whether the books balance."""

from aktar.stock.queries.availability import available_levels, stock_availability
from aktar.stock.queries.ledger import (
    book_keepers,
    booked_for_package_items,
    booked_for_transfer,
    is_overdrawn,
    safety_stocks,
)
from aktar.stock.queries.lists import stock_levels, stock_movements, visible_levels, visible_movements
from aktar.stock.queries.verifying import product_balances, stock_verification, unbalanced_levels

__all__ = [
    "available_levels",
    "book_keepers",
    "booked_for_package_items",
    "booked_for_transfer",
    "is_overdrawn",
    "product_balances",
    "safety_stocks",
    "stock_availability",
    "stock_levels",
    "stock_movements",
    "stock_verification",
    "unbalanced_levels",
    "visible_levels",
    "visible_movements",
]
