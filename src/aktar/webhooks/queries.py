"""Reads of the outbox: what the webhooks are owed of an object, with the attempts that were made."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.module_loading import import_string

from aktar.accounts.models import ApiToken
from aktar.accounts.models import Reach as TokenReach
from aktar.edge.encryption import is_kept, secret_columns, unreadable
from aktar.edge.expressions import InstantText, OneOf
from aktar.edge.shapes import fragment, instant_text
from aktar.edge.statements import Statement
from aktar.webhooks.models import Endpoint, EventPosition, Standing, Webhook, WebhookAttempt, WebhookEvent
from aktar.webhooks.rules import config_without_secrets, envelope, headers_without_secrets
from aktar.webhooks.rules.event_types import EVENT_TYPES, NO_TRANSITIONS, EventType
from aktar.webhooks.shapes import (
    EventRegistryShape,
    EventTypeShape,
    ShortWebhookEventShape,
    ShortWebhookShape,
    WebhookEventShape,
    WebhookShape,
)

NO_ANSWER = 500
"""The status that an attempt is shown with when no answer came; its content says what went wrong."""

Audience = Callable[[str, str], Statement]
"""What selects those who listen to an event under either of two names and may hear of it: see `listening`."""


def listening(audience: Q, *names: str) -> QuerySet[Webhook, Any]:
    """The active webhooks among an audience that listen to an event under one of these names.

    Their ids, those of their endpoints, and the name that each gets the event under.
    """
    found = Webhook.objects.filter(audience, is_active=True, event_type__in=set(names))
    return found.order_by("id").values_list("id", "endpoint_id", "event_type")


def webhook_events(content_type: int, object_id: int) -> QuerySet[WebhookEvent]:
    """What the webhooks are owed of one object, newest first."""
    return WebhookEvent.objects.filter(content_type=content_type, object_id=object_id).order_by("-id")


def kept_webhooks(token: ApiToken, *, opened: Q) -> QuerySet[Webhook]:
    """The webhooks that a caller keeps: a superuser all of them, anybody else the user's own.

    Of these only those that `opened` selects: what the others are owed may tell of locations that the token
    does not open. One that is bound to locations keeps none but its user's, whoever that is.
    """
    if token.user.is_superuser and token.reach != TokenReach.LOCATIONS:
        return Webhook.objects.filter(opened)
    return Webhook.objects.filter(opened, user_id=token.user_id)


def kept_webhook_events(token: ApiToken, *, opened: Q) -> QuerySet[WebhookEvent]:
    """What the webhooks that a caller keeps are owed. At most one query: their ids."""
    webhooks = kept_webhooks(token, opened=opened)
    if not webhooks.query.where:  # all of them
        return WebhookEvent.objects.all()
    return WebhookEvent.objects.filter(webhook__in=list(webhooks.values_list("pk", flat=True)))


def event_types() -> dict[str, EventType]:
    """Every event type: those that the code tells of, and those that an operator's states bring. One query.

    `WEBHOOK_STATE_EVENTS` names what says the latter: states are known beside this room, not below it.
    """
    further = import_string(settings.WEBHOOK_STATE_EVENTS)()
    return {**EVENT_TYPES, **{name: EVENT_TYPES.get(name) or EventType(name, kind) for name, kind in further}}


def is_event_type(name: str) -> bool:
    """Whether it is the name of an event type. At most one query, for a name that the code does not tell."""
    return name in EVENT_TYPES or name in event_types()


def event_registry(callbacks: Collection[str]) -> EventRegistryShape:
    """The event types with the names that they stand for. One query."""
    known = event_types()
    return EventRegistryShape(
        event_types=[
            EventTypeShape(kind.name, int(kind.content_type), list(_stood_for(kind, known)))
            for kind in known.values()
        ],
        callbacks=sorted(callbacks),
    )


def _stood_for(kind: EventType, known: Collection[str]) -> Iterator[str]:
    if kind.stands_for is not None:
        for name in known:
            if name.startswith(kind.stands_for) and name != kind.name and name not in NO_TRANSITIONS:
                yield name


def webhook_event_shapes_of(ids: Sequence[int]) -> list[WebhookEventShape]:
    """The events of these ids in full, in their order. Four queries."""
    found = {shape.id: shape for shape in webhook_event_shapes(WebhookEvent.objects.filter(pk__in=ids))}
    return [found[id_] for id_ in ids if id_ in found]


def webhook_event_shapes(events: QuerySet[WebhookEvent]) -> list[WebhookEventShape]:
    """The events of a page in full.

    Four queries: the events with payload, their webhooks, the attempts, the answers to the newest of these.
    """
    rows = list(events.select_related("event"))
    webhooks = webhook_shapes({row.webhook_id for row in rows})
    attempts: dict[int, list[_Attempt]] = defaultdict(list)
    made = WebhookAttempt.objects.filter(webhook_event__in=[row.pk for row in rows]).order_by(
        "-started_at", "-id"
    )
    for owed, *attempt in made.values_list(
        "webhook_event_id", "id", InstantText("started_at"), "response_http_status"
    ):
        attempts[owed].append(_Attempt(*attempt))
    # Of 20 kB each, and a page may have thousands of attempts.
    newest = WebhookAttempt.objects.filter(pk__in=[tried[0].id for tried in attempts.values()])
    answers = {id_: bytes(content) for id_, content in newest.values_list("id", "response_content")}
    return [_webhook_event(row, webhooks[row.webhook_id], attempts[row.pk], answers) for row in rows]


def short_webhook_event_shapes(events: QuerySet[WebhookEvent]) -> list[ShortWebhookEventShape]:
    """The events of a page in brief. One query; payloads are not fetched."""
    rows = events.values_list(
        "id",
        InstantText("created_date"),
        InstantText("modified_date"),
        "delivered",
        "webhook_id",
        "webhook__target_url",
        "webhook__is_active",
        "webhook__event_type",
    )
    return [
        ShortWebhookEventShape(
            id=id_,
            webhook=ShortWebhookShape(webhook, target_url, is_active, event_type),
            created_date=created,
            modified_date=modified,
            delivered=delivered,
        )
        for id_, created, modified, delivered, webhook, target_url, is_active, event_type in rows
    ]


def webhook_shapes_of(ids: Sequence[int]) -> list[WebhookShape]:
    """The webhooks of these ids, in their order, without their secrets. One query."""
    found = webhook_shapes(ids)
    return [found[id_] for id_ in ids if id_ in found]


def webhook_shapes(ids: Collection[int]) -> dict[int, WebhookShape]:
    """The webhooks of these ids, without their secrets. One query."""
    return {row.pk: _webhook(row) for row in Webhook.objects.filter(pk__in=ids)}


class _Attempt(NamedTuple):
    id: int
    started: str
    status: int | None


def _webhook_event(
    row: WebhookEvent, webhook: WebhookShape, attempts: Sequence[_Attempt], answers: Mapping[int, bytes]
) -> WebhookEventShape:
    status, content = None, None
    if attempts:
        newest = attempts[0]
        # Pruned between two reads, it is shown as an answer that said nothing.
        content = answers.get(newest.id, b"")
        # The contract's clients expect a status of what was tried, also where no answer came.
        status = NO_ANSWER if newest.status is None else newest.status
    return WebhookEventShape(
        id=row.pk,
        webhook=webhook,
        created_date=instant_text(row.created_date),
        modified_date=instant_text(row.modified_date),
        uuid=str(row.uuid),
        request_payload=fragment(envelope(row.event_type, row.uuid, row.event.payload), dict[str, Any]),
        response_content="" if content is None else repr(content),
        response_http_status=status,
        delivered=row.delivered,
        request_datetimes=[attempt.started for attempt in attempts],
        retry_count=len(attempts),
        object_id=row.object_id,
        content_type=row.content_type,
    )


def newest_that_is_lost() -> Webhook | None:
    """The newest webhook, if no key we have opens anything that it keeps secret. One query."""
    newest = Webhook.objects.order_by("-pk").first()
    if newest is None:
        return None
    kept = [name for name in secret_columns(Webhook) if is_kept(newest, name)]
    return newest if set(kept) <= set(unreadable(newest)) else None


def headers_shown(row: Webhook) -> dict[str, None]:
    """The names of a webhook's additional headers; none where no key opens them any more."""
    return {} if "additional_headers" in unreadable(row) else headers_without_secrets(row.additional_headers)


