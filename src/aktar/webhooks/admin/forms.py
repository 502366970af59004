"""The form of a webhook: every rule of a webhook said in words, secrets taken and never given back."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from aktar.edge.admin.pages import RowForm
from aktar.edge.encryption import unreadable
from aktar.webhooks.actions import change_secret
from aktar.webhooks.queries import config_shown, headers_shown, is_event_type
from aktar.webhooks.refusals import (
    ELSEWHERE_SENTENCE,
    SECRET_SENTENCE,
    require_target,
    said_of,
    said_of_event_type,
    said_of_retries,
)
from aktar.webhooks.rules import (
    ConfigRefused,
    HeaderRefused,
    TargetRefused,
    check_config,
    check_headers,
    is_elsewhere,
    is_retry_config,
    is_secret,
    with_kept_secrets,
)

if TYPE_CHECKING:  # the theme brings no types
    UnfoldAdminPasswordWidget: Any
    UnfoldBooleanSwitchWidget: Any
else:
    from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldBooleanSwitchWidget

_DOCUMENTS = ("additional_headers", "config")


class WebhookForm(RowForm):
    """A webhook; a secret is typed anew to change it, and null stands for one that is kept."""

    new_secret = forms.CharField(
        label=capfirst(_("new secret")),
        required=False,
        strip=False,
        help_text=_(
            "Signs what is sent. Left empty, the present one stays; replaced, it signs on for a day beside "
            "the new one."
        ),
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
        row = options.get("instance")
        self.lost = () if row is None else unreadable(row)
        """The columns whose key is gone."""
        for name in _DOCUMENTS:
            if name in self.lost and name in self.base_fields:
                # From here on there is nothing: what is typed takes its place.
                setattr(row, name, {})
        super().__init__(*args, **options)
        self.initial["additional_headers"] = headers_shown(self.instance)
        self.initial["config"] = config_shown(self.instance)
        self._has_kept: set[str] = set()

    def clean_event_type(self) -> str:
        """One of the types that there are, or the one that it has."""
        kind: str = self.cleaned_data["event_type"]
        if not is_event_type(kind) and (not self.instance.pk or kind != self.instance.event_type):
            raise ValidationError(said_of_event_type())
        return kind

    def clean_target_url(self) -> str:
        """An address that a webhook may point at."""
        address: str = self.cleaned_data["target_url"]
        try:
            require_target(address)
        except TargetRefused as refusal:
            raise ValidationError(said_of(refusal)) from None
        return address

    def clean_retry_countdown_config(self) -> Any:
        """One of the known ways to wait, with its numbers."""
        config = self.cleaned_data["retry_countdown_config"]
        if not is_retry_config(config):
            raise ValidationError(said_of_retries())
        return config

    def clean_additional_headers(self) -> Any:
        """Names and values that may stand in a request, and none of those that we set."""
        headers = self._with_kept("additional_headers")
        try:
            check_headers(headers)
        except HeaderRefused as refusal:
            raise ValidationError(said_of(refusal)) from None
        return headers

    def clean_config(self) -> Any:
        """A way to log in, or none; with the password that is kept where none is given."""
        config = self._with_kept("config")
        try:
            check_config(config)
        except ConfigRefused as refusal:
            raise ValidationError(said_of(refusal)) from None
        return config

    def clean_new_secret(self) -> str:
        """A secret that every receiver can check with, or nothing."""
        secret: str = self.cleaned_data["new_secret"]
        if secret and not is_secret(secret):
            raise ValidationError(SECRET_SENTENCE)
        return secret

    def clean(self) -> dict[str, Any] | None:
        """What is kept stays with the host that it was given for; a secret is either given or taken away."""
        if self.cleaned_data.get("new_secret") and self.cleaned_data.get("without_secret"):
            self.add_error("without_secret", _("Give a new secret or take it away, not both."))
        address = self.cleaned_data.get("target_url")
        if address and self.instance.pk and is_elsewhere(address, before=self.instance.target_url):
            for name in self._has_kept & set(self.cleaned_data):
                self.add_error(name, ELSEWHERE_SENTENCE)
        return super().clean()

    def save(self, commit: bool = True) -> Any:
        """The webhook, with its new secret or without one; another owner's hears what that owner may."""
        if self.instance.pk and "user" in self.changed_data:
            self.instance.token = None  # the former owner's, which may have opened more
        if self.cleaned_data.get("without_secret"):
            change_secret(self.instance, None, now=datetime.now(UTC))
        elif secret := self.cleaned_data.get("new_secret"):
            change_secret(self.instance, secret, now=datetime.now(UTC))
        return super().save(commit)

    def _with_kept(self, name: str) -> dict[str, Any]:
        given = self.cleaned_data[name]
        whole = with_kept_secrets(given, getattr(self.instance, name))
        if whole != given:
            self._has_kept.add(name)
        return whole
