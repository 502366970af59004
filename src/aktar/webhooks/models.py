"""What happened (Event), who listens (Webhook), what each listener is owed (WebhookEvent) and each try."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from aktar.accounts.models import ApiToken
from aktar.edge.content_types import ContentType
from aktar.edge.encryption import SecretDocumentField, SecretTextField
from aktar.edge.fields import BoundedCharField, DocumentField

_KINDS = [int(kind) for kind in ContentType]


def _object(row: "Event | WebhookEvent") -> str:
    return f"{ContentType(row.content_type).name.lower()} {row.object_id} #{row.sequence}"


class ObjectSequence(models.Model):
    """How many events an object has had; its row is the lock that orders the object's lanes.

    Whoever adds an event to an object or takes one off the head of its lanes holds this row.
    """

    content_type = models.PositiveSmallIntegerField()
    object_id = models.BigIntegerField()
    last = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["content_type", "object_id"], name="webhooks_sequence_object"),
            models.CheckConstraint(condition=Q(last__gte=1), name="webhooks_sequence_from_1"),
        ]


class Event(models.Model):
    """One change of one object, with its payload frozen as text. Written in the transaction of the change."""

    type = BoundedCharField(max_length=100)
    content_type = models.PositiveSmallIntegerField()
    object_id = models.BigIntegerField()
    sequence = models.BigIntegerField(help_text="Counts the object's events from 1, without a gap.")
    payload = models.TextField()
    created_at = models.DateTimeField()
    # Plain ids, for locations live on a higher floor: who works at either sees the event in the feed.
    source_location = models.BigIntegerField(null=True)
    destination_location = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "sequence"], name="webhooks_event_sequence"
            ),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="webhooks_event_sequence_from_1"),
            models.CheckConstraint(condition=Q(content_type__in=_KINDS), name="webhooks_event_content_type"),
        ]
        indexes = [models.Index(fields=["created_at", "id"], name="webhooks_event_created")]

    def __str__(self) -> str:
        return f"{self.type} · {_object(self)}"


class EventPosition(models.Model):
    """Where an event stands in the feed; null until it is placed, which happens after its commit.

    Ids are given out before commits and so tell nothing of their order; positions are given to what is
    committed, one after the other, so that a reader who is past a position has missed nothing before it.
    """

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.CASCADE, related_name="place")
    position = models.BigIntegerField(null=True, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(position__isnull=True) | Q(position__gte=1), name="webhooks_position_from_1"
            ),
        ]
        indexes = [
            models.Index(fields=["event"], condition=Q(position=None), name="webhooks_position_missing"),
        ]


class FeedHead(models.Model):
    """The one row that is locked to place events: the last position that was given."""

    last = models.BigIntegerField(default=0)
    pruned = models.BigIntegerField(default=0, help_text="The last position whose event is kept no more.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="webhooks_feedhead_one"),
            models.CheckConstraint(
                condition=Q(pruned__gte=0) & Q(pruned__lte=models.F("last")), name="webhooks_feedhead_pruned"
            ),
        ]


class Endpoint(models.Model):
    """The webhooks that share owner and address: order, cap and breaker are the endpoint's."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="endpoints")
    target_url = BoundedCharField(max_length=2000)
    failures = models.PositiveIntegerField(default=0, help_text="Failed attempts since the last good one.")
    paused_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "target_url"], name="webhooks_endpoint_identity"),
        ]
        indexes = [
            models.Index(
                fields=["paused_until"], condition=Q(paused_until__isnull=False), name="webhooks_paused"
            ),
        ]

    def __str__(self) -> str:
        return self.target_url


class Deactivation(models.TextChoices):
    """Why a webhook is not active."""

    BY_HAND = "by_hand", "Switched off"
    GONE = "gone", "Its address answered 410 Gone"
    FAILING = "failing", "Nothing but failures for five days"


def _retry_every_minute() -> dict[str, object]:
    return {"choice": "fixed", "kwargs": {"seconds": 60}}


