"""Telling the outbox what became of a transfer order."""

from datetime import datetime

from aktar.edge.content_types import ContentType
from aktar.edge.references import Reading
from aktar.edge.shapes import encode_document
from aktar.transfers.models import TransferOrder
from aktar.transfers.queries import transfer_order_payload
from aktar.webhooks.actions import record_event

PAYLOAD_LANGUAGE = "en-us"


def tell(
    order: TransferOrder, event_type: str, current: Reading, now: datetime, *, also_as: str | None = None
) -> None:
    """Record an event of a transfer order whose row is locked, with its payload as it is now."""
    record_event(
        event_type,
        also_as=also_as,
        content_type=ContentType.TRANSFER_ORDER,
        object_id=order.pk,
        payload=encode_document(transfer_order_payload(order.pk, current)),
        now=now,
    )
