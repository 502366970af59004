"""Reads of orders: package items with their order items, the customer's side, a package's payload."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from aktar.catalog import queries as catalog
from aktar.catalog.shapes import PriceListShape, ProductShape, StockListShape
from aktar.edge.expressions import InstantText, document_text
from aktar.edge.references import Reading
from aktar.edge.rules import decimal_text, decimal_text_or_none
from aktar.edge.shapes import document
from aktar.edge.statements import RowsOfIds
from aktar.orders.models import Order, Package, PackageItem
from aktar.orders.shapes import (
    CustomerShape,
    OrderItemShape,
    PackageItemShape,
    PackageItemStateShape,
    PackagePayloadShape,
    ShippingAddressShape,
)
from aktar.places import queries as places
from aktar.workflow.queries import workflow_shapes
from aktar.workflow.shapes import StateShape


def package_item_columns(prefix: str) -> tuple[Any, ...]:
    """The columns of a package item and its order item, as `package_item_shape` reads them, behind `prefix`.

    `prefix` is the way from the queried table, as `package_item__`; `""` stands for PackageItem itself.
    """
    item = f"{prefix}order_item__"
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
        f"{prefix}order_item_id",
        f"{item}state_id",
        f"{item}product_id",
        InstantText(f"{item}created_date"),
        InstantText(f"{item}modified_date"),
        f"{item}omnitron_id",
        f"{item}net_amount",
        f"{item}price",
        f"{item}price_currency",
        f"{item}retail_price",
        f"{item}tax_rate",
        f"{item}tax_amount",
        f"{item}discount_amount",
        f"{item}without_net_amount",
        f"{item}installment_interest_amount",
        document_text(f"{item}attributes"),
        document_text(f"{item}attributes_kwargs"),
        f"{item}image",
        f"{item}price_list_id",
        f"{item}stock_list_id",
        document_text(f"{item}extra_field"),
        f"{item}parent_omnitron_id",
        f"{item}order_id",
    )


PACKAGE_ITEM_WIDTH = len(package_item_columns(""))
_PRODUCT, _PRICE_LIST, _STOCK_LIST = 11, 27, 28


@dataclass(frozen=True, slots=True)
class PackageItemReferences:
    """What rows of `package_item_columns` point at, encoded."""

    states: Mapping[int, StateShape]
    products: Mapping[int, ProductShape]
    price_lists: Mapping[int, PriceListShape]
    stock_lists: Mapping[int, StockListShape]


def package_item_references(
    rows: Sequence[tuple[Any, ...]], reading: Reading, *, products: Iterable[int] = ()
) -> PackageItemReferences:
    """The references of these rows. No query while they are at hand; cold: products 2, lists 1 each.

    `products` are further ones that the caller needs.
    """
    return PackageItemReferences(
        states=workflow_shapes(reading).states,
        products=catalog.products.of({*products, *(row[_PRODUCT] for row in rows)}, reading),
        price_lists=catalog.price_lists.of({row[_PRICE_LIST] for row in rows}, reading),
        stock_lists=catalog.stock_lists.of({row[_STOCK_LIST] for row in rows}, reading),
    )


def package_item_shape(row: tuple[Any, ...], to: PackageItemReferences) -> PackageItemShape:
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
        item,
        item_state,
        product,
        item_created,
        item_modified,
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
    return PackageItemShape(
        id=id_,
        state=to.states[state],
        order_item=OrderItemShape(
            id=item,
            state=to.states[item_state],
            product=to.products[product],
            created_date=item_created,
            modified_date=item_modified,
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
        ),
        created_date=created,
        modified_date=modified,
        selected_barcode=selected_barcode,
        serial_no=serial_no,
        unit_weight=decimal_text_or_none(unit_weight),
        package=package,
        denial_reason=denial_reason,
    )


@dataclass(frozen=True, slots=True)
class CustomerSide:
    """What an order's detail says of the customer; null where nothing has told it yet."""

    channel_name: str | None
    customer: CustomerShape | None
    shipping_address: ShippingAddressShape | None


