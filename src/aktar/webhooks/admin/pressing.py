"""The buttons on the page of a webhook: off and on, one secret, a test, and what is to go out again."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from aktar.edge.encryption import is_kept
from aktar.webhooks.actions import (
    WebhookNotActive,
    end_overlap,
    recover,
    replay,
    resume,
    send_test,
    switch_off,
)
from aktar.webhooks.admin.words import OFF_SENTENCE
from aktar.webhooks.models import Webhook

if TYPE_CHECKING:  # the theme brings no types
    from django.contrib.admin import ModelAdmin

    UnfoldAdminTextInputWidget: Any
    _Page = ModelAdmin[Any]
else:
    from unfold.widgets import UnfoldAdminTextInputWidget

    _Page = object

_RECOVER, _REPLAY = _("Send again what failed"), _("Send what it never got")


class SinceForm(forms.Form):
    """From when on."""

    since = forms.DateTimeField(
        label=capfirst(_("since")),
        help_text=_("In UTC, as in 2026-11-24 09:00."),
        widget=UnfoldAdminTextInputWidget if not TYPE_CHECKING else None,
    )

    def clean_since(self) -> datetime:
        """The instant in UTC, where there is one: the first year of all has hours that it lacks."""
        since: datetime = self.cleaned_data["since"]
        try:
            return since.astimezone(UTC)
        except OverflowError:
            raise ValidationError(self.fields["since"].error_messages["invalid"]) from None


class Pressed(_Page):
    """A page of webhooks with its buttons, for those who may change them.

    `heard_by` says which events a webhook may hear of. `site` hands it in, as it does with the routes of the
    API; without it, nothing is heard of.
    """

    heard_by: Callable[[Webhook], Q] = staticmethod(lambda _webhook: Q(pk__in=[]))

    def get_urls(self) -> list[Any]:
        """The page's own, and those of its buttons."""
        views = {
            "resume": require_POST(self.resume_view),
            "off": require_POST(self.off_view),
            "end-overlap": require_POST(self.end_overlap_view),
            "test": require_POST(self.test_view),
            "recover": self.recover_view,
            "replay": self.replay_view,
        }
        return [
            *(
                path(
                    f"<id:webhook_id>/{name}/",
                    self.admin_site.admin_view(view),
                    name=f"webhooks_webhook_{name}",
                )
                for name, view in views.items()
            ),
            *super().get_urls(),
        ]

    def resume_view(self, request: HttpRequest, webhook_id: int) -> HttpResponse:
        """Switch one on, and call its address again at once."""
        webhook = self._to_change(request, webhook_id)
        released = resume(webhook, now=datetime.now(UTC))
        self._did(request, webhook, "is_active")
        said = ngettext(
            "The webhook is on; %(released)d event that was kept for it goes out.",
            "The webhook is on; %(released)d events that were kept for it go out.",
            released,
        )
        messages.success(request, said % {"released": released})
        return _back(webhook)

    def off_view(self, request: HttpRequest, webhook_id: int) -> HttpResponse:
        """Switch one off."""
        webhook = self._to_change(request, webhook_id)
        switch_off(webhook, now=datetime.now(UTC))
        self._did(request, webhook, "is_active")
        messages.success(request, _("The webhook is off; what it is owed is kept."))
        return _back(webhook)

    def end_overlap_view(self, request: HttpRequest, webhook_id: int) -> HttpResponse:
        """Let the former secret sign no more."""
        webhook = self._to_change(request, webhook_id)
        end_overlap(webhook, now=datetime.now(UTC))
        self._did(request, webhook, "previous_secret_until")
        messages.success(request, _("The former secret signs no more."))
        return _back(webhook)

    def test_view(self, request: HttpRequest, webhook_id: int) -> HttpResponse:
        """Send one a test."""
        webhook = self._to_change(request, webhook_id)
        try:
            owed = send_test(webhook, now=datetime.now(UTC))
        except WebhookNotActive:
            messages.error(request, OFF_SENTENCE)
        else:
            said = gettext("A test goes out, as the webhook event {id}.")
            messages.success(request, said.format(id=owed.pk))
        return _back(webhook)

    def recover_view(self, request: HttpRequest, webhook_id: int) -> HttpResponse:
        """Send one again what failed since an instant, which is asked for first."""
        webhook = self._to_change(request, webhook_id)

        def send(since: datetime) -> str:
            count = recover(webhook, since=since, now=datetime.now(UTC))
            said = ngettext(
                "%(count)d event that failed goes out again.",
                "%(count)d events that failed go out again.",
                count,
            )
            return said % {"count": count}

        return self._since(request, webhook, send, title=_RECOVER)

    def replay_view(self, request: HttpRequest, webhook_id: int) -> HttpResponse:
        """Send one what it never got since an instant, which is asked for first."""
        webhook = self._to_change(request, webhook_id)

        def send(since: datetime) -> str:
            visible = self.heard_by(webhook)
            count = replay(webhook, visible=visible, since=since, now=datetime.now(UTC))
            said = ngettext(
                "%(count)d event that it never got goes out.",
                "%(count)d events that it never got go out.",
                count,
            )
            return said % {"count": count}

        return self._since(request, webhook, send, title=_REPLAY)

    def _since(
        self, request: HttpRequest, webhook: Webhook, send: Callable[[datetime], str], *, title: Promise
    ) -> HttpResponse:
        form = SinceForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                messages.success(request, send(form.cleaned_data["since"]))
            except WebhookNotActive:
                messages.error(request, OFF_SENTENCE)
            return _back(webhook)
        return TemplateResponse(
            request,
            "aktar_admin/form.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": title,
                "form": form,
                "submit": title,
                "back": _address(webhook),
                "leave": _("Back"),
            },
        )

    def _to_change(self, request: HttpRequest, webhook_id: int) -> Webhook:
        if not self.has_change_permission(request):
            raise PermissionDenied
        webhook = Webhook.objects.select_related("user", "token").filter(pk=webhook_id).first()
        if webhook is None:
            raise Http404
        return webhook

    def _did(self, request: HttpRequest, webhook: Webhook, column: str) -> None:
        self.log_change(request, webhook, [{"changed": {"fields": [column]}}])


def buttons_of(webhook: Webhook) -> list[Mapping[str, Any]]:
    """What may be done to a webhook as it is now."""
    offered: list[tuple[str, Promise, str, bool]] = []
    if not webhook.is_active or webhook.endpoint.failures:
        offered.append(("resume", _("Resume"), "primary", True))
    if webhook.is_active:
        offered += [
            ("test", _("Send a test"), "default", True),
            ("recover", _RECOVER, "default", False),
            ("replay", _REPLAY, "default", False),
            ("off", _("Switch off"), "danger", True),
        ]
    if overlaps(webhook):
        offered.append(("end-overlap", _("Sign with the new secret alone"), "default", True))
    return [
        {
            "label": label,
            "url": reverse(f"admin:webhooks_webhook_{name}", args=[webhook.pk]),
            "variant": variant,
            "posts": posts,
        }
        for name, label, variant, posts in offered
    ]


def overlaps(webhook: Webhook) -> bool:
    """Whether the former secret signs beside the present one."""
    until = webhook.previous_secret_until
    return until is not None and until > datetime.now(UTC) and is_kept(webhook, "previous_secret_key")


def _address(webhook: Webhook) -> str:
    return reverse("admin:webhooks_webhook_change", args=[webhook.pk])


def _back(webhook: Webhook) -> HttpResponse:
    return HttpResponseRedirect(_address(webhook))
