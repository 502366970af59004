"""Reads of the outbox: what the webhooks are owed of an object, with the attempts that were made."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from aktar.edge.expressions import InstantText
from aktar.edge.shapes import fragment, instant_text
from aktar.webhooks.models import Webhook, WebhookAttempt, WebhookEvent
from aktar.webhooks.rules import config_without_secrets, envelope, headers_without_secrets
from aktar.webhooks.shapes import (
    ShortWebhookEventShape,
    ShortWebhookShape,
    WebhookEventShape,
    WebhookShape,
)


def webhook_events(content_type: int, object_id: int) -> QuerySet[WebhookEvent]:
    """What the webhooks are owed of one object, newest first."""
    return WebhookEvent.objects.filter(content_type=content_type, object_id=object_id).order_by("-id")


def webhook_event_shapes(events: QuerySet[WebhookEvent]) -> list[WebhookEventShape]:
    """The events of a page in full. Two queries: the events with webhook and payload, the attempts."""
    rows = list(events.select_related("webhook", "event"))
    attempts: dict[int, list[tuple[str, int | None, bytes]]] = defaultdict(list)
    made = WebhookAttempt.objects.filter(webhook_event__in=[row.pk for row in rows]).order_by(
        "-started_at", "-id"
    )
    for owed, started, status, content in made.values_list(
        "webhook_event_id", InstantText("started_at"), "response_http_status", "response_content"
    ):
        attempts[owed].append((started, status, bytes(content)))
    return [_webhook_event(row, attempts[row.pk]) for row in rows]


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


def _webhook_event(row: WebhookEvent, attempts: Sequence[tuple[str, int | None, bytes]]) -> WebhookEventShape:
    _, status, content = attempts[0] if attempts else ("", None, None)
    return WebhookEventShape(
        id=row.pk,
        webhook=_webhook(row.webhook),
        created_date=instant_text(row.created_date),
        modified_date=instant_text(row.modified_date),
        uuid=str(row.uuid),
        request_payload=fragment(envelope(row.event_type, row.uuid, row.event.payload), dict[str, Any]),
        response_content="" if content is None else repr(content),
        response_http_status=status,
        delivered=row.delivered,
        request_datetimes=[started for started, _, _ in attempts],
        retry_count=len(attempts),
        object_id=row.object_id,
        content_type=row.content_type,
    )


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
        additional_headers=headers_without_secrets(row.additional_headers),
        config=config_without_secrets(row.config),
    )
