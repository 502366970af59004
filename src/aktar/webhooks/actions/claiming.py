"""Claiming what is due: a lease with a random token, committed before anything is sent."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from aktar.edge.encryption import Sealed
from aktar.edge.expressions import Among, Clock, OneOf
from aktar.webhooks.models import Endpoint, Event, Standing, Webhook, WebhookEvent

CLAIMABLE = Q(OneOf("standing", Standing.DUE, Standing.REPLAY))


@dataclass(frozen=True, slots=True)
class Listener:
    """A webhook as a delivery needs it."""

    id: int
    is_active: bool
    target_url: str
    secret: Sealed[str] | None
    previous_secret: Sealed[str] | None
    """The one before, while both are valid."""
    headers: Sealed[dict[str, Any]]
    config: Sealed[dict[str, Any]]
    callback: str | None
    retry: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A WebhookEvent that this process alone may send until its lease ends."""

    id: int
    lease: uuid.UUID
    endpoint: int
    listener: Listener
    uuid: uuid.UUID
    event_type: str
    content_type: int
    object_id: int
    sequence: int
    payload: str
    tries: int
    """With this one."""
    is_replay: bool
    delivered: bool
    """Before, as a replay may have been."""


@dataclass(frozen=True, slots=True)
class DueEndpoint:
    """An endpoint that something is due for, and how often in a row it has failed."""

    id: int
    failures: int


def due_endpoints() -> list[DueEndpoint]:
    """The endpoints that something is due for and that are not paused. One query, an index probe for each."""
    due = WebhookEvent.objects.filter(CLAIMABLE, endpoint=OuterRef("pk"), due_at__lte=Clock())
    calm = Endpoint.objects.filter(Exists(due), Q(paused_until=None) | Q(paused_until__lte=Clock()))
    return [DueEndpoint(*row) for row in calm.order_by("pk").values_list("id", "failures")]


def claim(endpoint: int, *, most: int, lease: timedelta) -> list[Claimed]:
    """Claim at most so many of an endpoint's due events; each counts as a try, sent or not. Four queries.

    What goes out again comes after what is new, however long it has waited. Of several dispatchers that ask
    at once, each gets other rows, and none waits for another.
    """
    token = uuid.uuid4()
    rows = sorted(_claim_some(endpoint, Standing.DUE, most, token, lease))
    if len(rows) < most:
        rows += sorted(_claim_some(endpoint, Standing.REPLAY, most - len(rows), token, lease))
    return _claimed(rows, endpoint, token) if rows else []


def _claim_some(
    endpoint: int, standing: Standing, most: int, token: uuid.UUID, lease: timedelta
) -> list[tuple[Any, ...]]:
    table = connection.ops.quote_name(WebhookEvent._meta.db_table)
    if connection.vendor == "postgresql":
        moment, until = "statement_timestamp()", "statement_timestamp() + %s * interval '1 second'"
        given: list[Any] = [token, lease.total_seconds(), endpoint, most]
        # An IN (…) may be looked up once for each row of the table, and each time find the next ones due.
        among, locking = "= ANY(ARRAY({}))", "FOR UPDATE SKIP LOCKED"
    else:
        moment = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')"
        until = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', %s)"
        given = [token.hex, f"+{lease.total_seconds():.3f} seconds", endpoint, most]
        among, locking = "IN ({})", ""
    # The number stands in the text, for only so do the databases see that the partial index will do.
    due = (
        f"SELECT id FROM {table} WHERE standing = {standing.value} "  # noqa: S608 - ours
        f"AND endpoint_id = %s AND due_at <= {moment} ORDER BY due_at LIMIT %s {locking}"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET lease = %s, due_at = {until}, tries = tries + 1 "  # noqa: S608 - ours
            f"WHERE id {among.format(due)} "
            "RETURNING sequence, id, webhook_id, event_id, uuid, event_type, content_type, object_id, tries, "
            "standing, delivered",
            given,
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _claimed(rows: Sequence[tuple[Any, ...]], endpoint: int, token: uuid.UUID) -> list[Claimed]:
    events = Event.objects.filter(Among("pk", {row[3] for row in rows}))
    payloads = dict(events.values_list("id", "payload"))
    listeners = _listeners({row[2] for row in rows})
    return [
        Claimed(
            id=id_,
            lease=token,
            endpoint=endpoint,
            listener=listeners[webhook],
            # SQLite keeps it as text.
            uuid=own_uuid if isinstance(own_uuid, uuid.UUID) else uuid.UUID(own_uuid),
            event_type=event_type,
            content_type=content_type,
            object_id=object_id,
            sequence=sequence,
            payload=payloads[event],
            tries=tries,
            is_replay=standing == Standing.REPLAY,
            delivered=bool(delivered),
        )
        for (
            sequence,
            id_,
            webhook,
            event,
            own_uuid,
            event_type,
            content_type,
            object_id,
            tries,
            standing,
            delivered,
        ) in rows
    ]


def _listeners(ids: set[int]) -> dict[int, Listener]:
    now = datetime.now(UTC)
    rows = Webhook.objects.filter(Among("pk", ids))
    # Sealed as they lie in the table: a lost key is the failure of an attempt, not of the whole turn.
    columns = (
        "id",
        "is_active",
        "target_url",
        "secret_key",
        "previous_secret_key",
        "previous_secret_until",
        "additional_headers",
        "config",
        "callback",
        "retry_countdown_config",
    )
    return {
        id_: Listener(
            id=id_,
            is_active=is_active,
            target_url=target_url,
            secret=secret,
            previous_secret=previous if until is not None and now < until else None,
            headers=headers,
            config=config,
            callback=callback,
            retry=retry,
        )
        for id_, is_active, target_url, secret, previous, until, headers, config, callback, retry in (
            rows.values_list(*columns)
        )
    }
