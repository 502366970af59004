"""Rows for tests, made by plain functions: say what matters, the rest is filled in."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.test import Client

from aktar.accounts.actions import create_token, create_user
from aktar.accounts.models import Reach, User
from aktar.catalog.models import PriceList, Product, ProductImage, StockList
from aktar.edge.references import reading
from aktar.orders.models import (
    Channel,
    Customer,
    Order,
    OrderItem,
    Package,
    PackageItem,
    ShippingAddress,
)
from aktar.places.actions import bind_token
from aktar.places.models import Address, City, Country, District, StockLocation, Township
from aktar.planning.actions import record_plan
from aktar.planning.models import Plan
from aktar.planning.queries import demands_of, situation_of
from aktar.planning.solving import immediately
from aktar.transfers.actions import ItemToMove, create_transfer_order
from aktar.transfers.models import CargoCompany, TransferOrder
from aktar.webhooks.actions import keep_webhook
from aktar.webhooks.models import Event, Standing, Webhook, WebhookEvent
from aktar.workflow.actions import load_workflow, read_workflow
from aktar.workflow.models import State

NOW = datetime(2026, 11, 2, 9, 30, 15, 123456, tzinfo=UTC)
_numbers = count(1)


def a_workflow() -> None:
    """The default states and commands."""
    load_workflow(read_workflow())


def a_state(content_type: int, enum_value: str) -> State:
    return State.objects.get(content_type=content_type, enum_value=enum_value)


def a_user(name: str | None = None, **values: Any) -> User:
    return create_user(
        name or f"user{next(_numbers)}", is_admin=values.pop("is_admin", False), now=NOW, **values
    )


def a_key(
    user: User | None = None,
    *,
    locations: list[StockLocation] | None = None,
    reach: Reach = Reach.ALL,
    is_read_only: bool = False,
    expires_at: datetime | None = None,
) -> str:
    """A token's key: for all locations, or bound to some, or (Reach.USER) for those of its user."""
    issued = create_token(
        user or a_user(),
        name="test",
        now=NOW,
        reach=reach,
        is_read_only=is_read_only,
        expires_at=expires_at,
    )
    if locations is not None:
        bind_token(issued.token, erp_codes=[location.erp_code for location in locations])
    return issued.key


def a_caller(user: User | None = None, **values: Any) -> Client:
    """A client that calls with a token's key, made as `a_key` makes it."""
    return Client(headers={"Authorization": f"Token {a_key(user, **values)}"})


def a_carrier() -> CargoCompany:
    """Cargo company 1, which every installation has; here also after a test that emptied the database."""
    company, _ = CargoCompany.objects.get_or_create(
        pk=1, defaults={"name": "Kargo", "shipping_company": "custom"}
    )
    return company


def a_location(**values: Any) -> StockLocation:
    number = next(_numbers)
    country, _ = Country.objects.get_or_create(
        code="tr", defaults={"name": "Türkiye", "longitude": 3530207500, "latitude": 3905625600}
    )
    city, _ = City.objects.get_or_create(
        name="İSTANBUL", country=country, defaults={"longitude": 2897817800, "latitude": 4111121800}
    )
    township, _ = Township.objects.get_or_create(
        name="SARIYER", city=city, defaults={"longitude": 2905731900, "latitude": 4116672000}
    )
    district, _ = District.objects.get_or_create(
        name="MASLAK MAH",
        city=city,
        township=township,
        defaults={"longitude": 2913134900, "latitude": 4101495200},
    )
    address = Address.objects.create(
        city=city,
        country=country,
        township=township,
        district=district,
        title=f"Store {number}",
        line="Büyükdere Caddesi 1",
        longitude=2898940280,
        latitude=4112462960,
    )
    filled = {
        "stock_location_type": "store",
        "address": address,
        "created_date": NOW,
        "modified_date": NOW,
        "name": f"Store {number}",
        "erp_code": f"S{number}",
        "target_packing_interval": timedelta(days=5),
        "target_transfer_interval": timedelta(days=3),
    }
    return StockLocation.objects.create(**{**filled, **values})


def a_product(**values: Any) -> Product:
    number = next(_numbers)
    filled = {
        "created_date": NOW,
        "modified_date": NOW,
        "name": f"Tişört {number}",
        "base_code": f"TS-{number:05d}",
        "sku": f"TS-{number:05d}-M",  # never the TS-1001-M of the walk
        "attributes": {"renk": "mavi"},
        "attributes_kwargs": {"renk": {"label": "Mavi", "value": "mavi", "data_type": "dropdown"}},
        "remote_modified_date": NOW,
    }
    product = Product.objects.create(**{**filled, **values})
    ProductImage.objects.create(product=product, url=f"https://cdn.example.com/{product.sku}.jpg")
    return product


