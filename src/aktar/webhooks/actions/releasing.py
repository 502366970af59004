"""Putting what is kept for a webhook into its lanes: after it was off, after its address was changed."""

import time
from collections.abc import Callable, Mapping

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from aktar.edge.expressions import OneOf
from aktar.webhooks.actions.lanes import Lane, among, locked_objects, open_lanes
from aktar.webhooks.actions.waking import wake
from aktar.webhooks.models import Standing, Webhook, WebhookEvent

_AT_ONCE = 500
# What another transaction holds is looked for again: so often, so many seconds between.
_LOOKS = 5
_LOOK_EVERY = 0.05

_WAITING = (Standing.BLOCKED, Standing.DUE)


def release_held(webhook: Webhook, *, looks: int = _LOOKS) -> int:
    """Put what is kept for a webhook into its lanes, in their order; answers how many. In batches.

    What waits in the lanes of an address that it had before comes along. Two things stay kept, for
    `release_stranded` to find: what others are writing to still after so many looks, and what comes after a
    delivery to the former address that is under way, which nothing may overtake.
    """
    released = 0
    for look in range(looks):
        if look:
            time.sleep(_LOOK_EVERY)
        count, is_all = _released(webhook)
        released += count
        if is_all:
            break
    if released:
        wake()
    return released


def release_stranded() -> int:
    """Release what is kept for webhooks that are active, or waits where they were; answers how many.

    The safety net for a change that met a delivery, or was broken off. Two queries where there is nothing.
    """
    kept = WebhookEvent.objects.filter(OneOf("standing", Standing.HELD), webhook=OuterRef("pk"))
    ids = set(Webhook.objects.filter(Exists(kept), is_active=True).values_list("pk", flat=True))
    waiting = WebhookEvent.objects.filter(OneOf("standing", *_WAITING, Standing.REPLAY))
    elsewhere = waiting.exclude(endpoint=F("webhook__endpoint")).filter(webhook__is_active=True)
    ids |= set(elsewhere.values_list("webhook", flat=True).distinct())
    rows = Webhook.objects.filter(pk__in=ids).order_by("pk") if ids else ()
    return sum(release_held(webhook, looks=1) for webhook in rows)


def _released(webhook: Webhook) -> tuple[int, bool]:
    """Release what can be had at the first look; answers how many, and whether it was all."""
    elsewhere = WebhookEvent.objects.filter(webhook=webhook).exclude(endpoint=webhook.endpoint_id)
    replays = elsewhere.filter(OneOf("standing", Standing.REPLAY), lease=None)
    replays.update(endpoint=webhook.endpoint_id)  # beside the lanes, so that nothing waits for them
    _, is_all_kept = _batches(elsewhere.filter(OneOf("standing", *_WAITING), lease=None), _keep)
    held = WebhookEvent.objects.filter(OneOf("standing", Standing.HELD), webhook=webhook)
    count, is_all = _batches(held, lambda rows: _release(webhook, rows))
    return count, is_all and is_all_kept


def _batches(
    rows: "QuerySet[WebhookEvent]", do: Callable[[dict[int, Lane]], tuple[int, bool]]
) -> tuple[int, bool]:
    count, is_all, last = 0, True, 0
    columns = ("pk", "endpoint_id", "content_type", "object_id")
    while batch := list(rows.filter(pk__gt=last).order_by("pk").values_list(*columns)[:_AT_ONCE]):
        done, is_whole = do({pk: Lane(*lane) for pk, *lane in batch})
        count, is_all, last = count + done, is_all and is_whole, batch[-1][0]
    return count, is_all


def _keep(rows: Mapping[int, Lane]) -> tuple[int, bool]:
    """Take a batch out of its lanes, which go on with what others are owed in them."""
    with transaction.atomic():
        free = _free(rows)
        waiting = WebhookEvent.objects.filter(pk__in=free, standing__in=_WAITING, lease=None)
        count = waiting.update(standing=Standing.HELD, due_at=None)
        open_lanes(free.values())
    return count, count == len(rows)


def _release(webhook: Webhook, rows: Mapping[int, Lane]) -> tuple[int, bool]:
    """Release those of a batch whose objects nobody else writes to, and nothing is under way of elsewhere."""
    with transaction.atomic():
        free = _free(rows)
        under_way = WebhookEvent.objects.filter(
            OneOf("standing", *_WAITING), among({lane[1:] for lane in free.values()}), webhook=webhook
        ).exclude(endpoint=webhook.endpoint_id)
        busy = set(under_way.values_list("content_type", "object_id"))
        free = {pk: lane for pk, lane in free.items() if lane[1:] not in busy}
        count = WebhookEvent.objects.filter(pk__in=free, standing=Standing.HELD).update(
            standing=Standing.BLOCKED, endpoint=webhook.endpoint_id, tries=0
        )
        open_lanes(lane._replace(endpoint=webhook.endpoint_id) for lane in free.values())
    return count, count == len(rows)


def _free(rows: Mapping[int, Lane]) -> dict[int, Lane]:
    objects = locked_objects({lane[1:] for lane in rows.values()})
    return {pk: lane for pk, lane in rows.items() if lane[1:] in objects}
