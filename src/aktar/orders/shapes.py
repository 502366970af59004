"""How customers, addresses, order items and packages look to the outside."""

from typing import Any

import msgspec

from aktar.catalog.shapes import PriceListShape, ProductShape, StockListShape
from aktar.edge.shapes import DecimalText, Document, Instant
from aktar.places.shapes import CityShape, CountryShape, DistrictShape, StockLocationShape, TownshipShape
from aktar.workflow.shapes import CommandShape, StateShape


class CustomerShape(msgspec.Struct):
    """Who ordered; `channel` is an id."""

    email: str
    first_name: str
    last_name: str
    phone_number: str
    erp_code: str | None
    pk: int
    channel: int


class ShippingAddressShape(msgspec.Struct):
    """Where the customer wants the order."""

    id: int
    city: CityShape
    country: CountryShape
    township: TownshipShape
    district: DistrictShape | None
    customer: CustomerShape
    address_type: str
    created_date: Instant
    modified_date: Instant
    omnitron_id: int | None
    mapping: Document | None
    title: str
    is_active: bool
    line: str
    postcode: str | None
    notes: str | None
    email: str
    phone_number: str
    first_name: str
    last_name: str
    company_name: str
    tax_office: str
    tax_no: str
    e_bill_taxpayer: bool


class OrderItemShape(msgspec.Struct):
    """A piece that was ordered; `order` is an id, `price_currency` a lower-case ISO 4217 code."""

    id: int
    state: StateShape
    product: ProductShape
    created_date: Instant
    modified_date: Instant
    omnitron_id: int | None
    net_amount: DecimalText
    price: DecimalText
    price_currency: str
    retail_price: DecimalText | None
    tax_rate: DecimalText | None
    tax_amount: DecimalText | None
    discount_amount: DecimalText | None
    without_net_amount: DecimalText | None
    installment_interest_amount: DecimalText | None
    attributes: Document
    attributes_kwargs: dict[str, Any]
    image: str | None
    price_list: PriceListShape | None
    stock_list: StockListShape | None
    extra_field: Document
    parent_omnitron_id: int | None
    order: int


class PackageItemShape(msgspec.Struct):
    """An order item inside a package; `package` is an id."""

    id: int
    state: StateShape
    order_item: OrderItemShape
    created_date: Instant
    modified_date: Instant
    selected_barcode: str | None
    serial_no: str | None
    unit_weight: DecimalText | None
    package: int
    denial_reason: str | None


class PackageItemStateShape(msgspec.Struct):
    """What a package's event says of one of its items."""

    id: int
    state: StateShape
    order_item: int
    product: int


class PackagePayloadShape(msgspec.Struct):
    """What a package's event carries; `order` and `stock_location` are ids."""

    id: int
    number: str
    order: int
    order_number: str
    stock_location: int
    state: StateShape
    packageitem_set: list[PackageItemStateShape]


class PackageShape(msgspec.Struct):
    """A package with its items; `order` is an id."""

    id: int
    number: str
    order: int
    order_number: str
    stock_location: StockLocationShape
    state: StateShape
    commands: list[CommandShape]
    packageitem_set: list[PackageItemShape]
    created_date: Instant
    modified_date: Instant


class ShortPackageShape(msgspec.Struct):
    """A package in brief: everything it refers to is an id."""

    id: int
    number: str
    order: int
    order_number: str
    stock_location: int
    state: int
    created_date: Instant
    modified_date: Instant


class OrderPackageShape(msgspec.Struct):
    """A package as its order names it; `stock_location` is an id."""

    id: int
    number: str
    stock_location: int
    state: StateShape


class OrderShape(msgspec.Struct):
    """An order as lists carry it; `channel` is an id.

    It is at risk while something of it is out of stock everywhere, may be dispatched by nobody, or was in a
    package that was cancelled and is in no other one.
    """

    id: int
    number: str
    channel: int | None
    channel_name: str | None
    customer: CustomerShape | None
    state: StateShape
    at_risk: bool
    package_set: list[OrderPackageShape]
    date_placed: Instant | None
    created_date: Instant
    modified_date: Instant


class OrderPayloadShape(msgspec.Struct):
    """What an order's event carries; `channel` is an id."""

    id: int
    number: str
    channel: int | None
    state: StateShape
    package_set: list[OrderPackageShape]
