"""Pruning: what was settled long ago goes, in small batches that hold no lock for long."""

from collections.abc import Collection
from datetime import datetime
from itertools import takewhile

from django.db import transaction

from aktar.edge.expressions import IsAmong
from aktar.webhooks.actions.placing import locked_head
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
    """Go through one batch; answers how many rows, 0 when nothing is left. A transaction of its own."""
    return _prune_owed(before) or _prune_events(before)


def _prune_owed(before: datetime) -> int:
    """Delete what listeners were owed, and the events that the feed is past and that no other is owed.

    Eight queries at most.
    """
    is_settled = IsAmong("standing", numbers=(Standing.DELIVERED, Standing.GIVEN_UP))
    settled = WebhookEvent.objects.filter(is_settled, modified_date__lt=before).order_by("modified_date")
    with transaction.atomic(durable=True):
        rows = settled.select_for_update(skip_locked=True).values_list("pk", "event_id")
        events = dict(rows[:PRUNED_AT_ONCE])
        if not events:
            return 0
        WebhookAttempt.objects.filter(webhook_event__in=events)._raw_delete("default")
        WebhookEvent.objects.filter(pk__in=events)._raw_delete("default")
        free = _locked_and_free(set(events.values()))
        # Read after the locks: who moves the head past an event that is owed yet holds them meanwhile.
        passed = FeedHead.objects.filter(pk=1).values("pruned")
        placed = EventPosition.objects.filter(event__in=free, position__lte=passed)
        _delete(list(placed.values_list("event_id", flat=True)))
    return len(events)


def _prune_events(before: datetime) -> int:
    """Move the feed's beginning past events that are old, and delete those that nobody is owed.

    In the order of the feed and never past one that is not old: a reader would be told that it has missed
    what is there yet. An event that is owed stays until that is settled, outside of the feed. Seven queries.
    """
    with transaction.atomic(durable=True):
        head = locked_head()
        places = EventPosition.objects.filter(position__gt=head.pruned).order_by("position")
        rows = places.values_list("event_id", "position", "event__created_at")[:PRUNED_AT_ONCE]
        old = [(event, position) for event, position, _ in takewhile(lambda row: row[2] < before, rows)]
        if not old:
            return 0
        FeedHead.objects.filter(pk=1).update(pruned=old[-1][1])
        _delete(_locked_and_free({event for event, _ in old}))
    return len(old)


def _locked_and_free(events: Collection[int]) -> list[int]:
    """Those of the events that nobody is owed any more, all of them locked. Two queries.

    Of two processes that take the last rows of one event, the second then sees that there are none.
    """
    locked = list(
        Event.objects.filter(pk__in=events).order_by("pk").select_for_update().values_list("pk", flat=True)
    )
    owed = set(WebhookEvent.objects.filter(event__in=locked).values_list("event_id", flat=True))
    return [event for event in locked if event not in owed]


def _delete(events: Collection[int]) -> None:
    EventPosition.objects.filter(event__in=events)._raw_delete("default")
    Event.objects.filter(pk__in=events)._raw_delete("default")
