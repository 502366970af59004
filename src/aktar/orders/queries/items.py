"""Reads of order items and package items: their columns behind any way to them, and their shapes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aktar.catalog import queries as catalog
from aktar.catalog.shapes import PriceListShape, ProductShape, StockListShape
from aktar.edge.expressions import InstantText, document_text
from aktar.edge.references import Reading
from aktar.edge.rules import decimal_text, decimal_text_or_none
from aktar.edge.shapes import document
from aktar.orders.shapes import OrderItemShape, PackageItemShape
from aktar.workflow.queries import workflow_shapes
from aktar.workflow.shapes import StateShape


def order_item_columns(prefix: str) -> tuple[Any, ...]:
    """The columns of an order item, as `order_item_shape` reads them, behind `prefix`."""
    return (
        f"{prefix}id",
        f"{prefix}state_id",
        f"{prefix}product_id",
        InstantText(f"{prefix}created_date"),
        InstantText(f"{prefix}modified_date"),
        f"{prefix}omnitron_id",
        f"{prefix}net_amount",
        f"{prefix}price",
        f"{prefix}price_currency",
        f"{prefix}retail_price",
        f"{prefix}tax_rate",
        f"{prefix}tax_amount",
        f"{prefix}discount_amount",
        f"{prefix}without_net_amount",
        f"{prefix}installment_interest_amount",
        document_text(f"{prefix}attributes"),
        document_text(f"{prefix}attributes_kwargs"),
        f"{prefix}image",
        f"{prefix}price_list_id",
        f"{prefix}stock_list_id",
        document_text(f"{prefix}extra_field"),
        f"{prefix}parent_omnitron_id",
        f"{prefix}order_id",
    )


def package_item_columns(prefix: str) -> tuple[Any, ...]:
    """The columns of a package item and its order item, as `package_item_shape` reads them, behind `prefix`.

    `prefix` is the way from the queried table, as `package_item__`; `""` stands for PackageItem itself.
    """
    return (
        f"{prefix}id",
        f"{prefix}state_id",
        InstantText(f"{prefix}created_date"),
        InstantText(f"{prefix}modified_date"),
        f"{prefix}selected_barcode",
        f"{prefix}serial_no",
        f"{prefix}unit_weight",
        f"{prefix}package_id",
        f"{prefix}denial_reason",
        *order_item_columns(f"{prefix}order_item__"),
    )


ORDER_ITEM_WIDTH = len(order_item_columns(""))
PACKAGE_ITEM_WIDTH = len(package_item_columns(""))
PACKAGE_OF_ITEM = 7
ORDER_OF_ITEM = ORDER_ITEM_WIDTH - 1
_OWN = PACKAGE_ITEM_WIDTH - ORDER_ITEM_WIDTH
_PRODUCT, _PRICE_LIST, _STOCK_LIST = 2, 18, 19


@dataclass(frozen=True, slots=True)
class ItemReferences:
    """What rows of `order_item_columns` and `package_item_columns` point at, encoded."""

    states: Mapping[int, StateShape]
    products: Mapping[int, ProductShape]
    price_lists: Mapping[int, PriceListShape]
    stock_lists: Mapping[int, StockListShape]


def order_item_references(rows: Sequence[tuple[Any, ...]], reading: Reading) -> ItemReferences:
    """The references of rows of `order_item_columns`. Queries as `package_item_references`."""
    return _references(rows, reading, offset=0, products=())


def package_item_references(
    rows: Sequence[tuple[Any, ...]], reading: Reading, *, products: Iterable[int] = ()
) -> ItemReferences:
    """The references of these rows. No query while they are at hand; cold: products 2, lists 1 each.

    `products` are further ones that the caller needs.
    """
    return _references(rows, reading, offset=_OWN, products=products)


def _references(
    rows: Sequence[tuple[Any, ...]], reading: Reading, *, offset: int, products: Iterable[int]
) -> ItemReferences:
    product, price_list, stock_list = offset + _PRODUCT, offset + _PRICE_LIST, offset + _STOCK_LIST
    return ItemReferences(
        states=workflow_shapes(reading).states,
        products=catalog.products.of({*products, *(row[product] for row in rows)}, reading),
        price_lists=catalog.price_lists.of({row[price_list] for row in rows}, reading),
        stock_lists=catalog.stock_lists.of({row[stock_list] for row in rows}, reading),
    )


def order_item_shape(row: tuple[Any, ...], to: ItemReferences) -> OrderItemShape:
    """One row of `order_item_columns` as a shape."""
    (
        id_,
        state,
        product,
        created,
        modified,
        omnitron_id,
        net_amount,
        price,
        price_currency,
        retail_price,
        tax_rate,
        tax_amount,
        discount_amount,
        without_net_amount,
        installment_interest_amount,
        attributes,
        attributes_kwargs,
        image,
        price_list,
        stock_list,
        extra_field,
        parent_omnitron_id,
        order,
    ) = row
    return OrderItemShape(
        id=id_,
        state=to.states[state],
        product=to.products[product],
        created_date=created,
        modified_date=modified,
        omnitron_id=omnitron_id,
        net_amount=decimal_text(net_amount),
        price=decimal_text(price),
        price_currency=price_currency,
        retail_price=decimal_text_or_none(retail_price),
        tax_rate=decimal_text_or_none(tax_rate),
        tax_amount=decimal_text_or_none(tax_amount),
        discount_amount=decimal_text_or_none(discount_amount),
        without_net_amount=decimal_text_or_none(without_net_amount),
        installment_interest_amount=decimal_text_or_none(installment_interest_amount),
        attributes=document(attributes),
        attributes_kwargs=document(attributes_kwargs),
        image=image,
        price_list=None if price_list is None else to.price_lists[price_list],
        stock_list=None if stock_list is None else to.stock_lists[stock_list],
        extra_field=document(extra_field),
        parent_omnitron_id=parent_omnitron_id,
        order=order,
    )


def package_item_shape(row: tuple[Any, ...], to: ItemReferences) -> PackageItemShape:
    """One row of `package_item_columns` as a shape."""
    (
        id_,
        state,
        created,
        modified,
        selected_barcode,
        serial_no,
        unit_weight,
        package,
        denial_reason,
    ) = row[:_OWN]
    return PackageItemShape(
        id=id_,
        state=to.states[state],
        order_item=order_item_shape(row[_OWN:], to),
        created_date=created,
        modified_date=modified,
        selected_barcode=selected_barcode,
        serial_no=serial_no,
        unit_weight=decimal_text_or_none(unit_weight),
        package=package,
        denial_reason=denial_reason,
    )
