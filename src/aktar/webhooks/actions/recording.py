"""Recording what happened: the Event, always, and what each listener is owed of it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from aktar.edge.expressions import Clock
from aktar.webhooks.actions.waking import wake
from aktar.webhooks.models import Event, EventPosition, ObjectSequence, Standing, Webhook, WebhookEvent
from aktar.webhooks.queries import Audience, Listening, listening


def record_event(
    event_type: str,
    *,
    also_as: str | None = None,
    content_type: int,
    object_id: int,
    payload: str,
    audience: Audience | Q,
    source: int | None = None,
    destination: int | None = None,
    now: datetime,
) -> Event:
    """Write one Event, always, and a WebhookEvent for each active webhook that listens. At most six queries.

    `payload` is frozen as it is given. `also_as` is the general name under which listeners get the event
    too. `audience` finds the webhooks that may hear of it, or is the condition on them; `source` and
    `destination` are the stock locations whose people may read it in the feed. Called outside of a
    transaction it raises TransactionManagementError. After the commit, whoever delivers in this process
    is woken.
    """
    event = _written(
        Event(
            type=event_type,
            content_type=content_type,
            object_id=object_id,
            payload=payload,
            created_at=now,
            source_location=source,
            destination_location=destination,
        )
    )
    names = event_type, also_as or event_type
    _owe(event, list(listening(audience, *names)) if isinstance(audience, Q) else audience(*names), now)
    return event


def record_event_for(
    webhook: Webhook, event_type: str, *, content_type: int, object_id: int, payload: str, now: datetime
) -> Event:
    """Write one Event that one webhook is owed, whatever it listens to. Otherwise as `record_event`."""
    event = _written(
        Event(
            type=event_type,
            content_type=content_type,
            object_id=object_id,
            payload=payload,
            created_at=now,
        )
    )
    _owe(event, [(webhook.pk, webhook.endpoint_id, event_type)], now)
    return event


def _written(event: Event) -> Event:
    """The event as the next of its object; whoever delivers is woken after the commit."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded in the transaction of its change.")
    event.sequence = _next_sequence(event.content_type, event.object_id)
    event.save(force_insert=True)
    EventPosition.objects.bulk_create([EventPosition(event_id=event.pk)])
    transaction.on_commit(wake)
    return event


def _next_sequence(content_type: int, object_id: int) -> int:
    """The object's next number; holds its row locked until the transaction ends. One query."""
    table = connection.ops.quote_name(ObjectSequence._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (content_type, object_id, last) VALUES (%s, %s, 1) "  # noqa: S608 - ours
            f"ON CONFLICT (content_type, object_id) DO UPDATE SET last = {table}.last + 1 RETURNING last",
            [int(content_type), object_id],
        )
        sequence: int = cursor.fetchone()[0]
    return sequence


def _owe(event: Event, listeners: Sequence[Listening], now: datetime) -> None:
    """Queue the event for those who listen; at the head of each lane that is empty."""
    if not listeners:
        return
    waiting = WebhookEvent.objects.filter(
        endpoint__in={endpoint for _, endpoint, _ in listeners},
        content_type=event.content_type,
        object_id=event.object_id,
        standing__in=(Standing.BLOCKED, Standing.DUE),
    )
    taken = set(waiting.values_list("endpoint_id", flat=True))
    owed = []
    for webhook, endpoint, name in listeners:
        is_head = endpoint not in taken
        taken.add(endpoint)
        owed.append(
            WebhookEvent(
                webhook_id=webhook,
                endpoint_id=endpoint,
                event=event,
                created_date=now,
                modified_date=now,
                event_type=name,
                content_type=event.content_type,
                object_id=event.object_id,
                sequence=event.sequence,
                standing=Standing.DUE if is_head else Standing.BLOCKED,
                due_at=Clock() if is_head else None,
            )
        )
    WebhookEvent.objects.bulk_create(owed)
