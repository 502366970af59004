"""What happened (Event), who listens (Webhook), what each listener is owed (WebhookEvent) and each try."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from aktar.edge.content_types import ContentType
from aktar.edge.fields import BoundedCharField, DocumentField


class Event(models.Model):
    """One change of one object, with its payload frozen as text. Written in the transaction of the change."""

    type = BoundedCharField(max_length=100)
    content_type = models.PositiveSmallIntegerField()
    object_id = models.BigIntegerField()
    sequence = models.BigIntegerField(help_text="Counts the object's events from 1, without a gap.")
    payload = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "sequence"], name="webhooks_event_sequence"
            ),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="webhooks_event_sequence_from_1"),
            models.CheckConstraint(
                condition=Q(content_type__in=[int(kind) for kind in ContentType]),
                name="webhooks_event_content_type",
            ),
        ]


def _retry_every_minute() -> dict[str, object]:
    return {"choice": "fixed", "kwargs": {"seconds": 60}}


class Webhook(models.Model):
    """A subscription: `target_url` is told of every event of `event_type`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="webhooks")
    retry_countdown_config = DocumentField(default=_retry_every_minute)
    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()
    target_url = BoundedCharField(max_length=2000)
    is_active = models.BooleanField(default=True)
    secret_key = BoundedCharField(max_length=500, null=True, blank=True)
    event_type = BoundedCharField(max_length=100)
    callback = BoundedCharField(max_length=100, null=True, blank=True)
    additional_headers = DocumentField(default=dict, blank=True)
    config = DocumentField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "target_url", "event_type"], name="webhooks_webhook_identity"
            ),
        ]
        indexes = [
            models.Index(
                fields=["event_type"], condition=Q(is_active=True), name="webhooks_webhook_listening"
            ),
        ]


class WebhookEvent(models.Model):
    """An Event that one Webhook is owed: the outbox row that delivery works off."""

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="webhook_events")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="webhook_events")
    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()
    uuid = models.UUIDField(unique=True, default=uuid.uuid4)
    event_type = BoundedCharField(max_length=100, help_text="The name the webhook listens under.")
    content_type = models.PositiveSmallIntegerField()
    object_id = models.BigIntegerField()
    delivered = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="webhooks_webhookevent_once"),
            models.CheckConstraint(
                condition=Q(content_type__in=[int(kind) for kind in ContentType]),
                name="webhooks_webhookevent_content_type",
            ),
        ]
        indexes = [
            models.Index(fields=["content_type", "object_id", "-id"], name="webhooks_event_of_object"),
        ]


class WebhookAttempt(models.Model):
    """One try to deliver a WebhookEvent."""

    webhook_event = models.ForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="attempts")
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField(null=True)
    response_http_status = models.PositiveSmallIntegerField(null=True)
    response_content = models.BinaryField(help_text="The answer's first bytes, or the error in words.")
    error_kind = BoundedCharField(max_length=50, default="", help_text="Empty when an answer came.")
    address = BoundedCharField(max_length=64, default="", help_text="The network address that was called.")
