"""Settling what became of claims: attempts written, ends marked, lanes opened, retries and pauses set.

It waits for no object and no event: what another transaction holds of those is answered back, to be settled
with the next batch. Rows of endpoints and webhooks, which are held for moments only, it does wait for.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import connection
from django.db.models import F, Q

from aktar.edge.expressions import Among, Clock
from aktar.webhooks.actions.claiming import Claimed
from aktar.webhooks.actions.lanes import Lane, locked_objects, open_lanes
from aktar.webhooks.models import (
    Deactivation,
    Endpoint,
    Standing,
    Webhook,
    WebhookAttempt,
    WebhookEvent,
)
from aktar.webhooks.rules import FAILURES_BEFORE_PAUSE, has_given_up, pause_after, wait

GONE = 410


class Kind(Enum):
    """What became of a claim."""

    ANSWERED = "answered"
    FAILED = "failed"
    """No answer came: the error says why."""
    UNSENT = "unsent"
    """Given back as it was, for another to send."""
    HELD = "held"
    """Nobody may be sent to: the webhook is not active."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one claim, and when."""

    claimed: Claimed
    kind: Kind
    at: datetime
    """When the try began."""
    duration_ms: int = 0
    status: int | None = None
    content: bytes = b""
    error_kind: str = ""
    address: str = ""
    retry_after: str | None = None

    @property
    def is_try(self) -> bool:
        """Whether somebody was called, or it was tried to."""
        return self.kind in (Kind.ANSWERED, Kind.FAILED)

    @property
    def is_delivered(self) -> bool:
        """Whether a 2xx came."""
        return self.kind is Kind.ANSWERED and self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Settled:
    """What a settling came to."""

    busy: list[Outcome]
    """To be brought again."""
    deactivated: dict[int, Deactivation]
    """The webhooks that were switched off, and why."""
    moved: bool = False
    """Whether something was kept because its webhook has another address by now; it can be released."""


def settle(outcomes: Sequence[Outcome], *, attempts: int, chance: random.Random, now: datetime) -> Settled:
    """Write what became of claims, in the caller's transaction; at most 14 queries for any number of them.

    An outcome whose lease another process has taken over leaves an attempt, and changes nothing else.
    `attempts` is how often an event is tried before its lane goes on without it.
    """
    if not outcomes:
        return Settled([], {})
    outcomes, moved = _as_things_are(outcomes)
    rows = WebhookEvent.objects.filter(Among("pk", (outcome.claimed.id for outcome in outcomes)))
    leases = dict(rows.order_by("pk").select_for_update(skip_locked=True).values_list("pk", "lease"))
    ending = {
        (outcome.claimed.content_type, outcome.claimed.object_id)
        for outcome in outcomes
        if not outcome.claimed.is_replay and _ends(outcome, attempts, moved)
    }
    objects = locked_objects(ending) if ending else set()
    ready, busy = [], []
    for outcome in outcomes:
        its = outcome.claimed
        object_ = (its.content_type, its.object_id)
        is_free = its.is_replay or not _ends(outcome, attempts, moved) or object_ in objects
        if its.id in leases and is_free:
            ready.append(outcome)
        elif its.id in leases or connection.vendor == "postgresql":
            busy.append(outcome)
    busy = _still_there(busy, leases)
    _write_attempts(ready)
    mine = [outcome for outcome in ready if leases[outcome.claimed.id] == outcome.claimed.lease]
    _mark(mine, attempts, moved, chance, now)
    _set_pauses(mine)
    # What a former address answered says nothing of the webhook.
    switched_off = _judge_webhooks([outcome for outcome in mine if outcome.claimed.id not in moved], now)
    return Settled(busy, switched_off, bool(moved))


