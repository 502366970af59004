"""Pruning: what was settled long ago goes, in small batches that hold no lock for long."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef

from aktar.edge.expressions import OneOf
from aktar.webhooks.models import Event, EventPosition, FeedHead, Standing, WebhookAttempt, WebhookEvent

PRUNED_AT_ONCE = 500


def prune(*, before: datetime) -> int:
    """Delete what was settled before an instant, and the events that nobody is owed; answers how many rows.

    Attempts go with their WebhookEvent. What is still on its way, or kept for an inactive webhook, stays, and
    its Event with it.
    """
    pruned = 0
    while batch := prune_some(before=before):
        pruned += batch
    return pruned


def prune_some(*, before: datetime) -> int:
    """Delete one batch; answers how many rows, 0 when nothing is left. A transaction of its own."""
    return _prune_owed(before) or _prune_events(before)


def _prune_owed(before: datetime) -> int:
    settled = WebhookEvent.objects.filter(
        OneOf("standing", Standing.DELIVERED, Standing.GIVEN_UP), modified_date__lt=before
    ).order_by("modified_date")
    with transaction.atomic(durable=True):
        ids = list(settled.select_for_update(skip_locked=True).values_list("pk", flat=True)[:PRUNED_AT_ONCE])
        WebhookAttempt.objects.filter(webhook_event__in=ids)._raw_delete("default")
        return WebhookEvent.objects.filter(pk__in=ids)._raw_delete("default")


def _prune_events(before: datetime) -> int:
    owed = WebhookEvent.objects.filter(event=OuterRef("pk"))
    placed = EventPosition.objects.filter(event=OuterRef("pk"), position__isnull=False)
    old = Event.objects.filter(Exists(placed), ~Exists(owed), created_at__lt=before)
    with transaction.atomic(durable=True):
        ids = list(old.order_by("created_at", "id").values_list("pk", flat=True)[:PRUNED_AT_ONCE])
        if not ids:
            return 0
        head = FeedHead.objects.select_for_update(no_key=True).get(pk=1)
        rows = EventPosition.objects.filter(event__in=ids)
        last = rows.aggregate(last=Max("position"))["last"]
        rows._raw_delete("default")
        if last is not None and last > head.pruned:
            FeedHead.objects.filter(pk=1).update(pruned=last)
        return Event.objects.filter(pk__in=ids)._raw_delete("default")
