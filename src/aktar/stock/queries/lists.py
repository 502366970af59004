"""Levels and movements as lists show them, as far as the caller may see them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from aktar.edge.expressions import InstantText
from aktar.edge.rules import decimal_text
from aktar.edge.statements import RowsOfIds
from aktar.places.rules import Reach
from aktar.stock.models import StockLevel, StockMovement
from aktar.stock.rules import Kind
from aktar.stock.shapes import StockLevelShape, StockMovementShape


def visible_levels(reach: Reach) -> "QuerySet[StockLevel]":
    """The levels at the caller's stock locations."""
    if reach.everything:
        return StockLevel.objects.all()
    return StockLevel.objects.filter(stock_location__in=reach.locations)


def visible_movements(reach: Reach) -> "QuerySet[StockMovement]":
    """The ledger of the caller's stock locations."""
    if reach.everything:
        return StockMovement.objects.all()
    return StockMovement.objects.filter(stock_location__in=reach.locations)


def stock_levels(ids: Sequence[int]) -> list[StockLevelShape]:
    """The levels of these ids, in their order. One query."""
    rows = {row[0]: _level(row) for row in _level_rows.of(ids)}
    return [rows[id_] for id_ in ids if id_ in rows]


def stock_movements(ids: Sequence[int]) -> list[StockMovementShape]:
    """The movements of these ids, in their order. One query."""
    rows = {row[0]: _movement(row) for row in _movement_rows.of(ids)}
    return [rows[id_] for id_ in ids if id_ in rows]


_GOODS = ("id", "product_id", "product__sku", "stock_location_id", "stock_location__erp_code")
_LEVEL_COLUMNS: tuple[Any, ...] = (
    *_GOODS,
    "on_hand",
    "reserved",
    "in_transit",
    InstantText("counted_at"),
    InstantText("modified_at"),
)
_MOVEMENT_COLUMNS: tuple[Any, ...] = (
    *_GOODS,
    "kind",
    "on_hand_change",
    "reserved_change",
    "in_transit_change",
    "transfer_order",
    "package_item",
    "reason",
    "user_id",
    InstantText("created_at"),
)
_level_rows = RowsOfIds(lambda ids: StockLevel.objects.filter(pk__in=ids).values_list(*_LEVEL_COLUMNS))
_movement_rows = RowsOfIds(
    lambda ids: StockMovement.objects.filter(pk__in=ids).values_list(*_MOVEMENT_COLUMNS)
)


def _level(row: tuple[Any, ...]) -> StockLevelShape:
    id_, product, sku, location, erp_code, on_hand, reserved, in_transit, counted_at, modified_at = row
    return StockLevelShape(
        id=id_,
        product=product,
        sku=sku,
        stock_location=location,
        erp_code=erp_code,
        on_hand=decimal_text(on_hand),
        reserved=decimal_text(reserved),
        in_transit=decimal_text(in_transit),
        available=decimal_text(on_hand - reserved),
        counted_at=counted_at,
        modified_at=modified_at,
    )


def _movement(row: tuple[Any, ...]) -> StockMovementShape:
    (
        id_,
        product,
        sku,
        location,
        erp_code,
        kind,
        on_hand,
        reserved,
        in_transit,
        transfer_order,
        package_item,
        reason,
        user,
        created_at,
    ) = row
    return StockMovementShape(
        id=id_,
        product=product,
        sku=sku,
        stock_location=location,
        erp_code=erp_code,
        kind=Kind(kind),
        on_hand_change=decimal_text(on_hand),
        reserved_change=decimal_text(reserved),
        in_transit_change=decimal_text(in_transit),
        transfer_order=transfer_order,
        package_item=package_item,
        reason=reason,
        user=user,
        created_at=created_at,
    )