def an_order(*, items: int = 1, number: str | None = None) -> Order:
    """An approved order with so many order items."""
    channel, _ = Channel.objects.get_or_create(name="Web")
    customer = Customer.objects.create(
        first_name="Ayşe", last_name="Yılmaz", phone_number="05550000000", channel=channel
    )
    district = District.objects.first() or a_location().address.district
    assert district is not None
    address = ShippingAddress.objects.create(
        city=district.city,
        country=district.city.country,
        township=district.township,
        district=district,
        customer=customer,
        created_date=NOW,
        modified_date=NOW,
        title="Ev",
        line="Gül Sokak 6/9",
        first_name="Ayşe",
        last_name="Yılmaz",
    )
    order = Order.objects.create(
        number=number or f"2026{next(_numbers):012d}",
        channel=channel,
        customer=customer,
        shipping_address=address,
        state=a_state(3, "400"),
        date_placed=NOW,
        created_date=NOW,
        modified_date=NOW,
    )
    price_list, _ = PriceList.objects.get_or_create(
        name="Fiyat listesi", defaults={"currency": "try", "created_date": NOW, "modified_date": NOW}
    )
    stock_list, _ = StockList.objects.get_or_create(
        name="Stok listesi", defaults={"created_date": NOW, "modified_date": NOW}
    )
    for _ in range(items):
        OrderItem.objects.create(
            state=order.state,
            product=a_product(),
            created_date=NOW,
            modified_date=NOW,
            net_amount=90000,
            price=100000,
            price_currency="try",
            retail_price=100000,
            tax_rate=800,
            discount_amount=10000,
            price_list=price_list,
            stock_list=stock_list,
            extra_field={"price_extra_field": {}, "stock_extra_field": {}},
            order=order,
        )
    return order


def a_package(
    *, items: int = 1, location: StockLocation | None = None, order: Order | None = None
) -> Package:
    """A waiting package that holds every item of its order."""
    order = order or an_order(items=items)
    package = Package.objects.create(
        number=f"{order.number}P{order.packages.count() + 1}",
        order=order,
        stock_location=location or a_location(),
        state=a_state(4, "100"),
        created_date=NOW,
        modified_date=NOW,
    )
    for item in order.orderitem_set.order_by("id"):
        PackageItem.objects.create(
            state=a_state(5, "100"), order_item=item, created_date=NOW, modified_date=NOW, package=package
        )
    return package


def a_transfer_order(
    *,
    package: Package | None = None,
    source: StockLocation | None = None,
    destination: StockLocation | None = None,
    items: int = 1,
    now: datetime = NOW,
) -> TransferOrder:
    """A waiting transfer order that brings the package's first `items` items, made by the real action."""
    package = package or a_package(items=items, location=destination)
    taken = package.packageitem_set.filter(transfer_items=None).select_related("order_item").order_by("id")
    return create_transfer_order(
        package.pk,
        source=source or a_location(),
        items=[ItemToMove(item) for item in taken[:items]],
        planned_at=now,
        by=None,
        now=now,
    )


def a_webhook(event_type: str = "transfer.status.transitioned", **values: Any) -> Webhook:
    filled = {
        "target_url": f"https://erp.example.com/{next(_numbers)}",
        "event_type": event_type,
    }
    # A superuser's, so that it hears of every location.
    user = values.pop("user", None) or a_user(is_admin=True)
    webhook = Webhook(**{**filled, **values}, user=user)
    keep_webhook(webhook, now=NOW)
    return webhook


def an_owed_event(event: Event, webhook: Webhook | None = None, **values: Any) -> WebhookEvent:
    """An event as a webhook is owed it, delivered and settled if nothing else is said."""
    webhook = webhook or a_webhook()
    filled = {
        "webhook": webhook,
        "endpoint_id": webhook.endpoint_id,
        "event": event,
        "created_date": NOW,
        "modified_date": NOW,
        "event_type": webhook.event_type,
        "content_type": event.content_type,
        "object_id": event.object_id,
        "sequence": event.sequence,
        "standing": Standing.DELIVERED,
    }
    return WebhookEvent.objects.create(**{**filled, **values})


def a_plan(order: Order | None = None) -> Plan:
    """How an order without a package is to be served by the stock there is, made by the real action."""
    (demand,) = demands_of([(order or an_order()).pk], reading("en-us"))
    (decision,) = immediately(situation_of(demand, reading("en-us"), now=NOW)).decisions
    return Plan.objects.get(pk=record_plan(decision, now=NOW).plan)
