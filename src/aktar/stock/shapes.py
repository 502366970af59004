"""How stock looks to the outside: levels, movements, what is available, and whether the books balance."""

from typing import Literal

import msgspec

from aktar.edge.shapes import DecimalText, Instant
from aktar.stock.rules import Kind


class StockLevelShape(msgspec.Struct):
    """How much of a product is at a stock location; `available` is what is on hand and not reserved.

    `in_transit` is on its way to the location. `counted_at` is the instant of the last count.
    """

    id: int
    product: int
    sku: str
    stock_location: int
    erp_code: str
    on_hand: DecimalText
    reserved: DecimalText
    in_transit: DecimalText
    available: DecimalText
    counted_at: Instant | None
    modified_at: Instant


class StockMovementShape(msgspec.Struct):
    """One change of one level: what it did, for which transfer order or package item (ids), and why."""

    id: int
    product: int
    sku: str
    stock_location: int
    erp_code: str
    kind: Kind
    on_hand_change: DecimalText
    reserved_change: DecimalText
    in_transit_change: DecimalText
    transfer_order: int | None
    package_item: int | None
    reason: str
    user: int | None
    created_at: Instant


class LocationStockShape(msgspec.Struct):
    """How much of a product is at one stock location."""

    stock_location: int
    erp_code: str
    on_hand: DecimalText
    reserved: DecimalText
    in_transit: DecimalText
    available: DecimalText


class ProductStockShape(msgspec.Struct):
    """How much of a product is at the caller's stock locations, in all and at each that keeps books of it."""

    product: int
    sku: str
    on_hand: DecimalText
    reserved: DecimalText
    in_transit: DecimalText
    available: DecimalText
    stock_locations: list[LocationStockShape]


class StockAvailabilityShape(msgspec.Struct):
    """The products that were asked for, in that order, each with all its locations: there are no pages."""

    results: list[ProductStockShape]


class StockResultShape(msgspec.Struct):
    """What became of one row: the level as it is now, or by field why the row was refused."""

    sku: str
    erp_code: str
    status: Literal["changed", "unchanged", "refused"]
    on_hand: DecimalText | None = None
    reserved: DecimalText | None = None
    in_transit: DecimalText | None = None
    available: DecimalText | None = None
    errors: dict[str, list[str]] | None = None


class StockResultsShape(msgspec.Struct):
    """A result for each row, in their order; rows that were refused stopped none of the others."""

    count: int
    refused: int
    results: list[StockResultShape]


class UnbalancedLevelShape(msgspec.Struct):
    """A level that is not the sum of its movements, and by how much it is above that."""

    product: int
    sku: str
    stock_location: int
    erp_code: str
    on_hand: DecimalText
    reserved: DecimalText
    in_transit: DecimalText


class UnbalancedProductShape(msgspec.Struct):
    """A product of which `missing` is neither there nor gone (below zero: came from nowhere)."""

    product: int
    sku: str
    came_in: DecimalText
    went_out: DecimalText
    on_hand: DecimalText
    in_transit: DecimalText
    missing: DecimalText


class StockVerificationShape(msgspec.Struct):
    """Whether the books balance: what came in is on hand, on its way, or gone, for each product.

    Counted, adjusted, received and entered goods came in; those that were shipped out, lost or went to a
    location without books are gone. At most 100 of what does not balance are named.
    """

    is_balanced: bool
    products: int
    came_in: DecimalText
    went_out: DecimalText
    on_hand: DecimalText
    in_transit: DecimalText
    unbalanced_products: list[UnbalancedProductShape]
    unbalanced_levels: list[UnbalancedLevelShape]
