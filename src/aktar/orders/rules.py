"""The states of orders, packages and their items, the events of packages, and orders yet to be placed."""

import itertools
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

ORDER_STATUS = "OrderStatus"

PACKAGE_STATUS = "PackageStatus"
PACKAGE_ITEM_STATUS = "PackageItemStatus"


class OrderStatus(StrEnum):
    """`enum_value` of the state of an order and of its items, where an action knows it."""

    CANCELLATION_WAITING = "50"
    CANCELLED = "100"
    WAITING = "200"
    PAYMENT_WAITING = "300"
    CONFIRMATION_WAITING = "350"
    APPROVED = "400"
    INACTIVE = "425"
    PREPARING = "450"


CANCELLABLE = frozenset(OrderStatus) - {OrderStatus.CANCELLED}
"""An order in one of these has not left for the customer, and can be cancelled."""


class PackageStatus(StrEnum):
    """`enum_value` of a package's state."""

    WAITING = "100"
    WAITING_FOR_TRANSFER = "150"
    PREPARING = "200"
    READY_FOR_PACKAGING = "400"
    PACKED = "500"
    CANCELLED = "600"
    OUT_OF_STOCK = "920"


class PackageItemStatus(StrEnum):
    """`enum_value` of a package item's state."""

    WAITING = "100"
    SELECTED_FOR_TRANSFER = "150"
    CANCELLED = "600"
    OUT_OF_STOCK = "920"


ORDER_CANCELLED = "order.cancelled"
ORDER_AT_RISK = "order.at_risk"

PACKAGE_CREATED = "package.created"
PACKAGE_TRANSITIONED = "package.status.transitioned"

PACKAGE_EVENTS = {
    PackageStatus.WAITING: "package.status.waiting",
    PackageStatus.WAITING_FOR_TRANSFER: "package.status.waiting_for_transfer",
    PackageStatus.PREPARING: "package.status.preparing",
    PackageStatus.READY_FOR_PACKAGING: "package.status.ready_for_packaging",
    PackageStatus.PACKED: "package.status.packed",
    PackageStatus.CANCELLED: "package.status.cancelled",
    PackageStatus.OUT_OF_STOCK: "package.status.contains_out_of_stock_products",
}

CLOSED = frozenset({PackageStatus.PACKED, PackageStatus.CANCELLED})
"""A package in one of these is no longer touched by what becomes of its transfers."""


PIECE = 100
"""What one order item and one package item are of their product, in hundredths."""


class NothingToPack(Exception):
    """Every item of the order is in a package already."""


class PackageNumberTaken(Exception):
    """A package of another order has this number."""


class NotInOrder(Exception):
    """The order has fewer pieces of some products, outside of packages, than are to be packed."""

    def __init__(self, lines: Iterable[int]) -> None:
        self.lines = tuple(lines)
        super().__init__(self.lines)


@dataclass(frozen=True, slots=True)
class Pieces:
    """So many pieces of a product."""

    product: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer to be found by `erp_code` within the channel, or made."""

    first_name: str
    last_name: str
    email: str = ""
    phone_number: str = ""
    erp_code: str | None = None


@dataclass(frozen=True, slots=True)
class NewAddress:
    """Where a new order shall go; a place is told by its id, or by the name of one that may be new."""

    country: int
    city: int | str
    township: int | str
    district: int | str | None
    line: str
    title: str = ""
    postcode: str | None = None
    notes: str | None = None
    email: str | None = None
    phone_number: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company_name: str = ""
    tax_office: str = ""
    tax_no: str = ""


@dataclass(frozen=True, slots=True)
class NewOrderItem:
    """Pieces of a product at one price each (money in hundredths of `price_currency`)."""

    pieces: Pieces
    price: int
    net_amount: int
    price_currency: str
    retail_price: int | None = None
    tax_rate: int | None = None
    tax_amount: int | None = None
    discount_amount: int | None = None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as it comes from outside; `channel` is an id, or the name of one that may be new."""

    number: str
    channel: int | str
    customer: NewCustomer
    shipping_address: NewAddress
    items: tuple[NewOrderItem, ...]
    date_placed: datetime | None = None


def content_digest(new: NewOrder, *, channel: int | None) -> str:
    """What two bodies of one order share, as SHA-256; `channel` is the id of the one they name.

    It is made of what is said, not of how: in whatever order its items stand, and pieces at one price in one
    line or in several.
    """
    said = _said(asdict(new) | {"channel": channel})
    pieces: Counter[str] = Counter()
    for item in said["items"]:
        of_one = item.pop("pieces")
        pieces[json.dumps(item | {"product": of_one["product"]}, sort_keys=True)] += of_one["count"]
    said["items"] = sorted(pieces.items())
    return sha256(json.dumps(said, sort_keys=True, default=datetime.isoformat).encode()).hexdigest()


def _said(values: Any) -> Any:
    """Without what is empty, so that a field which comes to be one day leaves earlier digests as they are."""
    if isinstance(values, dict):
        return {name: _said(value) for name, value in values.items() if value not in (None, "")}
    return [_said(value) for value in values] if isinstance(values, (list, tuple)) else values


@dataclass(frozen=True, slots=True)
class NewPackage:
    """A package to be made of an order: `pieces` of it, or whatever no package holds yet."""

    number: str | None = None
    pieces: tuple[Pieces, ...] | None = None


_MOST_DIGITS = 9
"""A number of more was chosen by somebody and not counted; counting on from it, it might not fit any more."""


def series(start: str, taken: Collection[str]) -> Iterator[str]:
    """The numbers that follow the highest of `{start}1`, `{start}2`, … among those taken. They never end."""
    rests = (number.removeprefix(start) for number in taken if number.startswith(start))
    counts = (int(rest) for rest in rests if len(rest) <= _MOST_DIGITS and rest.isdecimal())
    numbers = (f"{start}{place}" for place in itertools.count(max(counts, default=0) + 1))
    return (number for number in numbers if number not in taken)


def package_numbers(order_number: str, taken: Collection[str]) -> Iterator[str]:
    """The numbers of an order's next packages, one after the other: `{order}P{n}`."""
    return series(f"{order_number}P", taken)