class Webhook(models.Model):
    """A subscription: `target_url` is told of every event of `event_type`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="webhooks")
    # What the webhook may hear of is what the token that made it may see; without one, what its user may.
    token = models.ForeignKey(ApiToken, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="webhooks")
    retry_countdown_config = DocumentField(default=_retry_every_minute)
    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()
    target_url = BoundedCharField(max_length=2000)
    is_active = models.BooleanField(default=True)
    secret_key = SecretTextField(max_length=500, null=True, blank=True)
    previous_secret_key = SecretTextField(max_length=500, null=True, blank=True)
    previous_secret_until = models.DateTimeField(null=True, blank=True)
    event_type = BoundedCharField(max_length=100)
    callback = BoundedCharField(max_length=100, null=True, blank=True)
    additional_headers = SecretDocumentField(default=dict, blank=True)
    config = SecretDocumentField(default=dict, blank=True)
    failing_since = models.DateTimeField(null=True)
    deactivation = BoundedCharField(max_length=16, choices=Deactivation.choices, default="", blank=True)
    deactivated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "target_url", "event_type"], name="webhooks_webhook_identity"
            ),
            models.CheckConstraint(
                condition=Q(deactivation__in=["", *Deactivation.values])
                & (Q(is_active=True, deactivation="") | Q(is_active=False)),
                name="webhooks_webhook_deactivation",
            ),
        ]
        indexes = [
            models.Index(
                fields=["event_type"], condition=Q(is_active=True), name="webhooks_webhook_listening"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} → {self.target_url}"


class Standing(models.IntegerChoices):
    """How far a WebhookEvent is on its way.

    Of each lane (endpoint and object) only the head is due; those behind it are blocked until it ends.
    """

    BLOCKED = 0, "Waits for the one before it"
    DUE = 1, "Goes out next"
    REPLAY = 2, "Goes out again, beside the lanes"
    HELD = 3, "Kept until its webhook is active again"
    DELIVERED = 4, "Delivered"
    GIVEN_UP = 5, "Given up"


class WebhookEvent(models.Model):
    """An Event that one Webhook is owed: the outbox row that delivery works off.

    While it is claimed, `lease` is the claim's random token and `due_at` the instant the claim ends.
    """

    webhook = models.ForeignKey(
        Webhook, on_delete=models.PROTECT, related_name="webhook_events", db_index=False
    )
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="+", db_index=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="webhook_events")
    created_date = models.DateTimeField()
    modified_date = models.DateTimeField()
    uuid = models.UUIDField(unique=True, default=uuid.uuid4)
    event_type = BoundedCharField(max_length=100, help_text="The name the webhook listens under.")
    content_type = models.PositiveSmallIntegerField()
    object_id = models.BigIntegerField()
    sequence = models.BigIntegerField(help_text="The event's, for the order of the lane.")
    delivered = models.BooleanField(default=False)
    standing = models.PositiveSmallIntegerField(choices=Standing.choices)
    due_at = models.DateTimeField(null=True, help_text="When it may be claimed; null unless due.")
    lease = models.UUIDField(null=True)
    tries = models.PositiveIntegerField(default=0, help_text="Claims since it was last sent on its way.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="webhooks_webhookevent_once"),
            models.CheckConstraint(
                condition=Q(content_type__in=_KINDS), name="webhooks_webhookevent_content_type"
            ),
            models.CheckConstraint(
                condition=Q(standing__in=Standing.values), name="webhooks_webhookevent_standing"
            ),
            models.CheckConstraint(
                condition=Q(standing__in=[Standing.DUE, Standing.REPLAY], due_at__isnull=False)
                | (
                    ~Q(standing__in=[Standing.DUE, Standing.REPLAY])
                    & Q(due_at__isnull=True, lease__isnull=True)
                ),
                name="webhooks_webhookevent_due",
            ),
            # Two heads in one lane would go out at once.
            models.UniqueConstraint(
                fields=["endpoint", "content_type", "object_id"],
                condition=Q(standing=Standing.DUE),
                name="webhooks_lane_one_head",
            ),
        ]
        indexes = [
            models.Index(fields=["content_type", "object_id", "-id"], name="webhooks_event_of_object"),
            models.Index(
                fields=["endpoint", "standing", "due_at"],
                condition=Q(standing__in=[Standing.DUE, Standing.REPLAY]),
                name="webhooks_due",
            ),
            models.Index(
                fields=["endpoint", "content_type", "object_id", "sequence", "id"],
                condition=Q(standing=Standing.BLOCKED),
                name="webhooks_blocked",
            ),
            models.Index(fields=["webhook"], condition=Q(standing=Standing.HELD), name="webhooks_held"),
            models.Index(fields=["webhook", "-id"], name="webhooks_event_of_webhook"),
            # What the list of all of them is narrowed by.
            models.Index(fields=["event_type", "-id"], name="webhooks_event_of_type"),
            models.Index(fields=["created_date", "id"], name="webhooks_event_by_date"),
            models.Index(fields=["-id"], condition=Q(delivered=False), name="webhooks_undelivered"),
            # What was settled is pruned by its age.
            models.Index(
                fields=["modified_date"],
                condition=Q(standing__in=[Standing.DELIVERED, Standing.GIVEN_UP]),
                name="webhooks_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} · {_object(self)}"


class WebhookAttempt(models.Model):
    """One try to deliver a WebhookEvent."""

    webhook_event = models.ForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="attempts")
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField(null=True)
    response_http_status = models.PositiveSmallIntegerField(null=True)
    response_content = models.BinaryField(help_text="The answer's first bytes, or the error in words.")
    error_kind = BoundedCharField(max_length=50, default="", help_text="Empty when an answer came.")
    address = BoundedCharField(max_length=64, default="", help_text="The network address that was called.")

    class Meta:
        indexes = [
            models.Index(fields=["response_http_status", "webhook_event"], name="webhooks_attempt_status"),
            models.Index(fields=["started_at"], name="webhooks_attempt_started"),
        ]
