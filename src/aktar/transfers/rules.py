"""What is true of transfer orders whatever the database: their states, events, numbers and parameters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from aktar.orders.rules import NewOrder, NewPackage, Pieces, series

TRANSFER_STATUS = "TransferStatus"
SHIPMENT_STATUS = "ShipmentStatus"


class TransferStatus(StrEnum):
    """`enum_value` of the state of a transfer order and of its items."""

    WAITING = "waiting"
    READY_TO_SHIPMENT = "ready_to_shipment"
    IN_TRANSIT = "in_transit"
    TRANSFERRED = "transferred"
    CANCELLED = "cancelled"


class ShipmentStatus(StrEnum):
    """`enum_value` of the state of a shipment."""

    CREATED = "created"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


OPEN = (TransferStatus.WAITING, TransferStatus.READY_TO_SHIPMENT, TransferStatus.IN_TRANSIT)

CREATED_EVENT = "transfer.status.created"
TRANSITIONED_EVENT = "transfer.status.transitioned"

# By the handler code of the command that moves a shipment.
SHIPMENT_EVENTS = {
    "ready_advance": "shipment.created",
    "dispatch": "shipment.status.updated",
    "deliver": "shipment.status.updated",
    "cancel": "shipment.cancelled",
    "renew": "shipment.cancelled",
}


def transfer_event(status: str) -> str:
    """The event type that tells of a transfer order reaching a state."""
    return f"transfer.status.{status}"


class TransferOrderUnknown(Exception):
    """No transfer order of this id exists where the caller may see it."""


class VersionDisagrees(Exception):
    """The transfer order has changed since the caller read it."""


class TransitionLogUnknown(Exception):
    """No log of this id belongs to this object where the caller may see it."""


class CargoCompanyUnknown(Exception):
    """`cargo_company` names no cargo company."""


class CargoCompanyRequired(Exception):
    """The command hands the goods to a carrier, and `cargo_company` does not say to which."""


class RenewalRefused(Exception):
    """A parameter of a renewal, `field`, is none of those it can be."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class LossElsewhere(Exception):
    """A loss is declared by somebody who does not work at the source, whose books it would change."""


class PackageDisagrees(Exception):
    """The body's `package` is not the package of the transfer order."""


class NotAtEitherEnd(Exception):
    """The caller works neither at the source nor at the destination."""


class ItemsInTransfer(Exception):
    """Package items are to be brought that another transfer order brings; `numbers` are its, by item."""

    def __init__(self, numbers: Mapping[int, str]) -> None:
        super().__init__(numbers)
        self.numbers = numbers


class ItemsNotOfPackage(Exception):
    """A transfer order brings one or more items of its own package, and no others."""


class Fault(StrEnum):
    """Why a transfer order cannot be made as it is wished."""

    PACKAGE_UNKNOWN = "package unknown"
    ORDER_UNKNOWN = "order unknown"
    PLACE_UNKNOWN = "place unknown"
    ORDER_DISAGREES = "order disagrees"
    DESTINATION_DISAGREES = "destination disagrees"
    PACKAGE_CLOSED = "package closed"
    PACKAGE_NUMBER_TAKEN = "package number taken"
    NOTHING_TO_PACK = "nothing to pack"
    NOT_IN_ORDER = "not in order"
    NOT_IN_PACKAGE = "not in package"
    TOO_FEW = "too few"
    IN_TRANSFER = "in transfer"
    THERE_ALREADY = "there already"
    SHORT_OF_STOCK = "short of stock"


CONFLICTS = frozenset(
    {
        Fault.PACKAGE_CLOSED,
        Fault.PACKAGE_NUMBER_TAKEN,
        Fault.NOTHING_TO_PACK,
        Fault.IN_TRANSFER,
        Fault.THERE_ALREADY,
        Fault.SHORT_OF_STOCK,
    }
)
"""Faults of the present state of things; the same wish can be good at another time."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A fault and its place in the wish; `about` fills its sentence."""

    place: tuple[str | int, ...]
    fault: Fault
    about: Mapping[str, Any] = field(default_factory=dict)


class WishRefused(Exception):
    """A transfer order cannot be made as it is wished, for all of these reasons."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__([refusal.fault for refusal in refusals])
        self.refusals = tuple(refusals)


class WishConflicts(WishRefused):
    """Nothing is wrong with the wish but the state that things are in."""


@dataclass(frozen=True, slots=True)
class TransferWish:
    """A transfer order as somebody outside wants it.

    Locations are ids, and so are a package and an order that are there. Without `target_transfer_date` the
    source's usual interval holds.
    """

    source: int
    destination: int
    package: int | NewPackage
    order: int | NewOrder | None
    items: tuple[Pieces, ...]
    target_transfer_date: datetime | None = None
    invoice_number: str | None = None
    remote_id: str | None = None


@dataclass(frozen=True, slots=True)
class CommandParameters:
    """What a command was given: `given` whole, as it is logged, and the parts that effects read."""

    given: Mapping[str, Any] = field(default_factory=dict)
    cargo_company: int | None = None
    awb_number: str | None = None
    tracking_url: str | None = None


RENEWAL_REASONS = ("not_found", "wrong_product", "damaged", "other")


@dataclass(frozen=True, slots=True)
class Renewal:
    """Why the source could not send the goods, and whether they are to be written off there."""

    reason: str
    declare_loss: bool


def renewal_of(given: Mapping[str, Any]) -> Renewal:
    """What a renewal was given; without a reason the goods were not found. Raises RenewalRefused."""
    # A form that was not filled in sends null or an empty text; zero or an empty list is a mistake.
    said = {name: value for name, value in given.items() if value is not None and value != ""}
    reason, declare_loss = said.get("reason", "not_found"), said.get("declare_loss", False)
    if reason not in RENEWAL_REASONS:
        raise RenewalRefused("reason")
    if not isinstance(declare_loss, bool):
        raise RenewalRefused("declare_loss")
    return Renewal(reason=reason, declare_loss=declare_loss)


def next_numbers(package_number: str, taken: Iterable[str], count: int) -> list[str]:
    """The numbers of a package's next transfer orders: `{package}T{m}`, m counting on over renewals."""
    return list(islice(series(f"{package_number}T", set(taken)), count))
