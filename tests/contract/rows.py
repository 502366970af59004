"""Puts what a sample prints into the tables, ids and all, so that our answer can be held against it."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.dateparse import parse_duration

from aktar.catalog.models import PriceList, Product, ProductImage, StockList
from aktar.edge.fields import DegreesField, HundredthsField
from aktar.orders.models import Channel, Customer, Order, OrderItem, Package, PackageItem, ShippingAddress
from aktar.places.models import Address, City, Country, District, StockLocation, Township
from aktar.transfers.models import CargoCompany, TransferItem, TransferOrder, TransferShipment
from tests.contract.printed import sample
from tests.factories import a_state

Printed = dict[str, Any]


def store_transfer_order(printed: Printed) -> None:
    """Store a transfer order of any sample, with all that it refers to; states must be there already.

    The customer's side is the detail sample's where `printed` has none. What a second call prints
    otherwise of the same place or product overwrites what the first one printed.
    """
    side = printed if "customer" in printed else sample("transfer_orders.detail")
    _store_customer(side)
    for location in (printed["source"], printed["destination"]):
        _store_geography(location["address"])
        _store(Address, location["address"])
        _store(StockLocation, location)
    for item in printed["transferitem_set"]:
        _store_products(item)
    _store_order(printed, side)
    package = {"id": printed["package"], "number": printed["package_number"], "order": printed["order"]}
    _store(
        Package,
        package | _dates(printed),
        stock_location_id=printed["destination"]["id"],
        state=a_state(4, "150"),
    )
    _store(TransferOrder, printed)
    for item in printed["transferitem_set"]:
        _store(OrderItem, item["package_item"]["order_item"])
        _store(PackageItem, item["package_item"])
        _store(TransferItem, item)
    if printed["transfer_shipment"] is not None:
        _store(CargoCompany, printed["transfer_shipment"]["cargo_company"])
        _store(TransferShipment, printed["transfer_shipment"], transfer_order_id=printed["id"])


def _store_geography(address: Printed) -> None:
    for model, key in ((Country, "country"), (City, "city"), (Township, "township"), (District, "district")):
        if address[key] is not None:
            _store(model, address[key])


def _store_products(item: Printed) -> None:
    order_item = item["package_item"]["order_item"]
    for product in (item["product"], order_item["product"]):
        _store(Product, product)
        for image in product["productimage_set"]:
            _store(ProductImage, image)
    for model, key in ((PriceList, "price_list"), (StockList, "stock_list")):
        if order_item[key] is not None:
            _store(model, order_item[key])


def _store_customer(side: Printed) -> None:
    _store(Channel, {"id": side["customer"]["channel"], "name": side["channel_name"]})
    _store_geography(side["shipping_address"])
    _store(Customer, side["customer"])
    _store(ShippingAddress, side["shipping_address"])


def _store_order(printed: Printed, side: Printed) -> None:
    order = {
        "id": printed["order"],
        "number": printed["order_number"],
        "channel": side["customer"]["channel"],
        "customer": side["customer"],
        "shipping_address": side["shipping_address"],
        "date_placed": printed.get("order_date_placed", printed["created_date"]),
    }
    _store(Order, order | _dates(printed), state=a_state(3, "400"))


def _dates(printed: Printed) -> Printed:
    return {"created_date": printed["created_date"], "modified_date": printed["modified_date"]}


def _store(model: type[models.Model], printed: Printed, **more: Any) -> None:
    values = {
        field.attname: _column(field, printed[field.name])
        for field in model._meta.concrete_fields
        if field.name in printed and not field.primary_key
    }
    model._default_manager.update_or_create(pk=_id(printed), defaults=values | more)


def _column(field: "models.Field[Any, Any]", printed: Any) -> Any:
    if isinstance(printed, dict) and field.is_relation:
        return _id(printed)
    if not isinstance(printed, str):
        return printed
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat(printed)
    if isinstance(field, models.DurationField):
        return parse_duration(printed)
    if isinstance(field, (HundredthsField, DegreesField)):
        return int(printed.replace(".", ""))
    return printed


def _id(printed: Printed) -> Any:
    return printed["id"] if "id" in printed else printed["pk"]