def config_shown(row: Webhook) -> dict[str, Any]:
    """A webhook's configuration without its secrets; empty where no key opens it any more."""
    return {} if "config" in unreadable(row) else config_without_secrets(row.config)


def _webhook(row: Webhook) -> WebhookShape:
    return WebhookShape(
        id=row.pk,
        retry_countdown_config=row.retry_countdown_config,
        created_date=instant_text(row.created_date),
        modified_date=instant_text(row.modified_date),
        target_url=row.target_url,
        is_active=row.is_active,
        secret_key=None,
        event_type=row.event_type,
        callback=row.callback,
        additional_headers=headers_shown(row),
        config=config_shown(row),
    )


def oldest_unplaced_at() -> datetime | None:
    """When the event was recorded that waits longest for its place in the feed, if any does. One query."""
    unplaced = EventPosition.objects.filter(position=None).order_by("event")
    return unplaced.values_list("event__created_at", flat=True).first()


def is_anything_due_since(instant: datetime, *, now: datetime) -> bool:
    """Whether a delivery has been due since then that nobody took; paused endpoints aside. One query."""
    waiting = WebhookEvent.objects.filter(
        OneOf("standing", Standing.DUE, Standing.REPLAY),
        endpoint=OuterRef("pk"),
        due_at__lt=instant,
        lease=None,
    )
    calm = Endpoint.objects.filter(Q(paused_until=None) | Q(paused_until__lte=now))
    return calm.filter(Exists(waiting)).exists()
