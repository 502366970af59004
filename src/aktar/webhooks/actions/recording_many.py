"""Recording what happened to many objects at once, each its own Event, by as many statements as one costs."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from aktar.edge.expressions import Among, Clock
from aktar.webhooks.actions.waking import wake
from aktar.webhooks.models import Event, EventPosition, ObjectSequence, Standing, Webhook, WebhookEvent

Listening = tuple[int, int, str]
"""The ids of a webhook and its endpoint, and the name under which it gets the event."""


@dataclass(frozen=True, slots=True)
class News:
    """What happened to one object (an id), with its payload as it is to be frozen.

    `heard_by` are the ids of the webhooks that may hear of it, `location` and `source` the stock locations
    whose people may read it in the feed.
    """

    event_type: str
    object_id: int
    payload: str
    heard_by: Collection[int]
    location: int
    source: int | None = None


def record_events(news: Sequence[News], *, content_type: int, now: datetime) -> None:
    """Write an Event for each of these objects, and what their listeners are owed. At most six statements.

    No object may come twice. Called outside of a transaction it raises TransactionManagementError. After the
    commit, whoever delivers in this process is woken.
    """
    if not news:
        return
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded in the transaction of its change.")
    sequences = _next_sequences(content_type, sorted(each.object_id for each in news))
    events = Event.objects.bulk_create(
        Event(
            type=each.event_type,
            content_type=content_type,
            object_id=each.object_id,
            sequence=sequences[each.object_id],
            payload=each.payload,
            created_at=now,
            source_location=each.source,
            destination_location=each.location,
        )
        for each in news
    )
    EventPosition.objects.bulk_create(EventPosition(event_id=event.pk) for event in events)
    _owe(events, {each.object_id: each for each in news}, now)
    transaction.on_commit(wake)


def _next_sequences(content_type: int, ids: Sequence[int]) -> dict[int, int]:
    """The next number of each object, whose rows stay locked until the transaction ends. One statement."""
    table = connection.ops.quote_name(ObjectSequence._meta.db_table)
    places = ", ".join(["(%s, %s, 1)"] * len(ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (content_type, object_id, last) VALUES {places} "  # noqa: S608 - ours
            f"ON CONFLICT (content_type, object_id) DO UPDATE SET last = {table}.last + 1 "
            "RETURNING object_id, last",
            [value for id_ in ids for value in (int(content_type), id_)],
        )
        return dict(cursor.fetchall())


def _owe(events: Sequence[Event], news: Mapping[int, News], now: datetime) -> None:
    listeners = _listeners({each.event_type for each in news.values()})
    if not listeners:
        return
    lanes = _Lanes(events[0].content_type, [event.object_id for event in events])
    owed = []
    for event in events:
        for webhook, endpoint, name in listeners[event.type]:
            if webhook not in news[event.object_id].heard_by:
                continue
            standing = lanes.joined(event.object_id, webhook, endpoint)
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
                    standing=standing,
                    due_at=Clock() if standing is Standing.DUE else None,
                )
            )
    WebhookEvent.objects.bulk_create(owed)


def _listeners(event_types: Collection[str]) -> Mapping[str, Sequence[Listening]]:
    """The active webhooks by what they listen to. One query."""
    rows = Webhook.objects.filter(is_active=True, event_type__in=event_types).order_by("id")
    found: dict[str, list[Listening]] = defaultdict(list)
    for listening in rows.values_list("id", "endpoint_id", "event_type"):
        found[listening[2]].append(listening)
    return found


class _Lanes:
    """What waits of some objects, and where in it something new is put. One query."""

    def __init__(self, content_type: int, objects: Sequence[int]) -> None:
        waiting = WebhookEvent.objects.filter(
            Among("object_id", objects),
            content_type=content_type,
            standing__in=(Standing.BLOCKED, Standing.DUE, Standing.HELD),
        )
        self._taken: set[tuple[int, int]] = set()
        self._waiting: dict[tuple[int, int], set[int | None]] = defaultdict(set)
        for object_id, webhook, endpoint, standing in waiting.values_list(
            "object_id", "webhook_id", "endpoint_id", "standing"
        ):
            if standing == Standing.HELD:
                self._waiting[object_id, webhook].add(None)
            else:
                self._waiting[object_id, webhook].add(endpoint)
                self._taken.add((object_id, endpoint))

    def joined(self, object_id: int, webhook: int, endpoint: int) -> Standing:
        """How what a webhook is owed of an object now stands, as `recording` has it of one."""
        if self._waiting[object_id, webhook] - {endpoint}:
            return Standing.HELD
        if (object_id, endpoint) in self._taken:
            return Standing.BLOCKED
        self._taken.add((object_id, endpoint))
        return Standing.DUE
