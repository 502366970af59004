"""Writes of the outbox: recording what happened and who is owed the news."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from aktar.webhooks.models import Event, Webhook, WebhookEvent


def record_event(
    event_type: str,
    *,
    also_as: str | None = None,
    content_type: int,
    object_id: int,
    payload: str,
    now: datetime,
) -> Event:
    """Write one Event, always, and a WebhookEvent for each active webhook that listens. At most four queries.

    `payload` is frozen as it is given. `also_as` is the general name under which listeners get the event
    too. The caller holds the object's row locked, so that `sequence` has neither gap nor twin; called outside
    of a transaction it raises TransactionManagementError.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded in the transaction of its change.")
    of_object = Event.objects.filter(content_type=content_type, object_id=object_id)
    last = of_object.aggregate(last=Max("sequence"))["last"] or 0
    event = Event.objects.create(
        type=event_type,
        content_type=content_type,
        object_id=object_id,
        sequence=last + 1,
        payload=payload,
        created_at=now,
    )
    names = [event_type] if also_as is None else [event_type, also_as]
    listening = Webhook.objects.filter(is_active=True, event_type__in=names).order_by("id")
    WebhookEvent.objects.bulk_create(
        WebhookEvent(
            webhook_id=webhook,
            event=event,
            created_date=now,
            modified_date=now,
            event_type=name,
            content_type=content_type,
            object_id=object_id,
        )
        for webhook, name in listening.values_list("id", "event_type")
    )
    return event
