"""Rows that planning reads: what locations have, and orders for it."""

from typing import Any

from aktar.catalog.models import Product
from aktar.orders.models import Order, OrderItem
from aktar.places.models import Address, StockLocation
from aktar.stock.models import StockKeeping, StockLevel
from tests.factories import NOW, a_location, an_order

ANKARA = {"latitude": 3993340000, "longitude": 3285970000}
VAN = {"latitude": 3849000000, "longitude": 4338000000}


def a_place(coordinates: dict[str, int] | None = None, **values: Any) -> StockLocation:
    """A stock location, in Istanbul unless coordinates say otherwise."""
    location = a_location(**values)
    if coordinates is not None:
        Address.objects.filter(pk=location.address_id).update(**coordinates)
    return location


def has(
    location: StockLocation, product: Product, pieces: int = 1, *, reserved: int = 0, safety: int = 0
) -> None:
    """Let a location have pieces of a product, some of them promised."""
    StockKeeping.objects.get_or_create(
        stock_location=location, defaults={"safety_stock": safety * 100, "created_at": NOW}
    )
    StockLevel.objects.create(
        product=product,
        stock_location=location,
        on_hand=pieces * 100,
        reserved=reserved * 100,
        modified_at=NOW,
    )


def products_of(order: Order) -> list[Product]:
    """What was ordered, in order."""
    items = OrderItem.objects.filter(order=order).select_related("product").order_by("id")
    return [item.product for item in items]


def an_order_of(*products: Product) -> Order:
    """An order for a piece of each product."""
    order = an_order(items=len(products))
    for item, product in zip(order.orderitem_set.order_by("id"), products, strict=True):
        OrderItem.objects.filter(pk=item.pk).update(product=product)
    return order
