"""Placing an order that comes from outside, and putting what it holds into a package."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from django.db import IntegrityError, transaction

from aktar.edge.content_types import ContentType
from aktar.edge.locks import take_turn
from aktar.edge.references import Reading
from aktar.edge.shapes import encode_document
from aktar.orders.models import (
    Channel,
    Customer,
    Order,
    OrderItem,
    Package,
    PackageItem,
    ShippingAddress,
)
from aktar.orders.queries import package_payload, unpacked_items
from aktar.orders.rules import (
    ORDER_STATUS,
    PACKAGE_CREATED,
    PACKAGE_ITEM_STATUS,
    PACKAGE_STATUS,
    NewAddress,
    NewCustomer,
    NewOrder,
    NewPackage,
    NothingToPack,
    NotInOrder,
    OrderStatus,
    PackageItemStatus,
    PackageNumberTaken,
    PackageStatus,
    Pieces,
    content_digest,
    package_numbers,
)
from aktar.places.actions import places_of_addresses
from aktar.places.queries import audience_at
from aktar.places.rules import LEVELS, Reach
from aktar.webhooks.actions import record_event
from aktar.workflow.queries import workflow
from aktar.workflow.rules import Workflow


def with_places(orders: Sequence[NewOrder], *, reach: Reach) -> list[NewOrder]:
    """The orders with the ids of the places that their addresses name; those that are not there are made.

    Raises PlacesUnknown for who does not see everything. As many statements for many as for one.
    """
    addresses = [order.shipping_address for order in orders]
    found = places_of_addresses(
        [{level: getattr(address, level) for level in LEVELS} for address in addresses], reach=reach
    )
    return [
        replace(order, shipping_address=replace(address, **places))
        for order, address, places in zip(orders, addresses, found, strict=True)
    ]


def place_order(new: NewOrder, *, reach: Reach, reading: Reading, now: datetime) -> tuple[Order, bool]:
    """The order of this number, its row locked: as it is where it is there, else a new approved one.

    And whether it is new. Raises PlacesUnknown as `with_places`, which see: a new one goes through it.
    """
    known = Order.objects.select_for_update(no_key=True).filter(number=new.number)
    order = known.first()
    if order is not None:
        return order, False
    (new,) = with_places([new], reach=reach)
    try:
        with transaction.atomic():
            return _written(new, reading=reading, now=now), True
    except IntegrityError:
        # Another one placed it in this very moment.
        order = known.first()
        if order is None:
            raise  # it was something else
        return order, False


def is_same_order(order: Order, new: NewOrder) -> bool:
    """Whether an order was placed with this content, its places told by their ids.

    One query where the channel is told by its name.
    """
    channel = new.channel
    if isinstance(channel, str):
        known = Channel.objects.filter(name=channel).values_list("pk", flat=True).first()
    else:
        known = channel
    return order.content_digest == content_digest(new, channel=known)


def add_package(
    order: Order, new: NewPackage, *, stock_location: int, reading: Reading, now: datetime
) -> Package:
    """A new package of a locked order, to be dispatched from `stock_location` (an id).

    Raises NothingToPack, NotInOrder (which names the places in `new.pieces`) and PackageNumberTaken.
    """
    items = _to_pack(order, new.pieces, workflow(reading))
    numbers = _numbers(order) if new.number is None else [new.number]
    return _packed(order, items, numbers=numbers, stock_location=stock_location, reading=reading, now=now)


def pack_items(
    order: Order, items: Sequence[int], *, stock_location: int, reading: Reading, now: datetime
) -> Package:
    """A new package of a locked order with these of its items (ids), which no package holds.

    It is to be dispatched from `stock_location` (an id).
    """
    return _packed(
        order,
        items,
        numbers=_numbers(order),
        stock_location=stock_location,
        reading=reading,
        now=now,
    )


def _numbers(order: Order) -> Iterator[str]:
    """The numbers that an order's next package can have: whoever names packages may have taken the first."""
    return package_numbers(order.number, set(order.packages.values_list("number", flat=True)))


