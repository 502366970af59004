"""Reads of transfer items: those of some transfer orders, and those of some ids."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from aktar.edge.expressions import InstantText
from aktar.edge.references import Reading
from aktar.edge.rules import decimal_text
from aktar.edge.statements import RowsOfIds
from aktar.orders.queries import (
    PACKAGE_ITEM_WIDTH,
    package_item_columns,
    package_item_references,
    package_item_shape,
)
from aktar.places.rules import Reach
from aktar.transfers.models import TransferItem
from aktar.transfers.shapes import TransferItemShape, TransferItemSimpleShape


def visible_transfer_items(reach: Reach) -> QuerySet[TransferItem]:
    """The lines of the transfer orders that leave or enter one of the caller's stock locations."""
    if reach.everything:
        return TransferItem.objects.all()
    return TransferItem.objects.filter(
        Q(transfer_order__source_id__in=reach.locations)
        | Q(transfer_order__destination_id__in=reach.locations)
    )


def transfer_items(ids: Sequence[int], reading: Reading) -> list[TransferItemShape]:
    """The transfer items of these ids, in their order. One query, plus references that are not at hand.

    Cold they cost at most six more: states, commands, products and their images, price lists, stock lists.
    """
    found = {item.id: item for item in _shapes(_rows.of(ids), reading)}
    return [found[id_] for id_ in ids if id_ in found]


def transfer_items_simple(ids: Sequence[int]) -> list[TransferItemSimpleShape]:
    """The transfer items of these ids in brief, in their order. One query."""
    rows = {row[0]: _simple(row) for row in _simple_rows.of(ids)}
    return [rows[id_] for id_ in ids if id_ in rows]


def items_by_order(rows: list[tuple[Any, ...]], reading: Reading) -> dict[int, list[TransferItemShape]]:
    """The items of `rows_of_orders` by transfer order. No query, save for references that are not at hand."""
    items: dict[int, list[TransferItemShape]] = defaultdict(list)
    for item in _shapes(rows, reading):
        items[item.transfer_order].append(item)
    return items


_COLUMNS: tuple[Any, ...] = (
    *package_item_columns("package_item__"),
    "id",
    "state_id",
    "unit_type",
    "product_id",
    InstantText("created_date"),
    InstantText("modified_date"),
    "name",
    "quantity",
    "stock_code",
    "barcode",
    "transfer_order_id",
    "transfer_order__version",
)
_PRODUCT = PACKAGE_ITEM_WIDTH + 3
ORDER, ORDER_VERSION = PACKAGE_ITEM_WIDTH + 10, PACKAGE_ITEM_WIDTH + 11
_rows = RowsOfIds(lambda ids: TransferItem.objects.filter(pk__in=ids).values_list(*_COLUMNS))
rows_of_orders = RowsOfIds(
    lambda orders: (
        TransferItem.objects.filter(transfer_order_id__in=orders).order_by("id").values_list(*_COLUMNS)
    )
)


def _shapes(rows: list[tuple[Any, ...]], reading: Reading) -> Iterable[TransferItemShape]:
    references = package_item_references(rows, reading, products={row[_PRODUCT] for row in rows})
    for row in rows:
        (
            id_,
            state,
            unit_type,
            product,
            created,
            modified,
            name,
            quantity,
            stock_code,
            barcode,
            order,
            _version,
        ) = row[PACKAGE_ITEM_WIDTH:]
        yield TransferItemShape(
            id=id_,
            state=references.states[state],
            unit_type=unit_type,
            package_item=package_item_shape(row[:PACKAGE_ITEM_WIDTH], references),
            product=references.products[product],
            created_date=created,
            modified_date=modified,
            name=name,
            quantity=decimal_text(quantity),
            stock_code=stock_code,
            barcode=barcode,
            transfer_order=order,
        )


_SIMPLE_COLUMNS: tuple[Any, ...] = (
    "id",
    InstantText("created_date"),
    InstantText("modified_date"),
    "name",
    "unit_type",
    "quantity",
    "stock_code",
    "barcode",
    "state_id",
    "package_item_id",
    "product_id",
    "transfer_order_id",
)
_simple_rows = RowsOfIds(lambda ids: TransferItem.objects.filter(pk__in=ids).values_list(*_SIMPLE_COLUMNS))


def _simple(row: tuple[Any, ...]) -> TransferItemSimpleShape:
    (
        id_,
        created,
        modified,
        name,
        unit_type,
        quantity,
        stock_code,
        barcode,
        state,
        package_item,
        product,
        order,
    ) = row
    return TransferItemSimpleShape(
        id=id_,
        created_date=created,
        modified_date=modified,
        name=name,
        unit_type=unit_type,
        quantity=decimal_text(quantity),
        stock_code=stock_code,
        barcode=barcode,
        state=state,
        package_item=package_item,
        product=product,
        transfer_order=order,
    )
