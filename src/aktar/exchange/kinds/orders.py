"""Customers' orders as a table, one line of an order a row; they are placed, and not changed afterwards."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from aktar.edge.references import Reading, reading
from aktar.edge.upserts import Difference, Fate, Told, Verdict, refused
from aktar.exchange.columns import Column, amount, instant, text
from aktar.exchange.kinds.kind import Document, Kind
from aktar.orders.actions import place_order, with_places
from aktar.orders.bodies import OrderBody
from aktar.orders.models import Order, OrderItem
from aktar.orders.rules import NewAddress, NewCustomer, NewOrder
from aktar.places.rules import EVERYWHERE

BATCH = 200
"""Orders at once: each is some dozen statements."""
_LANGUAGE = "en-us"
_MONEY = ("net_amount", "retail_price", "tax_rate", "tax_amount", "discount_amount")
_PRICE = ("price", "price_currency", *_MONEY)
_CUSTOMER = ("first_name", "last_name", "email", "phone_number", "erp_code")
_PLACES = ("country", "city", "township", "district")
_ADDRESS = ("line", "title", "postcode", "notes", "first_name", "last_name", "email", "phone_number")
_BILLING = ("company_name", "tax_office", "tax_no")


def _named(name: str, *path: str) -> Column:
    return Column(name, path, lambda cell: {"name": cell}, _itself)


def _itself(value: Any) -> Any:
    return value


_ORDER = (
    text("number"),
    _named("channel", "channel"),
    Column("date_placed", ("date_placed",), instant("date_placed").read, instant("date_placed").write),
    *(text(f"customer_{name}", "customer", name) for name in _CUSTOMER),
    Column(
        "country",
        ("shipping_address", "country"),
        lambda cell: {"code": cell.lower()} if len(cell) == 2 else {"name": cell},
        _itself,
    ),
    *(_named(name, "shipping_address", name) for name in _PLACES[1:]),
    *(text(f"address_{name}", "shipping_address", name) for name in _ADDRESS),
    *(text(name, "shipping_address", name) for name in _BILLING),
)
_LINE = (
    text("sku", "items", "sku"),
    amount("quantity", "items", "quantity"),
    amount("price", "items", "price"),
    text("price_currency", "items", "price_currency"),
    *(amount(name, "items", name) for name in _MONEY),
)


def _keep(documents: Sequence[Document], now: datetime) -> list[Verdict]:
    body = OrderBody()
    current = reading(_LANGUAGE)
    rows = [_told(body, each) for each in documents]
    there = _present([row.key for row in rows if row.key is not None])
    rows = _with_places(rows, there)
    return [_verdict(row, each, there, current, now) for row, each in zip(rows, documents, strict=True)]


def _told(body: OrderBody, document: Document) -> Told:
    """An order as the API would understand it. Four queries or so, for places and products."""
    try:
        order: NewOrder = body.run_validation(dict(document))
    except ValidationError as error:
        return Told(document.get("number"), errors=cast("dict[str, Any]", error.detail))
    return Told(order.number, {"order": order})


def _with_places(rows: Sequence[Told], there: Mapping[str, Order]) -> list[Told]:
    """The rows, those that become orders with the places that they name: together, not one by one."""
    new = {place: row for place, row in enumerate(rows) if not row.errors and row.key not in there}
    orders = with_places([row.values["order"] for row in new.values()], reach=EVERYWHERE)
    found = {
        place: Told(row.key, {"order": order})
        for (place, row), order in zip(new.items(), orders, strict=True)
    }
    return [found.get(place, row) for place, row in enumerate(rows)]


def _verdict(
    row: Told, document: Document, there: Mapping[str, Order], current: Reading, now: datetime
) -> Verdict:
    if row.errors:
        return refused(row, row.errors)
    new: NewOrder = row.values["order"]
    present = there.get(new.number)
    if present is None:
        order, is_new = place_order(new, reach=EVERYWHERE, reading=current, now=now)
        if is_new:
            return Verdict(row.key, Fate.CREATED, order.pk, tuple(_first_differences(document)))
        # Another one has placed this number meanwhile.
        present = _present([new.number])[new.number]
    errors = _disagreements(new, present)
    return refused(row, errors) if errors else Verdict(row.key, Fate.UNCHANGED, present.pk)


def _present(numbers: Sequence[str]) -> dict[str, Order]:
    """The orders of these numbers with all that a table tells of them. Two queries."""
    found = Order.objects.filter(number__in=numbers).select_related("channel", "customer", "shipping_address")
    return {order.number: order for order in found.prefetch_related("orderitem_set")}


def _first_differences(document: Mapping[str, Any], *path: str) -> Iterator[Difference]:
    """What a new order tells, which differs from nothing."""
    for name, value in document.items():
        where = ".".join((*path, name))
        if name == "items":
            for line in value:
                yield Difference(where, None, f"{line.get('quantity', 1)} × {line.get('sku')}")
        elif isinstance(value, dict) and not value.keys() <= {"name", "code"}:
            yield from _first_differences(value, *path, name)
        else:
            yield Difference(where, None, next(iter(value.values())) if isinstance(value, dict) else value)


def _disagreements(new: NewOrder, present: Order) -> dict[str, Any]:
    """In what an order that is told differs from the one of its number; what is not told does not."""
    errors: dict[str, Any] = {}
    channel = present.channel
    if channel is None or new.channel not in (channel.pk, channel.name):
        errors["channel"] = _other(None if channel is None else channel.name)
    if new.date_placed is not None and new.date_placed != present.date_placed:
        errors["date_placed"] = _other(present.date_placed)
    if customer := _others_of_customer(new.customer, present.customer):
        errors["customer"] = customer
    if address := _others_of_address(new.shipping_address, present.shipping_address):
        errors["shipping_address"] = address
    if _lines_told(new) != _lines_of(present):
        errors["items"] = {"sku": [_("The order that is there has other items.")]}
    return errors


def _others(told: NewCustomer | NewAddress, present: Any, names: Sequence[str]) -> dict[str, list[str]]:
    return {
        name: _other(getattr(present, name, None))
        for name in names
        if getattr(told, name) not in (None, "", getattr(present, name, None))
    }


def _others_of_customer(told: NewCustomer, present: Any) -> dict[str, list[str]]:
    # A customer who was there when the order was placed was left as they were, whatever was told of them.
    is_known = bool(told.erp_code) and told.erp_code == getattr(present, "erp_code", None)
    return {} if is_known else _others(told, present, _CUSTOMER)


def _others_of_address(told: NewAddress, present: Any) -> dict[str, list[str]]:
    places = {
        name: [_("The order that is there goes elsewhere.")]
        for name in _PLACES
        if getattr(told, name) not in (None, getattr(present, f"{name}_id", None))
    }
    return places | _others(told, present, (*_ADDRESS, *_BILLING))


def _other(present: Any) -> list[str]:
    return [_("The order that is there has {present}.").format(present=present)]


def _lines_told(new: NewOrder) -> Counter[tuple[Any, ...]]:
    lines: Counter[tuple[Any, ...]] = Counter()
    for item in new.items:
        lines[(item.pieces.product, *(getattr(item, name) for name in _PRICE))] += item.pieces.count
    return lines


def _lines_of(present: Order) -> Counter[tuple[Any, ...]]:
    items = present.orderitem_set.all()
    return Counter((item.product_id, *(getattr(item, name) for name in _PRICE)) for item in items)


def _listed() -> Iterator[dict[str, Any]]:
    """Every line of every order that has come in whole. Two queries for each piece of them."""
    last = 0
    while orders := list(_whole_orders().filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = orders[-1].pk
        lines = OrderItem.objects.filter(order__in=[order.pk for order in orders])
        grouped: dict[int, list[dict[str, Any]]] = {}
        for line in _grouped(lines):
            grouped.setdefault(line["order_id"], []).append(line)
        for order in orders:
            head = _head(order)
            for line in grouped.get(order.pk, ()):
                yield head | line | {"sku": line["product__sku"], "quantity": line["pieces"] * 100}


def _whole_orders() -> "QuerySet[Order]":
    places = (f"shipping_address__{name}" for name in _PLACES)
    whole = Order.objects.exclude(channel=None).exclude(customer=None).exclude(shipping_address=None)
    return whole.select_related("channel", "customer", *places)


def _grouped(lines: "QuerySet[OrderItem]") -> Iterable[dict[str, Any]]:
    """Pieces of one product at one price, together."""
    alike = lines.values("order_id", "product__sku", *_PRICE)
    found: Iterable[dict[str, Any]] = alike.annotate(pieces=Count("pk"), first=Min("pk"))
    return sorted(found, key=lambda line: line["first"])


def _head(order: Order) -> dict[str, Any]:
    customer: Any = order.customer
    address: Any = order.shipping_address
    channel: Any = order.channel
    return {
        "number": order.number,
        "channel": channel.name,
        "date_placed": order.date_placed,
        **{f"customer_{name}": getattr(customer, name) for name in _CUSTOMER},
        "country": address.country.code,
        **{name: _name_of(getattr(address, name)) for name in _PLACES[1:]},
        **{f"address_{name}": getattr(address, name) for name in _ADDRESS},
        **{name: getattr(address, name) for name in _BILLING},
    }


def _name_of(place: Any) -> str | None:
    return None if place is None else str(place.name)


ORDERS = Kind("orders", (*_ORDER, *_LINE), ("number",), _keep, _listed, lines="items", batch=BATCH)