def _packed(
    order: Order,
    items: Sequence[int],
    *,
    numbers: Iterable[str],
    stock_location: int,
    reading: Reading,
    now: datetime,
) -> Package:
    flow = workflow(reading)
    values = {
        "order": order,
        "stock_location_id": stock_location,
        "state_id": flow.state(ContentType.PACKAGE, PACKAGE_STATUS, PackageStatus.WAITING).id,
        "created_date": now,
        "modified_date": now,
    }
    for number in numbers:
        package, is_new = Package.objects.get_or_create(number=number, defaults=values)
        if is_new:
            break
    else:
        raise PackageNumberTaken
    waiting = flow.state(ContentType.PACKAGE_ITEM, PACKAGE_ITEM_STATUS, PackageItemStatus.WAITING).id
    PackageItem.objects.bulk_create(
        PackageItem(
            state_id=waiting, order_item_id=item, created_date=now, modified_date=now, package=package
        )
        for item in items
    )
    record_event(
        PACKAGE_CREATED,
        content_type=ContentType.PACKAGE,
        object_id=package.pk,
        payload=encode_document(package_payload(package, reading)),
        audience=audience_at(package.stock_location_id),
        destination=package.stock_location_id,
        now=now,
    )
    return package


def _written(new: NewOrder, *, reading: Reading, now: datetime) -> Order:
    channel = _channel(new.channel)
    customer = _customer(new.customer, channel)
    approved = workflow(reading).state(ContentType.ORDER, ORDER_STATUS, OrderStatus.APPROVED).id
    order = Order.objects.create(
        number=new.number,
        channel=channel,
        customer=customer,
        shipping_address=_address(new.shipping_address, customer, now),
        state_id=approved,
        date_placed=new.date_placed or now,
        created_date=now,
        modified_date=now,
        content_digest=content_digest(new, channel=channel.pk),
    )
    OrderItem.objects.bulk_create(
        OrderItem(
            state_id=approved,
            product_id=item.pieces.product,
            created_date=now,
            modified_date=now,
            net_amount=item.net_amount,
            price=item.price,
            price_currency=item.price_currency,
            retail_price=item.retail_price,
            tax_rate=item.tax_rate,
            tax_amount=item.tax_amount,
            discount_amount=item.discount_amount,
            order=order,
        )
        for item in new.items
        for _ in range(item.pieces.count)
    )
    return order


def _channel(wanted: int | str) -> Channel:
    if isinstance(wanted, str):
        return Channel.objects.get_or_create(name=wanted)[0]
    return Channel.objects.get(pk=wanted)


def _customer(new: NewCustomer, channel: Channel) -> Customer:
    """The channel's customer of this ERP code, left as it is, or a new one."""
    found = None
    if new.erp_code:
        known = Customer.objects.filter(channel=channel, erp_code=new.erp_code).order_by("pk")
        found = known.first()
        if found is None:
            # A turn and no constraint: those that moved in keep their ids, be it that some share a code.
            take_turn(f"customer {channel.pk} {new.erp_code}")
            found = known.first()
    return found or Customer.objects.create(channel=channel, **asdict(new))


def _address(new: NewAddress, customer: Customer, now: datetime) -> ShippingAddress:
    """The address; whatever of the addressee is not said is the customer's."""
    values = asdict(new)
    geography = {f"{kind}_id": values.pop(kind) for kind in ("country", "city", "township", "district")}
    for name in ("email", "phone_number", "first_name", "last_name"):
        if values[name] is None:
            values[name] = getattr(customer, name)
    return ShippingAddress.objects.create(
        **geography, **values, customer=customer, created_date=now, modified_date=now
    )


def _to_pack(order: Order, pieces: Sequence[Pieces] | None, flow: Workflow) -> list[int]:
    """The ids of the order items that shall be packed, each of them in no package yet."""
    free: dict[int, list[int]] = defaultdict(list)
    open_items = unpacked_items(flow).filter(order=order)
    for item, product in open_items.order_by("pk").values_list("pk", "product_id"):
        free[product].append(item)
    if pieces is None:
        pieces = [Pieces(product, len(items)) for product, items in free.items()]
        if not pieces:
            raise NothingToPack
    missing = []
    taken: list[int] = []
    for place, wanted in enumerate(pieces):
        items = free[wanted.product]
        if len(items) < wanted.count:
            missing.append(place)
        taken.extend(items[: wanted.count])
        free[wanted.product] = items[wanted.count :]
    if missing:
        raise NotInOrder(missing)
    return sorted(taken)
