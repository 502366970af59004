"""What the demo's story is told about before it becomes rows: orders, packages, transfers, their steps."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from aktar.site.demo.assortment import Article
from aktar.site.demo.geography import Site

Handler = Literal["ready", "ready_advance", "dispatch", "deliver", "cancel", "renew"]


@dataclass(frozen=True, slots=True)
class Doer:
    """Who makes a move: a user by name, and whom an application names as the person behind it."""

    username: str
    remote_user_pk: str | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """What a store enters when a carrier takes the goods; without a tracking number only who it is."""

    cargo_company: str
    awb_number: str | None = None
    tracking_url: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A command that will be run on a transfer; `renewed_from` is the source that a renewal finds, if any."""

    at: datetime
    handler: Handler
    by: Doer
    handover: Handover | None = None
    renewed_from: Site | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A number that another system sets on a transfer."""

    at: datetime
    field: Literal["invoice_number", "remote_id"]
    value: str


@dataclass(slots=True)
class Person:
    """A customer with an address; `number` is the row's id."""

    number: int
    first_name: str
    last_name: str
    email: str
    phone: str
    channel: str
    home: Site
    line: str
    since: datetime


@dataclass(slots=True)
class Line:
    """One piece ordered, and its place in a package; money in hundredths."""

    article: Article
    discount: int
    package_item_modified: datetime
    id: int = 0
    package_item_id: int = 0
    package_item_state: str = "100"


@dataclass(slots=True)
class Shipment:
    """The parcel of a transfer; its state follows the transfer's."""

    id: int
    created_at: datetime
    handover: Handover
    modified_at: datetime
    state: str = "created"


@dataclass(slots=True)
class Transfer:
    """A transfer order of one line, from a source to its package's site; its item has the same id."""

    id: int
    package: "Package"
    line: Line
    source: Site
    number: str
    target: datetime
    created_at: datetime
    modified_at: datetime
    moved_at: datetime
    state: str = "waiting"
    version: int = 1
    shipment: Shipment | None = None
    invoice_number: str | None = None
    remote_id: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether goods are still expected."""
        return self.state not in ("transferred", "cancelled")


@dataclass(slots=True)
class Package:
    """What one site sends to the customer; `lacking` are the lines it must be sent, each with who has it."""

    number: str
    site: Site
    lines: list[Line]
    lacking: list[tuple[Line, Site]]
    modified_at: datetime
    id: int = 0
    state: str = "100"
    transfers: list[Transfer] = field(default_factory=list)

    def next_transfer_number(self) -> str:
        """Number the next transfer of this package; renewals count on."""
        return f"{self.number}T{len(self.transfers) + 1}"


@dataclass(slots=True)
class Purchase:
    """An order of the demo; `number` counts from 1 and is the row's id."""

    number: int
    order_number: str
    person: Person
    is_new_person: bool
    placed_at: datetime
    planned_at: datetime
    lines: list[Line]
    packages: list[Package]
    awaited: int = 0  # what is still to come: its planning, steps, notes
