"""Telling the outbox what became of a transfer order and of its shipment."""

from collections.abc import Sequence
from datetime import datetime

from aktar.edge.content_types import ContentType
from aktar.edge.references import Reading
from aktar.edge.shapes import encode_document
from aktar.places.queries import audience_at, hearers_of
from aktar.transfers.models import TransferOrder
from aktar.transfers.queries import transfer_order_payload, transfer_order_payloads
from aktar.transfers.rules import CREATED_EVENT, SHIPMENT_EVENTS
from aktar.transfers.shapes import TransferOrderPayloadShape, TransferShipmentPayloadShape
from aktar.webhooks.actions import News, record_event, record_events

PAYLOAD_LANGUAGE = "en-us"


def tell(
    order: TransferOrder,
    event_type: str,
    current: Reading,
    now: datetime,
    *,
    also_as: str | None = None,
    handler: str | None = None,
) -> None:
    """Record an event of a transfer order whose row is locked, with its payload as it is now.

    `handler` is the code of the command that ran; where it moved a shipment, that is told beside it.
    """
    payload = transfer_order_payload(order.pk, current)
    record_event(
        event_type,
        also_as=also_as,
        content_type=ContentType.TRANSFER_ORDER,
        object_id=order.pk,
        payload=encode_document(payload),
        audience=audience_at(order.source_id, order.destination_id),
        source=order.source_id,
        destination=order.destination_id,
        now=now,
    )
    if handler in SHIPMENT_EVENTS and payload.transfer_shipment is not None:
        _tell_of_shipment(order, SHIPMENT_EVENTS[handler], payload, now)


def tell_of_made(orders: Sequence[TransferOrder], current: Reading, now: datetime) -> None:
    """Record that each of these was made, as `tell` does of one; in as many queries however many they are."""
    ids = [order.pk for order in orders]
    ends = {end for order in orders for end in (order.source_id, order.destination_id)}
    hearers = hearers_of(ends, event_types=(CREATED_EVENT,))
    record_events(
        [
            News(
                event_type=CREATED_EVENT,
                object_id=order.pk,
                payload=encode_document(payload),
                heard_by=hearers[order.source_id] | hearers[order.destination_id],
                source=order.source_id,
                location=order.destination_id,
            )
            for order, payload in zip(orders, transfer_order_payloads(ids, current), strict=True)
        ],
        content_type=ContentType.TRANSFER_ORDER,
        now=now,
    )


def _tell_of_shipment(
    order: TransferOrder, event_type: str, payload: TransferOrderPayloadShape, now: datetime
) -> None:
    shipment = payload.transfer_shipment
    assert shipment is not None  # noqa: S101 - the caller has looked
    record_event(
        event_type,
        content_type=ContentType.SHIPMENT,
        object_id=shipment.id,
        payload=encode_document(
            TransferShipmentPayloadShape(
                id=shipment.id,
                transfer_order=order.pk,
                transfer_order_number=payload.number,
                package=payload.package,
                package_number=payload.package_number,
                state=shipment.state,
                cargo_company=shipment.cargo_company,
                awb_number=shipment.awb_number,
                tracking_url=shipment.tracking_url,
            )
        ),
        audience=audience_at(order.source_id, order.destination_id),
        source=order.source_id,
        destination=order.destination_id,
        now=now,
    )
