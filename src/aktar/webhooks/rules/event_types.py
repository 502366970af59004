"""The types of events that a webhook can listen to, what each is about, and which names stand for several."""

from collections.abc import Mapping
from dataclasses import dataclass

from aktar.edge.content_types import ContentType

TEST_EVENT = "webhook.test"
"""What a webhook is sent to try it out; it is owed to that webhook alone, and nobody listens to it."""


@dataclass(frozen=True, slots=True)
class EventType:
    """A name to listen under: it tells of changes of one kind of object."""

    name: str
    content_type: ContentType
    stands_for: str | None = None
    """Where the name is a general one, how the names of all that it tells of begin."""


EVENT_TYPES: Mapping[str, EventType] = {
    kind.name: kind
    for kind in (
        EventType("transfer.status.created", ContentType.TRANSFER_ORDER),
        EventType("transfer.status.transitioned", ContentType.TRANSFER_ORDER, "transfer.status."),
        EventType("transfer.status.ready_to_shipment", ContentType.TRANSFER_ORDER),
        EventType("transfer.status.in_transit", ContentType.TRANSFER_ORDER),
        EventType("transfer.status.transferred", ContentType.TRANSFER_ORDER),
        EventType("transfer.status.cancelled", ContentType.TRANSFER_ORDER),
        EventType("order.at_risk", ContentType.ORDER),
        EventType("order.cancelled", ContentType.ORDER),
        EventType("package.created", ContentType.PACKAGE),
        EventType("package.status.transitioned", ContentType.PACKAGE, "package.status."),
        EventType("package.status.waiting", ContentType.PACKAGE),
        EventType("package.status.waiting_for_transfer", ContentType.PACKAGE),
        EventType("package.status.preparing", ContentType.PACKAGE),
        EventType("package.status.ready_for_packaging", ContentType.PACKAGE),
        EventType("package.status.packed", ContentType.PACKAGE),
        EventType("package.status.cancelled", ContentType.PACKAGE),
        EventType("package.status.contains_out_of_stock_products", ContentType.PACKAGE),
        EventType("shipment.created", ContentType.SHIPMENT),
        EventType("shipment.status.updated", ContentType.SHIPMENT),
        EventType("shipment.cancelled", ContentType.SHIPMENT),
        EventType("stock_location.created", ContentType.STOCK_LOCATION),
        EventType("stock_location.updated", ContentType.STOCK_LOCATION),
    )
}

NO_TRANSITIONS = frozenset({"transfer.status.created"})
"""What begins like a transition and is none."""
