"""The yardstick's event: what the product writes of a move, written with the ORM."""

from datetime import datetime

from django.db import transaction

from aktar.places.queries import hears_of
from aktar.transfers.models import TransferOrder
from aktar.transfers.rules import TRANSITIONED_EVENT, transfer_event
from aktar.webhooks.actions import wake
from aktar.webhooks.models import Event, EventPosition, ObjectSequence, Standing, Webhook, WebhookEvent
from aktar.workflow.models import State


def record(order: TransferOrder, state: State, payload: str, *, now: datetime) -> None:
    """Write the event and what each listener is owed of it, in the same order and under the same lock."""
    of_order = {"content_type": order.content_type, "object_id": order.pk}
    sequence, is_new = ObjectSequence.objects.select_for_update().get_or_create(
        **of_order, defaults={"last": 1}
    )
    if not is_new:
        sequence.last += 1
        sequence.save()
    event = Event.objects.create(
        type=transfer_event(state.enum_value),
        sequence=sequence.last,
        payload=payload,
        created_at=now,
        source_location=order.source_id,
        destination_location=order.destination_id,
        **of_order,
    )
    EventPosition.objects.create(event=event)
    webhooks = Webhook.objects.filter(
        hears_of(order.source_id, order.destination_id),
        is_active=True,
        event_type__in=(event.type, TRANSITIONED_EVENT),
    )
    waiting = WebhookEvent.objects.filter(**of_order, standing__in=(Standing.BLOCKED, Standing.DUE))
    taken = set(waiting.values_list("endpoint_id", flat=True))
    for webhook in webhooks.order_by("id"):
        is_head = webhook.endpoint_id not in taken
        taken.add(webhook.endpoint_id)
        WebhookEvent.objects.create(
            webhook=webhook,
            endpoint_id=webhook.endpoint_id,
            event=event,
            created_date=now,
            modified_date=now,
            event_type=webhook.event_type,
            sequence=event.sequence,
            standing=Standing.DUE if is_head else Standing.BLOCKED,
            due_at=now if is_head else None,
            **of_order,
        )
    transaction.on_commit(wake)
