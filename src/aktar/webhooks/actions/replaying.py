"""Sending again: one event, all that failed, all that was missed; and a test of a webhook.

What goes out again does so beside the lanes (REPLAY), with the id and the bytes of the first time. What waits
in a lane keeps its place there and is only hastened, so that nobody here has to hold a lane. What is claimed
is left to its claim.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from aktar.edge.content_types import ContentType
from aktar.edge.expressions import Clock
from aktar.edge.shapes import encode_document
from aktar.webhooks.actions.recording import record_event_for
from aktar.webhooks.actions.waking import wake
from aktar.webhooks.models import Endpoint, Event, Standing, Webhook, WebhookEvent
from aktar.webhooks.rules.event_types import EVENT_TYPES, NO_TRANSITIONS, TEST_EVENT
from aktar.webhooks.shapes import TestPayloadShape

AT_ONCE = 500
_ENDED = (Standing.DELIVERED, Standing.GIVEN_UP, Standing.HELD)
_ON_ITS_WAY = (Standing.DUE, Standing.REPLAY)
# Rows that another transaction holds are looked for again: so often, so many seconds between.
_LOOKS = 5
_LOOK_EVERY = 0.05


class WebhookNotActive(Exception):
    """What is sent to a webhook that is off would only be kept: it has to be switched on first."""


def retry(owed: WebhookEvent, *, now: datetime, then: Callable[[WebhookEvent], None] | None = None) -> None:
    """Send an event again, or, where it still waits for its turn, now. Raises WebhookNotActive.

    One that waits behind others in its lane hastens the first of them. `then` hears of it within the
    transaction.
    """
    with transaction.atomic():
        _require_active(owed.webhook_id)
        rows = WebhookEvent.objects.filter(pk=owed.pk)
        again = {"standing": Standing.REPLAY, "tries": 0, "lease": None}
        if not (
            _hasten(rows, now=now)
            or rows.filter(standing__in=_ENDED).update(**again, due_at=Clock(), modified_date=now)
        ):
            _hasten(_lane_of(owed), now=now)
        _probe(owed.endpoint_id)
        transaction.on_commit(wake)
        if then is not None:
            then(owed)


def send_test(
    webhook: Webhook, *, now: datetime, then: Callable[[WebhookEvent], None] | None = None
) -> WebhookEvent:
    """Record a test that this webhook alone is owed, and hasten those before it. Raises WebhookNotActive."""
    with transaction.atomic():
        _require_active(webhook.pk)
        payload = TestPayloadShape(webhook=webhook.pk, event_type=webhook.event_type)
        event = record_event_for(
            webhook,
            TEST_EVENT,
            content_type=ContentType.WEBHOOK,
            object_id=webhook.pk,
            payload=encode_document(payload),
            now=now,
        )
        owed = WebhookEvent.objects.get(event=event)
        _hasten(_lane_of(owed), now=now)
        _probe(owed.endpoint_id)
        if then is not None:
            then(owed)
    return owed


def recover(
    webhook: Webhook, *, since: datetime, now: datetime, then: Callable[[int], None] | None = None
) -> int:
    """Send everything again that failed since an instant; answers how much. Raises WebhookNotActive.

    What was given up goes out again in the order in which it happened; what is still tried is tried now. In
    batches, each a transaction; `then` hears the number in the last one. Called again, it does what is left.
    """
    _require_active(webhook.pk)
    own = WebhookEvent.objects.filter(webhook=webhook, modified_date__gte=since)
    # What is given up once more while this runs is not waited for: it would never end.
    given_up = own.filter(standing=Standing.GIVEN_UP, modified_date__lt=now)
    count = _hasten(own.filter(tries__gt=0), now=now)
    moments = _Moments()
    for look in range(_LOOKS):
        if look:
            if not given_up.exists():
                break
            time.sleep(_LOOK_EVERY)
        last = 0
        while ids := _recover_some(given_up.filter(event__gt=last), moments, now=now):
            count += len(ids)
            last = ids[-1]
    return _told(webhook, count, then)


def replay(
    webhook: Webhook,
    *,
    visible: Q,
    since: datetime,
    now: datetime,
    then: Callable[[int], None] | None = None,
) -> int:
    """Owe a webhook what it never got since an instant; answers how much. Raises WebhookNotActive.

    That is every kept event of the type it listens to, among those that `visible` selects, of which it was
    owed nothing. In batches, each a transaction; `then` hears the number in the last one. Called again, it
    does what is left.
    """
    _require_active(webhook.pk)
    heard = Event.objects.filter(visible, _told_as(webhook.event_type), created_at__gte=since)
    missed = heard.filter(~Exists(WebhookEvent.objects.filter(webhook=webhook, event=OuterRef("pk"))))
    first = Event.objects.filter(created_at__gte=since).aggregate(first=Min("pk"))["first"]
    count = 0
    moments = _Moments()
    last = first - 1 if first is not None else None
    while last is not None:
        batch = missed.filter(pk__gt=last, created_at__lte=now)
        last, owed = _replay_some(webhook, batch, moments, now=now)
        count += owed
    return _told(webhook, count, then)


class _Moments:
    """Instants of the database's clock, a microsecond apart: what is due one after the other goes out so."""

    def __init__(self) -> None:
        self._next: datetime = Endpoint.objects.values_list(Clock(), flat=True)[:1].get()

    def next(self) -> datetime:
        self._next += timedelta(microseconds=1)
        return self._next


