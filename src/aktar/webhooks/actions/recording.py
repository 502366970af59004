"""Recording what happened: the Event, always, and what each listener is owed of it."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Q

from aktar.edge.statements import Statement
from aktar.edge.writing import Insertion, columns_of, prepared
from aktar.webhooks.actions.waking import wake
from aktar.webhooks.models import Event, EventPosition, ObjectSequence, Standing, Webhook, WebhookEvent
from aktar.webhooks.queries import Audience, listening


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
    """Write one Event, always, and a WebhookEvent for each active webhook that listens. At most four queries.

    `payload` is frozen as it is given. `also_as` is the general name under which listeners get the event
    too. `audience` finds the webhooks that may hear of it, or is the condition on them; `source` and
    `destination` are the stock locations whose people may read it in the feed. Called outside of a
    transaction it raises TransactionManagementError. After the commit, whoever delivers in this process
    is woken.
    """
    event = Event(
        type=event_type,
        content_type=content_type,
        object_id=object_id,
        payload=payload,
        created_at=now,
        source_location=source,
        destination_location=destination,
    )
    _write(event)
    listeners = _listeners(audience, event_type, also_as or event_type)
    if listeners is not None:
        _owe(event, listeners, now)
    return event


def record_event_for(
    webhook: Webhook, event_type: str, *, content_type: int, object_id: int, payload: str, now: datetime
) -> Event:
    """Write one Event that one webhook is owed, whatever it listens to. Otherwise as `record_event`."""
    event = Event(
        type=event_type,
        content_type=content_type,
        object_id=object_id,
        payload=payload,
        created_at=now,
    )
    _write(event)
    _owe(event, Statement("SELECT %s, %s, %s", [webhook.pk, webhook.endpoint_id, event_type]), now)
    return event


def _listeners(audience: Audience | Q, *names: str) -> Statement | None:
    """What selects those who listen; None where nobody can."""
    if not isinstance(audience, Q):
        return audience(*names)
    try:
        return Statement(*listening(audience, *names).query.sql_with_params())
    except EmptyResultSet:
        return None


def _write(event: Event) -> None:
    """Insert the event as the next of its object; whoever delivers is woken after the commit.

    The object's row is locked until the transaction ends. At most three queries.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded in the transaction of its change.")
    write = _write_at_once if connection.vendor == "postgresql" else _write_in_turn
    write(event)
    transaction.on_commit(wake)


_COLUMNS = (
    *("type", "content_type", "object_id", "payload", "created_at", "source_location"),
    "destination_location",
)
_FIELDS = columns_of(Event, _COLUMNS)
_OBJECT = columns_of(ObjectSequence, ("content_type", "object_id"))
_SEQUENCES = ObjectSequence._meta.db_table
_NEXT = f"""
    INSERT INTO {_SEQUENCES} (content_type, object_id, last) VALUES (%s, %s, 1)
    ON CONFLICT (content_type, object_id) DO UPDATE SET last = {_SEQUENCES}.last + 1 RETURNING last
"""  # noqa: S608 - ours, as all below
_AT_ONCE = f"""
    WITH next AS ({_NEXT}), event AS (
        INSERT INTO {Event._meta.db_table} ({", ".join(_COLUMNS)}, sequence)
        SELECT {", ".join(f"%s::{kind}" for kind in ("text", "smallint", "bigint", "text", "timestamptz"))},
               %s::bigint, %s::bigint, last
          FROM next RETURNING id, sequence
    ), place AS (INSERT INTO {EventPosition._meta.db_table} (event_id) SELECT id FROM event)
    SELECT id, sequence FROM event
"""  # noqa: S608 - our own names


def _write_at_once(event: Event) -> None:
    object_ = prepared(_OBJECT, (event.content_type, event.object_id))
    values = prepared(_FIELDS, [getattr(event, name) for name in _COLUMNS])
    with connection.cursor() as cursor:
        cursor.execute(_AT_ONCE, [*object_, *values])
        event.pk, event.sequence = cursor.fetchone()


_event = Insertion(Event, *_COLUMNS, "sequence")
_place = Insertion(EventPosition, "event")


def _write_in_turn(event: Event) -> None:
    """The same where a statement writes to one table only."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, prepared(_OBJECT, (event.content_type, event.object_id)))
        [event.sequence] = cursor.fetchone()
    event.pk = _event.of(*(getattr(event, name) for name in _COLUMNS), event.sequence)
    _place.of(event.pk)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a database says what Django would have said in Python."""

    uuid: str
    clock: str


DIALECTS = {
    "postgresql": Dialect(uuid="gen_random_uuid()", clock="statement_timestamp()"),
    # Version 4 of RFC 9562, in Django's form: the digits alone. The clock as Django writes an instant.
    "sqlite": Dialect(
        uuid="lower(hex(randomblob(6)) || '4' || substr(hex(randomblob(2)), 2) "
        "|| substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || hex(randomblob(6)))",
        clock="strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')",
    ),
}
_OWED = WebhookEvent._meta.db_table
_OWED_FIELDS = columns_of(
    WebhookEvent, ("content_type", "object_id", "event", "created_date", "modified_date", "sequence")
)


def _owe(event: Event, listeners: Statement, now: datetime) -> None:
    """Queue the event for those who listen; at the head of each lane that is empty. One query.

    Where something of the object is kept for a listener, or waits at its former address, it is kept too:
    nothing may overtake what is yet to be released. A statement of its own after the object's row was
    locked: it sees what those before have committed.
    """
    dialect = DIALECTS[connection.vendor]
    kind, object_id, *given = prepared(
        _OWED_FIELDS, (event.content_type, event.object_id, event.pk, now, now, event.sequence)
    )
    its = f"FROM {_OWED} WHERE content_type = %s AND object_id = %s AND"
    waits = f"standing IN ({Standing.DUE.value}, {Standing.BLOCKED.value})"
    with connection.cursor() as cursor:
        # Of a lane each standing in a look of its own, for only so do the partial indexes serve.
        cursor.execute(
            f"WITH listening (webhook, endpoint, name) AS ({listeners.sql}), "  # noqa: S608 - our own names
            f"seen AS (SELECT webhook, endpoint, name, EXISTS (SELECT 1 {its} webhook_id = webhook "
            f"AND (standing = {Standing.HELD.value} OR {waits} AND endpoint_id <> endpoint)) AS is_kept "
            "FROM listening), "
            "placed AS (SELECT webhook, endpoint, name, is_kept, NOT is_kept "
            "AND row_number() OVER (PARTITION BY endpoint, is_kept ORDER BY webhook) = 1 "
            f"AND NOT EXISTS (SELECT 1 {its} endpoint_id = endpoint AND standing = {Standing.DUE.value}) "
            f"AND NOT EXISTS (SELECT 1 {its} endpoint_id = endpoint AND standing = {Standing.BLOCKED.value}) "
            "AS is_head FROM seen) "
            f"INSERT INTO {_OWED} (webhook_id, endpoint_id, event_type, content_type, object_id, event_id, "
            "created_date, modified_date, sequence, uuid, standing, due_at, delivered, tries) "
            f"SELECT webhook, endpoint, name, %s, %s, %s, %s, %s, %s, {dialect.uuid}, "
            f"CASE WHEN is_kept THEN {Standing.HELD.value} WHEN is_head THEN {Standing.DUE.value} "
            f"ELSE {Standing.BLOCKED.value} END, "
            f"CASE WHEN is_head THEN {dialect.clock} END, FALSE, 0 FROM placed ORDER BY webhook",
            [*listeners.parameters, *(kind, object_id) * 4, *given],
        )
