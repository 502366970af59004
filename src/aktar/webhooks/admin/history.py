"""Events, what each webhook is owed of them, and every try to deliver it: to look at, newest first."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from aktar.edge.admin.columns import preformatted
from aktar.edge.admin.lists import FoundByObject
from aktar.edge.admin.pages import ReadOnlyInline, ReadOnlyPage
from aktar.edge.content_types import ContentType
from aktar.webhooks.actions import WebhookNotActive, retry
from aktar.webhooks.admin.words import OFF_SENTENCE
from aktar.webhooks.models import Event, Standing, WebhookAttempt, WebhookEvent

STANDINGS: Mapping[int, Promise] = {
    Standing.BLOCKED: _("waits for the one before it"),
    Standing.DUE: _("goes out next"),
    Standing.REPLAY: _("goes out again"),
    Standing.HELD: _("kept until its webhook is active again"),
    Standing.DELIVERED: _("delivered"),
    Standing.GIVEN_UP: _("given up"),
}


@admin.display(description=_("standing"))
def standing(row: WebhookEvent) -> str:
    """How far it is on its way, in words."""
    return str(STANDINGS[row.standing] if row.lease is None else _("is being sent"))


@admin.register(Event)
class EventPage(FoundByObject, ReadOnlyPage):
    """Everything that happened, newest first."""

    names = (_("event"), _("events"))
    words = {
        "type": _("event type"),
        "sequence": _("sequence"),
        "payload": _("payload"),
        "source_location": _("id of the source"),
        "destination_location": _("id of the destination"),
    }
    hidden = frozenset({"payload"})
    also_shown = ("payload_text",)
    list_display = ("id", "created_at", "type", "kind_number", "object_id", "sequence")
    sortable_by = ("id",)

    @admin.display(description=_("kind of object"))
    def kind_number(self, row: Event) -> str:
        """The kind of object by the contract's number and our name."""
        return f"{row.content_type} {ContentType(row.content_type).name.lower()}"

    @admin.display(description=_("payload"))
    def payload_text(self, row: Event) -> SafeString:
        """The frozen payload."""
        return preformatted(row.payload)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Lists leave the payloads, of ten kilobytes each, where they are."""
        return super().get_queryset(request).defer("payload")


class AttemptInline(ReadOnlyInline):
    """The tries to deliver one event, the latest first."""

    model = WebhookAttempt
    shown = ("started_at", "duration_ms", "response_http_status", "error_kind", "address")
    ordering = ("-started_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The attempts without the answers, which stand on their own pages."""
        return super().get_queryset(request).defer("response_content")


@admin.register(WebhookEvent)
class WebhookEventPage(FoundByObject, ReadOnlyPage):
    """What each webhook is owed, newest first."""

    names = (_("webhook event"), _("webhook events"))
    words = {
        "webhook": _("webhook"),
        "endpoint": _("endpoint"),
        "event": _("event"),
        "uuid": _("UUID"),
        "event_type": _("event type"),
        "sequence": _("sequence"),
        "delivered": _("delivered"),
        "standing": _("standing"),
        "due_at": _("goes out at"),
        "tries": _("tries"),
    }
    inlines = (AttemptInline,)
    hidden = frozenset({"lease"})
    shown_as = {"standing": standing}
    list_display = ("id", "created_date", "event_type", "target", "object_id", standing, "due_at", "tries")
    list_select_related = ("webhook",)
    sortable_by = ("id",)

    change_form_outer_before_template = "aktar_admin/buttons.html"

    @admin.display(description=_("address"))
    def target(self, row: WebhookEvent) -> str:
        """Where it goes."""
        return row.webhook.target_url

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows with their webhook, endpoint and event, whose payload stays where it is."""
        rows = super().get_queryset(request).select_related("webhook", "endpoint", "event")
        return rows.defer("event__payload")

    def get_urls(self) -> list[Any]:
        """The page's own, and that of its button."""
        view = self.admin_site.admin_view(require_POST(self.retry_view))
        return [
            path("<id:webhook_event_id>/retry/", view, name="webhooks_webhookevent_retry"),
            *super().get_urls(),
        ]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """What is owed, with a button that sends it once more."""
        if obj is not None and obj.webhook.is_active and _may_send(request):
            url = reverse("admin:webhooks_webhookevent_retry", args=[obj.pk])
            context["buttons"] = [{"label": _("Send again"), "url": url, "variant": "primary", "posts": True}]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def retry_view(self, request: HttpRequest, webhook_event_id: int) -> HttpResponse:
        """Send one once more; one that waits, now."""
        if not _may_send(request):
            raise PermissionDenied
        owed = WebhookEvent.objects.filter(pk=webhook_event_id).first()
        if owed is None:
            raise Http404
        try:
            retry(owed, now=datetime.now(UTC))
        except WebhookNotActive:
            messages.error(request, OFF_SENTENCE)
        else:
            messages.success(request, _("The event goes out."))
        return HttpResponseRedirect(reverse("admin:webhooks_webhookevent_change", args=[owed.pk]))


def _may_send(request: HttpRequest) -> bool:
    """Superusers, as they alone write webhooks."""
    return bool(getattr(request.user, "is_superuser", False))


@admin.register(WebhookAttempt)
class WebhookAttemptPage(ReadOnlyPage):
    """Every try to deliver, newest first."""

    names = (_("delivery attempt"), _("delivery attempts"))
    words = {
        "webhook_event": _("webhook event"),
        "started_at": _("started"),
        "duration_ms": _("milliseconds"),
        "response_http_status": _("status"),
        "error_kind": _("error"),
        "address": _("network address"),
    }
    hidden = frozenset({"response_content"})
    also_shown = ("answer",)
    list_display = (
        "id",
        "started_at",
        "webhook_event_id",
        "response_http_status",
        "duration_ms",
        "error_kind",
    )
    sortable_by = ("id",)

    @admin.display(description=_("answer"))
    def answer(self, row: WebhookAttempt) -> SafeString:
        """The first bytes of the answer, whatever they are."""
        return preformatted(repr(bytes(row.response_content)))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The attempts with what they tried to deliver."""
        return super().get_queryset(request).select_related("webhook_event")
