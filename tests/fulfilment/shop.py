"""A retailer to plan for: stores that keep books, products, and orders as they come in."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.test import Client

from aktar.catalog.models import Product
from aktar.orders.models import Order, Package
from aktar.places.models import StockLocation
from aktar.stock.actions import set_stock
from aktar.stock.rules import StockCount
from aktar.transfers.models import TransferOrder
from tests.factories import NOW, a_location, a_product
from tests.fulfilment.orders import an_order_body, put_in

PIECE = 100


def a_store(code: str, stock: Mapping[str, int] | None = None, *, priority: int = 10) -> StockLocation:
    """A store with so many pieces of products by their SKU, all of it in its books."""
    store = a_location(erp_code=code, priority=priority)
    counted(store, {"TS-1": 0, **(stock or {})})
    return store


def counted(store: StockLocation, pieces: Mapping[str, int], *, now: datetime = NOW) -> None:
    """What is on hand there."""
    set_stock(
        [
            StockCount(product=product(sku).pk, location=store.pk, on_hand=count * PIECE)
            for sku, count in pieces.items()
        ],
        by=None,
        now=now,
    )


def product(sku: str) -> Product:
    """The product of this SKU, made where it is new."""
    return Product.objects.filter(sku=sku).first() or a_product(sku=sku)


def ordered(caller: Client, number: str, *skus: str, query: str = "") -> Order:
    """An order of one piece each, put in by the API."""
    items = [{"sku": product(sku).sku, "price": "10.00", "price_currency": "try"} for sku in skus]
    answer = put_in(caller, an_order_body(number, items=items), query)
    assert answer.status_code == 201, answer.content
    return Order.objects.get(number=number)


def transfers(order: Order) -> list[TransferOrder]:
    """The order's transfer orders, the first one first."""
    found = TransferOrder.objects.filter(order=order).select_related("source", "destination")
    return list(found.order_by("pk"))


def only_package(order: Order) -> Package:
    return Package.objects.select_related("state", "stock_location").get(order=order)


def item_states(package: Package) -> list[str]:
    return list(package.packageitem_set.order_by("pk").values_list("state__enum_value", flat=True))


def states_of(orders: Iterable[TransferOrder]) -> list[str]:
    pks = [order.pk for order in orders]
    found = dict(TransferOrder.objects.filter(pk__in=pks).values_list("pk", "state__enum_value"))
    return [found[pk] for pk in pks]


def command(caller: Client, order: TransferOrder, transition: int, **parameters: Any) -> Any:
    body = {"transition": transition, "input_parameters": parameters}
    return caller.post(f"/api/v1/oms/transfer_orders/{order.pk}/command/", body, "application/json")
