"""The page of webhooks: made and changed, switched off and on, and how they fare."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from aktar.edge.admin.columns import document
from aktar.edge.admin.pages import ForSuperusers, TablePage
from aktar.edge.encryption import is_kept
from aktar.webhooks.actions import WebhookExists, keep_webhook
from aktar.webhooks.admin.endpoints import rest
from aktar.webhooks.admin.forms import WebhookForm
from aktar.webhooks.admin.pressing import Pressed, buttons_of, overlaps
from aktar.webhooks.admin.words import ADDITIONAL_HEADERS, BY_ITSELF, CONFIGURATION, WHY_OFF, lost_sentence
from aktar.webhooks.models import Webhook
from aktar.webhooks.queries import config_shown, headers_shown

_MOST_TOLD = 5


class _WhyOff(admin.SimpleListFilter):
    """Filters webhooks by why they were switched off."""

    title = cast("str", _("switched off because"))
    parameter_name = "deactivation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """The reasons that there are."""
        return list(WHY_OFF.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The webhooks with that reason; any other value is no choice."""
        return queryset.filter(deactivation=self.value()) if self.value() in WHY_OFF else queryset


@admin.register(Webhook)
class WebhookPage(Pressed, ForSuperusers, TablePage):
    """Who is told of what: a webhook hears all that its owner may, wherever it points.

    Who may only look sees of headers and configuration what may be shown of them.
    """

    names = (_("webhook"), _("webhooks"))
    words = {
        "target_url": _("address"),
        "event_type": _("event type"),
        "token": _("made with the token"),
        "callback": _("callback"),
        "retry_countdown_config": _("waiting between attempts"),
        "additional_headers": ADDITIONAL_HEADERS,
        "config": CONFIGURATION,
        "failing_since": _("only failures since"),
        "deactivated_at": _("switched off"),
    }
    helps = {
        "additional_headers": _("null stands for a secret that is kept."),
        "config": _("null stands for a password that is kept."),
    }
    form = WebhookForm
    autocomplete_fields = ("user",)
    readonly_fields = (
        "token",
        "has_secret",
        "previous_signs_until",
        "why_off",
        "deactivated_at",
        "failing_since",
        "endpoint_failures",
        "endpoint_paused_until",
        "shown_headers",
        "shown_config",
    )
    list_display = (
        "id",
        "target_url",
        "event_type",
        "is_active",
        "why_off",
        "failing_since",
        "has_secret",
        "user",
    )
    list_display_links = ("id", "target_url")
    list_filter = ("is_active", _WhyOff, "event_type")
    list_select_related = ("user",)
    search_fields = ("target_url", "user__username")
    change_form_outer_before_template = "aktar_admin/buttons.html"

    @admin.display(description=_("signs"), boolean=True)
    def has_secret(self, row: Webhook) -> bool:
        """Whether what is sent is signed."""
        return is_kept(row, "secret_key")

    @admin.display(description=_("the former secret signs until"))
    def previous_signs_until(self, row: Webhook) -> datetime | None:
        """Until when what is sent is signed with the secret before as well."""
        return row.previous_secret_until if overlaps(row) else None

    @admin.display(description=_("switched off because"))
    def why_off(self, row: Webhook) -> str:
        """Why it is not active; nothing while it is."""
        return str(WHY_OFF.get(row.deactivation, ""))

    @admin.display(description=_("failures since the last success, of the address"))
    def endpoint_failures(self, row: Webhook) -> int:
        """How often in a row its address has failed."""
        return row.endpoint.failures

    @admin.display(description=_("the address rests until"))
    def endpoint_paused_until(self, row: Webhook) -> datetime | None:
        """When its address is called again."""
        return rest(row.endpoint)

    @admin.display(description=ADDITIONAL_HEADERS)
    def shown_headers(self, row: Webhook) -> SafeString | None:
        """The names of the additional headers."""
        return document(headers_shown(row))

    @admin.display(description=CONFIGURATION)
    def shown_config(self, row: Webhook) -> SafeString | None:
        """The configuration without its secrets."""
        return document(config_shown(row))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The webhooks with what their pages show of others."""
        return super().get_queryset(request).select_related("user", "token", "endpoint")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is entered to make one, and how it fares; for who may only look, no entry and no secret."""
        may_change = obj is None or self.has_change_permission(request, obj)
        documents = ("additional_headers", "config") if may_change else ("shown_headers", "shown_config")
        entered = ("new_secret", "without_secret") if may_change else ()
        if obj is None:
            return (
                *("user", "target_url", "event_type", "is_active", "new_secret"),
                *("retry_countdown_config", *documents, "callback"),
            )
        return (
            *("user", "target_url", "event_type", "is_active"),
            ("why_off", "deactivated_at"),
            ("failing_since", "endpoint_failures", "endpoint_paused_until"),
            *("has_secret", *entered, "previous_signs_until"),
            *("retry_countdown_config", *documents, "callback", "token"),
            ("created_date", "modified_date"),
        )

    def notices(self, request: HttpRequest) -> Sequence[str]:
        """The webhooks that were switched off by themselves, the latest first. One query."""
        off = Webhook.objects.filter(is_active=False, deactivation__in=BY_ITSELF)
        columns = ("pk", "target_url", "deactivation", "deactivated_at")
        found = list(off.order_by("-deactivated_at", "-pk").values_list(*columns)[: _MOST_TOLD + 1])
        said = [
            format_html(
                gettext('<a href="{url}">Webhook {id}</a> was switched off on {day}: {reason} ({address}).'),
                url=reverse("admin:webhooks_webhook_change", args=[id_]),
                id=id_,
                day="" if at is None else f"{at:%Y-%m-%d}",
                reason=WHY_OFF[why],
                address=address,
            )
            for id_, address, why, at in found[:_MOST_TOLD]
        ]
        if len(found) > _MOST_TOLD:
            said.append(
                format_html(
                    gettext('<a href="{url}">More webhooks</a> were switched off by themselves.'),
                    url=f"{reverse('admin:webhooks_webhook_changelist')}?is_active__exact=0",
                )
            )
        return said

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The form; when another process has just kept the same webhook, it says so."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except WebhookExists:  # the form finds it now
            return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """The webhook with its buttons; above it, which of its secrets no key opens any more."""
        if obj is not None:
            if self.has_change_permission(request, obj):
                context["buttons"] = buttons_of(obj)
            for name in context["adminform"].form.lost:
                if name != "previous_secret_key" or overlaps(obj):
                    messages.warning(request, lost_sentence(name))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def keep(self, obj: Any, now: datetime) -> None:
        """Write a webhook with its endpoint."""
        keep_webhook(obj, now=now)