def _as_things_are(outcomes: Sequence[Outcome]) -> tuple[list[Outcome], set[int]]:
    """The outcomes in the light of what became of their webhooks since the claim; and the moved ones' ids.

    Those are to be kept until they are released to the webhook's new address. What was to be held for a
    webhook that is on again goes back unsent. One query where not all was delivered.
    """
    undelivered = [outcome for outcome in outcomes if not outcome.is_delivered]
    if not undelivered:
        return list(outcomes), set()
    webhooks = {outcome.claimed.listener.id for outcome in undelivered}
    rows = Webhook.objects.filter(pk__in=webhooks).values_list("pk", "endpoint_id", "is_active")
    present = {pk: (endpoint, is_active) for pk, endpoint, is_active in rows}
    seen, moved = [], set()
    for outcome in outcomes:
        its = outcome.claimed
        endpoint, is_active = present.get(its.listener.id, (its.endpoint, its.listener.is_active))
        if outcome.is_delivered:
            pass
        elif endpoint != its.endpoint and not its.is_replay:
            moved.add(its.id)
        elif outcome.kind is Kind.HELD and is_active:
            outcome = replace(outcome, kind=Kind.UNSENT)
        seen.append(outcome)
    return seen, moved


def _ends(outcome: Outcome, attempts: int, moved: Collection[int]) -> bool:
    """Whether the event leaves its lane by this."""
    if outcome.claimed.id in moved:
        return True
    if outcome.kind is Kind.UNSENT:
        return False
    return outcome.kind is Kind.HELD or outcome.is_delivered or outcome.claimed.tries >= attempts


def _still_there(busy: Sequence[Outcome], seen: Collection[int]) -> list[Outcome]:
    """Those that have a row yet: what was pruned in between is no more to be settled."""
    unseen = {outcome.claimed.id for outcome in busy} - set(seen)
    if not unseen:
        return list(busy)
    kept = set(WebhookEvent.objects.filter(pk__in=unseen).values_list("pk", flat=True)) | set(seen)
    return [outcome for outcome in busy if outcome.claimed.id in kept]


def _write_attempts(outcomes: Sequence[Outcome]) -> None:
    """Write the tries. One query; the ORM's way costs more than the writing itself."""
    tried = [outcome for outcome in outcomes if outcome.is_try]
    if not tried:
        return
    moment = connection.ops.adapt_datetimefield_value
    rows = [
        (
            outcome.claimed.id,
            moment(outcome.at),
            outcome.duration_ms,
            outcome.status,
            outcome.content,
            outcome.error_kind,
            outcome.address,
        )
        for outcome in tried
    ]
    into = f"INSERT INTO {connection.ops.quote_name(WebhookAttempt._meta.db_table)} "
    into += "(webhook_event_id, started_at, duration_ms, response_http_status, response_content, error_kind, "
    into += "address)"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            types = ("bigint", "timestamptz", "int", "int", "bytea", "text", "text")
            arrays = ", ".join(f"%s::{type_}[]" for type_ in types)
            cursor.execute(
                f"{into} SELECT * FROM unnest({arrays})",  # noqa: S608 - ours
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            cursor.executemany(f"{into} VALUES (%s, %s, %s, %s, %s, %s, %s)", rows)


def _mark(
    mine: Sequence[Outcome], attempts: int, moved: Collection[int], chance: random.Random, now: datetime
) -> None:
    """Give each row its new standing, and the lanes that lost their head a new one."""
    ended: dict[Standing, list[int]] = defaultdict(list)
    delivered, again, unsent, lanes = [], {}, [], set()
    for outcome in mine:
        its = outcome.claimed
        if outcome.is_delivered:
            delivered.append(its.id)
        elif its.id in moved:
            ended[Standing.HELD].append(its.id)
        elif outcome.kind is Kind.UNSENT:
            unsent.append(its.id)
        elif outcome.kind is Kind.HELD:
            # A replay of what was delivered once needs no keeping.
            ended[Standing.DELIVERED if its.delivered else Standing.HELD].append(its.id)
        elif its.tries >= attempts:
            ended[Standing.DELIVERED if its.delivered else Standing.GIVEN_UP].append(its.id)
        else:
            again[its.id] = wait(
                its.listener.retry, its.tries - 1, retry_after=outcome.retry_after, now=now, chance=chance
            )
        if not its.is_replay and _ends(outcome, attempts, moved):
            lanes.add(Lane(its.endpoint, its.content_type, its.object_id))
    nothing_due = {"lease": None, "due_at": None, "modified_date": now}
    rows = WebhookEvent.objects
    if delivered:
        rows.filter(Among("pk", delivered)).update(delivered=True, standing=Standing.DELIVERED, **nothing_due)
    for standing, ids in ended.items():
        rows.filter(Among("pk", ids)).update(standing=standing, **nothing_due)
    if unsent:
        rows.filter(Among("pk", unsent)).update(lease=None, due_at=Clock(), tries=F("tries") - 1)
    if again:
        _postpone(again, now)
    open_lanes(lanes)


def _postpone(waits: dict[int, float], now: datetime) -> None:
    """Make each due again after its seconds. One query."""
    table = connection.ops.quote_name(WebhookEvent._meta.db_table)
    if connection.vendor == "postgresql":
        due = "statement_timestamp() + wait.seconds * interval '1 second'"
        source = "unnest(%s::bigint[], %s::float8[]) AS wait (id, seconds)"
        given: list[Any] = [list(waits), list(waits.values())]
    else:
        due = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', format('%%+.3f seconds', wait.seconds))"
        source = "(SELECT value ->> 0 AS id, value ->> 1 AS seconds FROM json_each(%s)) AS wait"
        given = [json.dumps(list(waits.items()))]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET lease = NULL, due_at = {due}, modified_date = %s "  # noqa: S608 - ours
            f"FROM {source} WHERE {table}.id = wait.id",
            [connection.ops.adapt_datetimefield_value(now), *given],
        )


