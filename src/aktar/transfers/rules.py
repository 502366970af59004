"""What is true of transfer orders whatever the database: their states, events, numbers and parameters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

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


def transfer_event(status: str) -> str:
    """The event type that tells of a transfer order reaching a state."""
    return f"transfer.status.{status}"


class TransferOrderUnknown(Exception):
    """No transfer order of this id exists where the caller may see it."""


class TransitionLogUnknown(Exception):
    """No log of this id belongs to this object where the caller may see it."""


class CargoCompanyUnknown(Exception):
    """`cargo_company` names no cargo company."""


class CargoCompanyRequired(Exception):
    """The command hands the goods to a carrier, and `cargo_company` does not say to which."""


class PackageDisagrees(Exception):
    """The body's `package` is not the package of the transfer order."""


@dataclass(frozen=True, slots=True)
class CommandParameters:
    """What a command was given: `given` whole, as it is logged, and the parts that effects read."""

    given: Mapping[str, Any] = field(default_factory=dict)
    cargo_company: int | None = None
    awb_number: str | None = None
    tracking_url: str | None = None


def next_number(package_number: str, taken: Iterable[str]) -> str:
    """The number of a package's next transfer order: `{package}T{m}`, m counting on over renewals."""
    start = f"{package_number}T"
    counts = [
        int(number.removeprefix(start))
        for number in taken
        if number.startswith(start) and number.removeprefix(start).isdecimal()
    ]
    return f"{start}{max(counts, default=0) + 1}"
