"""What tests of delivery need: events to be told, turns to be taken by hand, and what is left to do."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from aktar.webhooks.actions import Claimed, Kind, Outcome, Turn, record_event, take_turn
from aktar.webhooks.models import Event, Standing, Webhook, WebhookEvent

LEASE = timedelta(seconds=60)
EVERYBODY = Q()


def tell(object_id: int = 1, event_type: str = "transfer.status.created", **values: Any) -> Event:
    """Record an event of an object."""
    with transaction.atomic():
        return record_event(
            event_type,
            content_type=values.pop("content_type", 6),
            object_id=object_id,
            payload=f'{{"id":{object_id}}}',
            audience=values.pop("audience", EVERYBODY),
            now=values.pop("now", None) or datetime.now(UTC),
            **values,
        )


def turn(
    outcomes: Sequence[Outcome] = (), wanted: Mapping[int, int] | None = None, *, attempts: int = 25
) -> Turn:
    """Take one turn."""
    return take_turn(
        outcomes, wanted or {}, lease=LEASE, attempts=attempts, chance=random.Random(1), now=datetime.now(UTC)
    )


def claimed(webhook: Webhook, most: int = 100) -> list[Claimed]:
    """Claim what is due at a webhook's endpoint."""
    return turn(wanted={webhook.endpoint_id: most}).claimed[webhook.endpoint_id]


def answered(one: Claimed, status: int = 200, **rest: Any) -> Outcome:
    return Outcome(one, Kind.ANSWERED, datetime.now(UTC), duration_ms=3, status=status, content=b"OK", **rest)


def make_due() -> None:
    """Let no time have to pass before the next try."""
    WebhookEvent.objects.filter(standing__in=(Standing.DUE, Standing.REPLAY)).update(
        due_at=datetime.now(UTC) - timedelta(seconds=1)
    )
    from aktar.webhooks.models import Endpoint

    Endpoint.objects.update(paused_until=None)


def standings(webhook: Webhook) -> list[Standing]:
    """How far each of a webhook's events is, in the order of their sequence."""
    rows = WebhookEvent.objects.filter(webhook=webhook).order_by("object_id", "sequence")
    return [Standing(value) for value in rows.values_list("standing", flat=True)]
