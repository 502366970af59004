"""The tables that a transfer order's document fills, in the order of writing, and how each row is read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.db import models

from aktar.catalog.models import PriceList, Product, ProductImage, StockList
from aktar.catalog.shapes import PriceListShape, ProductImageShape, ProductShape, StockListShape
from aktar.edge.fields import DegreesField, DocumentField, HundredthsField
from aktar.edge.rules import DEGREE_PLACES
from aktar.orders.models import Channel, Customer, Order, OrderItem, Package, PackageItem, ShippingAddress
from aktar.orders.shapes import CustomerShape, OrderItemShape, PackageItemShape, ShippingAddressShape
from aktar.places.models import Address, City, Country, District, StockLocation, Township
from aktar.places.shapes import (
    AddressShape,
    CityShape,
    CountryShape,
    DistrictShape,
    StockLocationShape,
    TownshipShape,
)
from aktar.transfers.loading import rules
from aktar.transfers.loading.rules import Refused
from aktar.transfers.models import CargoCompany, TransferItem, TransferOrder, TransferShipment
from aktar.transfers.shapes import (
    CargoCompanyShape,
    TransferItemShape,
    TransferOrderShape,
    TransferShipmentShape,
)

Row = dict[str, Any]
Reading = Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Table:
    """A table and what is known of its rows before any is read.

    `columns` are read from the keys of the shape that bear a field's name, references aside. `unique` is a
    column that no two rows share, `fixed` are those that a row never changes. Rows of a `is_reference` table
    are shared by many transfer orders and change seldom.
    """

    model: type[models.Model]
    shape: type[msgspec.Struct] | None = None
    is_reference: bool = False
    unique: str | None = None
    fixed: tuple[str, ...] = ()
    columns: tuple[tuple[str, Reading], ...] = field(init=False)
    documents: frozenset[str] = field(init=False)
    has_modified_date: bool = field(init=False)

    def __post_init__(self) -> None:
        told = set(self.shape.__struct_fields__) if self.shape else set()
        fields = [f for f in self.model._meta.concrete_fields if not f.is_relation and not f.primary_key]
        columns = tuple((f.name, _reading(f)) for f in fields if f.name in told)
        object.__setattr__(self, "columns", columns)
        object.__setattr__(
            self, "documents", frozenset(f.name for f in fields if isinstance(f, DocumentField))
        )
        object.__setattr__(self, "has_modified_date", any(name == "modified_date" for name, _ in columns))

    def row(self, told: Any) -> Row:
        """The row of an object, without its references. Raises Refused, naming the key."""
        row: Row = {"id": rules.identity(told)}
        for name, read in self.columns:
            try:
                row[name] = read(told[name])
            except KeyError:
                raise Refused("is missing", name) from None
            except Refused as refused:
                raise refused.under(name) from None
        return row


def _reading(column: "models.Field[Any, Any]") -> Reading:
    read = _reading_of_kind(column)
    return rules.or_null(read) if column.null else read


def _reading_of_kind(column: "models.Field[Any, Any]") -> Reading:
    if isinstance(column, HundredthsField):
        return rules.fixed_point(2)
    if isinstance(column, DegreesField):
        return rules.fixed_point(DEGREE_PLACES)
    if isinstance(column, DocumentField):
        return rules.document(list if column.default is list else dict)
    if isinstance(column, models.BooleanField):
        return rules.boolean
    if isinstance(column, models.DateTimeField):
        return rules.instant
    if isinstance(column, models.DurationField):
        return rules.duration
    if isinstance(column, models.BigIntegerField):
        return rules.integer(-(2**63), 2**63 - 1)
    if isinstance(column, models.IntegerField):
        return rules.integer(-(2**31), 2**31 - 1)
    return rules.text(column.max_length or 0)


COUNTRY = Table(Country, CountryShape, is_reference=True, unique="code")
CITY = Table(City, CityShape, is_reference=True)
TOWNSHIP = Table(Township, TownshipShape, is_reference=True)
DISTRICT = Table(District, DistrictShape, is_reference=True)
ADDRESS = Table(Address, AddressShape, is_reference=True)
STOCK_LOCATION = Table(StockLocation, StockLocationShape, is_reference=True, unique="erp_code")
PRODUCT = Table(Product, ProductShape, is_reference=True, unique="sku")
PRODUCT_IMAGE = Table(ProductImage, ProductImageShape, is_reference=True, fixed=("product_id",))
PRICE_LIST = Table(PriceList, PriceListShape, is_reference=True)
STOCK_LIST = Table(StockList, StockListShape, is_reference=True)
CARGO_COMPANY = Table(CargoCompany, CargoCompanyShape, is_reference=True, unique="erp_code")
CHANNEL = Table(Channel, is_reference=True, unique="name")
CUSTOMER = Table(Customer, CustomerShape)
SHIPPING_ADDRESS = Table(ShippingAddress, ShippingAddressShape)
ORDER = Table(Order, unique="number", fixed=("number",))
ORDER_ITEM = Table(OrderItem, OrderItemShape, fixed=("order_id",))
PACKAGE = Table(Package, unique="number", fixed=("number", "order_id"))
PACKAGE_ITEM = Table(PackageItem, PackageItemShape, fixed=("package_id", "order_item_id"))
TRANSFER_ORDER = Table(TransferOrder, TransferOrderShape, unique="number", fixed=("number", "package_id"))
TRANSFER_ITEM = Table(TransferItem, TransferItemShape, fixed=("transfer_order_id", "package_item_id"))
SHIPMENT = Table(
    TransferShipment, TransferShipmentShape, unique="transfer_order_id", fixed=("transfer_order_id",)
)
TABLES = (
    COUNTRY,
    CITY,
    TOWNSHIP,
    DISTRICT,
    ADDRESS,
    STOCK_LOCATION,
    PRODUCT,
    PRODUCT_IMAGE,
    PRICE_LIST,
    STOCK_LIST,
    CARGO_COMPANY,
    CHANNEL,
    CUSTOMER,
    SHIPPING_ADDRESS,
    ORDER,
    ORDER_ITEM,
    PACKAGE,
    PACKAGE_ITEM,
    TRANSFER_ORDER,
    TRANSFER_ITEM,
    SHIPMENT,
)
