"""Webhooks in the admin, their secrets taken and never shown; events and deliveries to look at."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from aktar.edge.admin.columns import preformatted
from aktar.edge.admin.lists import FoundByObject
from aktar.edge.admin.pages import ReadOnlyInline, ReadOnlyPage, RowForm, TablePage
from aktar.edge.content_types import ContentType
from aktar.webhooks.actions import keep_webhook
from aktar.webhooks.models import Event, Webhook, WebhookAttempt, WebhookEvent
from aktar.webhooks.rules import (
    RETRY_CHOICES,
    config_without_secrets,
    headers_without_secrets,
    is_retry_config,
    with_kept_secrets,
)

if TYPE_CHECKING:  # the theme brings no types
    UnfoldAdminPasswordWidget: Any
    UnfoldBooleanSwitchWidget: Any
else:
    from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldBooleanSwitchWidget

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]{0,2000}")
_OURS = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection"})
_OUR_PREFIXES = ("webhook-", "x-whisperer-", "x-aktar-")


class WebhookForm(RowForm):
    """A webhook; a secret is typed anew to change it, and null stands for one that is kept."""

    new_secret = forms.CharField(
        label=capfirst(_("new secret")),
        required=False,
        max_length=500,
        strip=False,
        help_text=_("Signs what is sent. Left empty, the present one stays."),
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}, render_value=False)
        if not TYPE_CHECKING
        else None,
    )
    without_secret = forms.BooleanField(
        label=capfirst(_("sign nothing")),
        required=False,
        help_text=_("Takes the secret away."),
        widget=UnfoldBooleanSwitchWidget() if not TYPE_CHECKING else None,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["additional_headers"] = headers_without_secrets(self.instance.additional_headers)
        self.initial["config"] = config_without_secrets(self.instance.config)
        if "event_type" in self.fields:
            self.fields["event_type"].validators.append(
                RegexValidator(r"\A[a-z_]+(\.[a-z_]+)+\Z", _("Give the name of an event type."))
            )

    def clean_target_url(self) -> str:
        """An http or https address without a user name in it."""
        address: str = self.cleaned_data["target_url"]
        try:
            parts = urlsplit(address)
            is_plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
            _port = parts.port
        except ValueError:
            is_plain = False
        if not is_plain or any(sign.isspace() or not sign.isprintable() for sign in address):
            raise ValidationError(_("Give an address that begins with http:// or https://."))
        return address

    def clean_retry_countdown_config(self) -> Any:
        """One of the known ways to wait, with its numbers."""
        config = self.cleaned_data["retry_countdown_config"]
        if not is_retry_config(config):
            raise ValidationError(
                _(
                    'Give {{"choice": …, "kwargs": {{…}}}} with one of {choices} and its whole numbers.'
                ).format(choices=", ".join(RETRY_CHOICES))
            )
        return config

    def clean_additional_headers(self) -> Any:
        """Names and values that may stand in a request, and none of those that we set."""
        headers = with_kept_secrets(self.cleaned_data["additional_headers"], self.instance.additional_headers)
        for name, value in headers.items():
            taken = name.lower() in _OURS or name.lower().startswith(_OUR_PREFIXES)
            if taken or not _HEADER_NAME.fullmatch(name):
                raise ValidationError(_("{name} cannot be set as a header.").format(name=name[:100]))
            if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
                raise ValidationError(_("The value of {name} is no header's value.").format(name=name))
        return headers

    def clean_config(self) -> Any:
        """What is given, with the password that is kept where none is."""
        return with_kept_secrets(self.cleaned_data["config"], self.instance.config)

    def save(self, commit: bool = True) -> Any:
        """The webhook, with its new secret or without one."""
        if self.cleaned_data.get("without_secret"):
            self.instance.secret_key = None
        elif self.cleaned_data.get("new_secret"):
            self.instance.secret_key = self.cleaned_data["new_secret"]
        return super().save(commit)


@admin.register(Webhook)
class WebhookPage(TablePage):
    """Who is told of what."""

    names = (_("webhook"), _("webhooks"))
    words = {
        "target_url": _("address"),
        "event_type": _("event type"),
        "callback": _("callback"),
        "retry_countdown_config": _("waiting between attempts"),
        "additional_headers": _("additional headers"),
        "config": _("configuration"),
    }
    helps = {
        "additional_headers": _("null stands for a secret that is kept."),
        "config": _("null stands for a password that is kept."),
    }
    form = WebhookForm
    fields = (
        "user",
        "target_url",
        "event_type",
        "is_active",
        "has_secret",
        "new_secret",
        "without_secret",
        "retry_countdown_config",
        "additional_headers",
        "config",
        "callback",
        ("created_date", "modified_date"),
    )
    readonly_fields = ("has_secret",)
    autocomplete_fields = ("user",)
    list_display = ("id", "target_url", "event_type", "is_active", "has_secret", "user")
    list_display_links = ("id", "target_url")
    list_filter = ("is_active", "event_type")
    list_select_related = ("user",)
    search_fields = ("target_url", "user__username")

    @admin.display(description=_("signs"), boolean=True)
    def has_secret(self, row: Webhook) -> bool:
        """Whether what is sent is signed."""
        return bool(row.secret_key)

    def keep(self, obj: Webhook, now: datetime) -> None:
        """Write a webhook with its endpoint."""
        keep_webhook(obj, now=now)


@admin.register(Event)
class EventPage(FoundByObject, ReadOnlyPage):
    """Everything that happened, newest first."""

    names = (_("event"), _("events"))
    words = {"type": _("event type"), "sequence": _("sequence"), "payload": _("payload")}
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
    """The tries to deliver one event."""

    model = WebhookAttempt
    shown = ("started_at", "duration_ms", "response_http_status", "error_kind", "address")


@admin.register(WebhookEvent)
class WebhookEventPage(FoundByObject, ReadOnlyPage):
    """What each webhook is owed, newest first."""

    names = (_("webhook event"), _("webhook events"))
    words = {
        "webhook": _("webhook"),
        "event": _("event"),
        "uuid": _("UUID"),
        "event_type": _("event type"),
        "delivered": _("delivered"),
    }
    inlines = (AttemptInline,)
    list_display = ("id", "created_date", "event_type", "target", "object_id", "delivered")
    list_select_related = ("webhook",)
    sortable_by = ("id",)

    @admin.display(description=_("address"))
    def target(self, row: WebhookEvent) -> str:
        """Where it goes."""
        return row.webhook.target_url

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows with their webhook and event, whose payload stays where it is."""
        return super().get_queryset(request).select_related("webhook", "event").defer("event__payload")


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
