"""Filters of webhooks, and of what they are owed."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from aktar.edge.content_types import ContentType
from aktar.edge.filters import RANGES, IdFilter, NumberFilter, QueryFilters, UuidFilter
from aktar.webhooks.models import Webhook, WebhookAttempt, WebhookEvent
from aktar.webhooks.queries import NO_ANSWER


class WebhookFilters(QueryFilters):
    """What a list of webhooks can be asked for."""

    class Meta:
        model = Webhook
        fields = {"event_type": ["exact"], "is_active": ["exact"]}


class WebhookEventFilters(QueryFilters):
    """What a list of webhook events can be asked for."""

    uuid = UuidFilter()
    object_id = IdFilter(method="of_object")
    response_http_status = NumberFilter(method="answered_with")

    class Meta:
        model = WebhookEvent
        fields = {
            "event_type": ["exact"],
            "delivered": ["exact"],
            "created_date": RANGES,
            "content_type": ["exact"],
            "webhook": ["exact"],
        }

    def of_object(self, found: QuerySet[WebhookEvent], _name: str, object_id: int) -> QuerySet[WebhookEvent]:
        """The events of the objects of this id, of whatever kind."""
        # The index of objects begins with their kind: naming every kind is what lets it be used.
        return found.filter(content_type__in=list(ContentType), object_id=object_id)

    def answered_with(self, found: QuerySet[WebhookEvent], _name: str, status: int) -> QuerySet[WebhookEvent]:
        """The events whose newest attempt shows this status; one without an answer shows `NO_ANSWER`."""
        shown = Q(response_http_status=status)
        if status == NO_ANSWER:
            shown |= Q(response_http_status=None)
        # As the shapes put them, the newest first.
        newer = Q(started_at__gt=OuterRef("started_at")) | Q(
            started_at=OuterRef("started_at"), pk__gt=OuterRef("pk")
        )
        later = WebhookAttempt.objects.filter(newer, webhook_event=OuterRef("webhook_event"))
        newest = WebhookAttempt.objects.filter(shown).filter(~Exists(later))
        return found.filter(pk__in=newest.values("webhook_event"))