def customer_side(order_id: int, reading: Reading) -> CustomerSide:
    """The customer's side of an order. One query; cold, one more for each kind of geography.

    Raises Order.DoesNotExist.
    """
    found = _customer_side_rows.of([order_id])
    if not found:
        raise Order.DoesNotExist(order_id)
    channel_name, *row = found[0]
    customer = row[:_CUSTOMER_WIDTH]
    return CustomerSide(
        channel_name=channel_name,
        customer=None if customer[_CUSTOMER_ID] is None else CustomerShape(*customer),
        shipping_address=_shipping_address(row[_CUSTOMER_WIDTH:], reading),
    )


def _shipping_address(row: Sequence[Any], reading: Reading) -> ShippingAddressShape | None:
    """The addressee's columns and the address's; cold, one query for each kind of geography."""
    (
        id_,
        city,
        country,
        township,
        district,
        address_type,
        created,
        modified,
        omnitron_id,
        mapping,
        title,
        is_active,
        line,
        postcode,
        notes,
        email,
        phone_number,
        first_name,
        last_name,
        company_name,
        tax_office,
        tax_no,
        e_bill_taxpayer,
    ) = row[_CUSTOMER_WIDTH:]
    if id_ is None:
        return None
    return ShippingAddressShape(
        id=id_,
        city=places.cities.of([city], reading)[city],
        country=places.countries.of([country], reading)[country],
        township=places.townships.of([township], reading)[township],
        district=None if district is None else places.districts.of([district], reading)[district],
        customer=CustomerShape(*row[:_CUSTOMER_WIDTH]),
        address_type=address_type,
        created_date=created,
        modified_date=modified,
        omnitron_id=omnitron_id,
        mapping=None if mapping is None else document(mapping),
        title=title,
        is_active=bool(is_active),
        line=line,
        postcode=postcode,
        notes=notes,
        email=email,
        phone_number=phone_number,
        first_name=first_name,
        last_name=last_name,
        company_name=company_name,
        tax_office=tax_office,
        tax_no=tax_no,
        e_bill_taxpayer=bool(e_bill_taxpayer),
    )


def _customer_columns(prefix: str) -> tuple[str, ...]:
    """The columns of a customer in the order of CustomerShape."""
    names = ("email", "first_name", "last_name", "phone_number", "erp_code", "id", "channel_id")
    return tuple(f"{prefix}{name}" for name in names)


_CUSTOMER_WIDTH = len(_customer_columns(""))
_CUSTOMER_ID = _customer_columns("").index("id")
_ADDRESS = "shipping_address__"
_customer_side_rows = RowsOfIds(
    lambda ids: Order.objects.filter(pk__in=ids).values_list(
        "channel__name",
        *_customer_columns("customer__"),
        *_customer_columns(f"{_ADDRESS}customer__"),
        f"{_ADDRESS}id",
        f"{_ADDRESS}city_id",
        f"{_ADDRESS}country_id",
        f"{_ADDRESS}township_id",
        f"{_ADDRESS}district_id",
        f"{_ADDRESS}address_type",
        InstantText(f"{_ADDRESS}created_date"),
        InstantText(f"{_ADDRESS}modified_date"),
        f"{_ADDRESS}omnitron_id",
        document_text(f"{_ADDRESS}mapping"),
        f"{_ADDRESS}title",
        f"{_ADDRESS}is_active",
        f"{_ADDRESS}line",
        f"{_ADDRESS}postcode",
        f"{_ADDRESS}notes",
        f"{_ADDRESS}email",
        f"{_ADDRESS}phone_number",
        f"{_ADDRESS}first_name",
        f"{_ADDRESS}last_name",
        f"{_ADDRESS}company_name",
        f"{_ADDRESS}tax_office",
        f"{_ADDRESS}tax_no",
        f"{_ADDRESS}e_bill_taxpayer",
    )
)


def package_payload(package: Package, reading: Reading) -> PackagePayloadShape:
    """What an event of a package carries. Two queries."""
    states = workflow_shapes(reading).states
    items: QuerySet[PackageItem] = PackageItem.objects.filter(package=package).order_by("id")
    number = Order.objects.values_list("number", flat=True).get(pk=package.order_id)
    return PackagePayloadShape(
        id=package.pk,
        number=package.number,
        order=package.order_id,
        order_number=number,
        stock_location=package.stock_location_id,
        state=states[package.state_id],
        packageitem_set=[
            PackageItemStateShape(id=id_, state=states[state], order_item=item, product=product)
            for id_, state, item, product in items.values_list(
                "id", "state_id", "order_item_id", "order_item__product_id"
            )
        ],
    )