def _set_pauses(mine: Sequence[Outcome]) -> None:
    """Let endpoints that only fail rest, and those that answer well go on."""
    tried = [outcome for outcome in mine if outcome.is_try]
    well = {outcome.claimed.endpoint for outcome in tried if outcome.is_delivered}
    failed = Counter(o.claimed.endpoint for o in tried if o.claimed.endpoint not in well)
    if well:
        Endpoint.objects.filter(pk__in=well, failures__gt=0).update(failures=0, paused_until=None)
    if failed:
        # Whoever holds such a row counts its own failures; the count need not be exact.
        found = Endpoint.objects.filter(pk__in=failed).order_by("pk")
        rows = found.annotate(rests=Q(paused_until__gt=Clock()))
        for endpoint in rows.select_for_update(skip_locked=True, no_key=True):
            if endpoint.rests:
                continue  # what was under way when the pause began says nothing new
            # Up to the first pause each failure counts; then each probe.
            failures = endpoint.failures + 1
            if failures < FAILURES_BEFORE_PAUSE:
                failures = min(endpoint.failures + failed[endpoint.pk], FAILURES_BEFORE_PAUSE)
            pause = pause_after(failures)
            Endpoint.objects.filter(pk=endpoint.pk).update(
                failures=failures,
                paused_until=Clock(seconds=pause.total_seconds()) if pause is not None else None,
            )


def _judge_webhooks(mine: Sequence[Outcome], now: datetime) -> dict[int, Deactivation]:
    """Note since when each webhook has had nothing but failures; switch off the gone and the given up."""
    tried = [outcome for outcome in mine if outcome.is_try]
    well = {outcome.claimed.listener.id for outcome in tried if outcome.is_delivered}
    failed = {outcome.claimed.listener.id for outcome in tried} - well
    if well:
        Webhook.objects.filter(pk__in=well, failing_since__isnull=False).update(failing_since=None)
    if not failed:
        return {}
    Webhook.objects.filter(pk__in=failed, failing_since=None).update(failing_since=now)
    gone = {outcome.claimed.listener.id for outcome in tried if outcome.status == GONE}
    off: dict[int, Deactivation] = {}
    rows = Webhook.objects.filter(pk__in=failed, is_active=True)
    for webhook, failing_since in rows.values_list("pk", "failing_since"):
        if webhook in gone:
            off[webhook] = Deactivation.GONE
        elif failing_since is not None and has_given_up(failing_since, now=now):
            off[webhook] = Deactivation.FAILING
    for reason in set(off.values()):
        ids = [webhook for webhook, why in off.items() if why is reason]
        Webhook.objects.filter(pk__in=ids).update(
            is_active=False, deactivation=reason, deactivated_at=now, modified_date=now
        )
    return off
