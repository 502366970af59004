"""What the writers fight over: packages that several transfer orders serve, webhooks, scarce stock."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime

from aktar.fulfilment.actions import take_order
from aktar.orders.rules import NewAddress, NewCustomer, NewOrder, NewOrderItem, Pieces
from aktar.places.models import StockLocation
from aktar.places.rules import EVERYWHERE
from aktar.stock.actions import set_stock
from aktar.stock.rules import StockCount
from aktar.transfers.models import CargoCompany, TransferOrder
from tests import factories

MOST_ITEMS = 3


def contested_orders(*, packages: int, each: int) -> list[int]:
    """So many packages with so many transfer orders each, one item in each; answers the orders' ids."""
    factories.a_workflow()
    CargoCompany.objects.get_or_create(pk=1, defaults={"name": "Kargo", "shipping_company": "kargo"})
    for event_type in (
        "transfer.status.transitioned",
        "transfer.status.transitioned",
        "transfer.status.created",
        "transfer.status.in_transit",
        "transfer.status.cancelled",
        "package.status.transitioned",
        "package.status.waiting",
    ):
        factories.a_webhook(event_type)
    factories.a_webhook("transfer.status.transitioned", is_active=False)
    source = factories.a_location()
    for _ in range(packages):
        package = factories.a_package(items=each)
        for _ in range(each):
            factories.a_transfer_order(package=package, source=source)
    return list(TransferOrder.objects.order_by("pk").values_list("pk", flat=True))


def stocked_stores(*, stores: int, products: int, pieces: Sequence[int]) -> list[int]:
    """Stores that keep books; answers the products' ids.

    The stores have so many `pieces` of a product, in turn, of each next product beginning one store later.
    """
    factories.a_workflow()
    factories.a_carrier()
    ids = [factories.a_product().pk for _ in range(products)]
    places = [factories.a_location() for _ in range(stores)]
    counts = [
        StockCount(product, place.pk, pieces[(first + turn) % len(pieces)] * 100)
        for first, product in enumerate(ids)
        for turn, place in enumerate(places)
    ]
    set_stock(counts, by=None, now=datetime.now(UTC))
    return ids


def a_busy_retailer(*, orders: int) -> None:
    """A few stores that share what is scarce, and orders that are planned already."""
    products = stocked_stores(stores=5, products=8, pieces=(4, 0, 2, 0, 0))
    chance = random.Random(orders)
    for number in range(orders):
        new = a_new_order(f"N{number}", products=products, chance=chance)
        take_order(new, by=None, reach=EVERYWHERE, now=datetime.now(UTC))


def a_new_order(number: str, *, products: Sequence[int], chance: random.Random) -> NewOrder:
    """An order of one to three pieces, to where the newest location stands."""
    address = StockLocation.objects.select_related("address").latest("pk").address
    return NewOrder(
        number=number,
        channel="Web",
        customer=NewCustomer(first_name="Ayşe", last_name="Yılmaz"),
        shipping_address=NewAddress(
            country=address.country_id,
            city=address.city_id,
            township=address.township_id,
            district=None,
            line="Gül Sokak 6/9",
        ),
        items=tuple(
            NewOrderItem(
                pieces=Pieces(product=chance.choice(products)),
                price=1000,
                net_amount=1000,
                price_currency="try",
            )
            for _ in range(chance.randint(1, MOST_ITEMS))
        ),
    )