def _recover_some(given_up: "QuerySet[WebhookEvent]", moments: _Moments, *, now: datetime) -> list[int]:
    """Send a batch again; answers the ids of its events."""
    with transaction.atomic():
        rows = given_up.order_by("event").select_for_update(skip_locked=True, no_key=True, of=("self",))
        found = list(rows.values_list("pk", "event_id")[:AT_ONCE])
        again = [WebhookEvent(pk=pk, due_at=moments.next()) for pk, _ in found]
        WebhookEvent.objects.filter(pk__in=[row.pk for row in again]).update(
            standing=Standing.REPLAY, tries=0, due_at=Clock(), modified_date=now
        )
        WebhookEvent.objects.bulk_update(again, ["due_at"])
        transaction.on_commit(wake)
    return [event for _, event in found]


def _replay_some(
    webhook: Webhook, missed: "QuerySet[Event]", moments: _Moments, *, now: datetime
) -> tuple[int | None, int]:
    """Owe a batch; answers the last event of it, None where there was none, and how many are owed by it."""
    with transaction.atomic():
        # Locked, so that they cannot be pruned meanwhile.
        rows = missed.order_by("pk").select_for_update(no_key=True, of=("self",))
        found = list(rows.values_list("pk", "content_type", "object_id", "sequence")[:AT_ONCE])
        owed = [
            WebhookEvent(
                webhook_id=webhook.pk,
                endpoint_id=webhook.endpoint_id,
                event_id=event,
                created_date=now,
                modified_date=now,
                event_type=webhook.event_type,
                content_type=content_type,
                object_id=object_id,
                sequence=sequence,
                standing=Standing.REPLAY,
                due_at=moments.next(),
            )
            for event, content_type, object_id, sequence in found
        ]
        # Another one may replay for the same webhook in this moment; each event is owed once.
        WebhookEvent.objects.bulk_create(owed, ignore_conflicts=True)
        transaction.on_commit(wake)
        return (found[-1][0] if found else None), _written(owed)


def _written(owed: Sequence[WebhookEvent]) -> int:
    return WebhookEvent.objects.filter(uuid__in=[row.uuid for row in owed]).count() if owed else 0


def _told_as(name: str) -> Q:
    """Which events are told under a name: those of that type, and all that a general name stands for."""
    known = EVENT_TYPES.get(name)
    if known is None or known.stands_for is None:
        return Q(type=name)
    return Q(type__startswith=known.stands_for) & ~Q(type__in=NO_TRANSITIONS)


def _require_active(webhook: int) -> None:
    if not Webhook.objects.filter(pk=webhook, is_active=True).exists():
        raise WebhookNotActive


def _hasten(rows: "QuerySet[WebhookEvent]", *, now: datetime) -> int:
    """Make what is on its way, and in nobody's hand, due now; answers how many."""
    waiting = rows.filter(standing__in=_ON_ITS_WAY, lease=None)
    return waiting.update(due_at=Clock(), modified_date=now)


def _lane_of(owed: WebhookEvent) -> "QuerySet[WebhookEvent]":
    """What is due in the lane of an event: its head."""
    return WebhookEvent.objects.filter(
        endpoint_id=owed.endpoint_id,
        content_type=owed.content_type,
        object_id=owed.object_id,
        standing=Standing.DUE,
    )


def _probe(endpoint: int) -> None:
    """End an endpoint's pause: somebody who asks wants to see now. If it fails once more, it rests again."""
    Endpoint.objects.filter(pk=endpoint, paused_until__isnull=False).update(paused_until=None)


def _told(webhook: Webhook, count: int, then: Callable[[int], None] | None) -> int:
    with transaction.atomic():
        _probe(webhook.endpoint_id)
        transaction.on_commit(wake)
        if then is not None:
            then(count)
    return count
