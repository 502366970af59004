"""What the writes of webhooks take: every field checked, every error told at once."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from aktar.edge.body_fields import InstantBodyField
from aktar.edge.encryption import unreadable
from aktar.edge.serializers import (
    StrictBooleanField,
    StrictCharField,
    StrictSerializer,
    VerbatimCharField,
)
from aktar.webhooks.actions import CALLBACKS
from aktar.webhooks.models import Webhook
from aktar.webhooks.queries import event_types, is_event_type
from aktar.webhooks.refusals import (
    CONFIG_SENTENCE,
    ELSEWHERE_SENTENCE,
    HEADER_SENTENCES,
    ONE_OF_SENTENCE,
    RETRY_SENTENCE,
    SECRET_SENTENCE,
    TARGET_SENTENCES,
    require_target,
)
from aktar.webhooks.rules import (
    LONGEST_RETRY,
    LONGEST_TARGET,
    MOST_HEADERS,
    RETRY_CHOICES,
    ConfigRefused,
    HeaderRefused,
    TargetRefused,
    check_config,
    check_headers,
    config_without_secrets,
    headers_without_secrets,
    is_elsewhere,
    is_retry_config,
    is_secret,
    with_kept_secrets,
)
from aktar.webhooks.rules.event_types import EVENT_TYPES

_SECONDS = {"type": "integer", "minimum": 0, "maximum": LONGEST_RETRY}
_LIMIT = {"anyOf": [_SECONDS, {"type": "null"}]}
_RETRY_NUMBERS: Mapping[str, tuple[Mapping[str, Any], tuple[str, ...]]] = {
    "fixed": ({"seconds": _SECONDS}, ("seconds",)),
    "linear": ({"base": _SECONDS, "limit": _LIMIT}, ("base",)),
    "exponential": (
        {"base": _SECONDS, "factor": {**_SECONDS, "minimum": 1}, "limit": _LIMIT},
        ("base",),
    ),
    "random": ({"min_value": _SECONDS, "max_value": _SECONDS}, ("min_value", "max_value")),
}
_WITHOUT_SECRETS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "additional_headers": headers_without_secrets,
    "config": config_without_secrets,
}


class TargetField(StrictCharField):
    """An address that a webhook may point at."""

    default_error_messages = TARGET_SENTENCES

    def to_internal_value(self, data: Any) -> str:
        address = super().to_internal_value(data)
        try:
            require_target(address)
        except TargetRefused as refusal:
            self.fail(refusal.reason, longest=LONGEST_TARGET)
        return address

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        return super().json_schema() | {"format": "uri", "pattern": "^https?://"}


class OneOfField(StrictCharField):
    """One of some names."""

    default_error_messages = {"unknown": ONE_OF_SENTENCE}

    def __init__(self, *, names: tuple[str, ...], **options: Any) -> None:
        super().__init__(max_length=100, **options)
        self.names = names

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if name not in self.names:
            self.fail("unknown", names=", ".join(self.names))
        return name

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        return {"type": "string", "enum": [*self.names, *([None] if self.allow_null else ())]}


class EventTypeField(StrictCharField):
    """The name of an event type: one of ours, or one that an operator's states bring."""

    default_error_messages = {"unknown": ONE_OF_SENTENCE}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=100, **options)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if not is_event_type(name):
            self.fail("unknown", names=", ".join(event_types()))
        return name

    def json_schema(self) -> dict[str, Any]:
        """What the field takes; which of an operator's there are, the registry says."""
        own = {"type": "string", "maxLength": 100, "pattern": "^transfer\\.status\\."}
        return {"anyOf": [{"type": "string", "enum": list(EVENT_TYPES)}, own]}


class SecretField(VerbatimCharField):
    """A secret to sign with; null keeps the present one, an empty text takes it away."""

    default_error_messages = {"weak": SECRET_SENTENCE}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=500, allow_blank=True, **options)

    def to_internal_value(self, data: Any) -> str:
        secret = super().to_internal_value(data)
        if secret and not is_secret(secret):
            self.fail("weak")
        return secret

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        return {"type": "string", "maxLength": 500, "pattern": "^(|[!-~][ -~]{6,498}[!-~])$"}


class RetryField(serializers.Field[dict[str, Any], Any, Any, Any]):
    """How long to wait between attempts."""

    default_error_messages = {"invalid": RETRY_SENTENCE}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not (isinstance(data, dict) and is_retry_config(data)):
            self.fail("invalid", choices=", ".join(RETRY_CHOICES))
        return data

    def to_representation(self, value: Any) -> Any:
        return value

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        return {
            "anyOf": [
                _closed(
                    {
                        "choice": {"type": "string", "enum": [choice]},
                        "kwargs": _closed(dict(numbers), needed),
                    },
                    ("choice", "kwargs"),
                )
                for choice, (numbers, needed) in _RETRY_NUMBERS.items()
            ]
        }


class AdditionField(serializers.Field[dict[str, Any], Any, Any, Any]):
    """An object in which null stands for what is kept, and which is checked with that in its place."""

    default_error_messages = {"invalid": _("Give a JSON object, as in {{}}.")}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("invalid")
        kept: Webhook | None = self.context.get("webhook")
        name = self.field_name or ""
        before = {} if kept is None or name in unreadable(kept) else getattr(kept, name)
        self.check(with_kept_secrets(data, before))
        return data

    def check(self, whole: dict[str, Any]) -> None:
        """Fail with what is wrong."""
        raise NotImplementedError

    def to_representation(self, value: Any) -> Any:
        return value


class HeadersField(AdditionField):
    """Headers that go with every delivery, by name."""

    default_error_messages = HEADER_SENTENCES

    def check(self, whole: dict[str, Any]) -> None:
        try:
            check_headers(whole)
        except HeaderRefused as refusal:
            self.fail(refusal.fault, name=refusal.name[:100], most=MOST_HEADERS)

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        value = {"anyOf": [{"type": "string", "maxLength": 2000}, {"type": "null"}]}
        return {"type": "object", "maxProperties": MOST_HEADERS, "additionalProperties": value}


class ConfigField(AdditionField):
    """How to log in with the receiver."""

    default_error_messages = {"refused": CONFIG_SENTENCE}

    def check(self, whole: dict[str, Any]) -> None:
        try:
            check_config(whole)
        except ConfigRefused as refusal:
            self.fail("refused", field=refusal.field[:100])

    def json_schema(self) -> dict[str, Any]:
        """What the field takes."""
        text: dict[str, Any] = {"anyOf": [{"type": "string", "maxLength": 500}, {"type": "null"}]}
        kind = {"anyOf": [{"type": "string", "enum": ["basic"]}, {"type": "null"}]}
        auth = _closed({"auth_type": kind, "username": text, "password": text}, ("auth_type",))
        return _closed({"auth": {"anyOf": [auth, {"type": "null"}]}}, ())


class WebhookBody(StrictSerializer):
    """A webhook. What is left out stays as it is; a null in the place of a secret keeps it."""

    target_url = TargetField(max_length=LONGEST_TARGET)
    event_type = EventTypeField()
    is_active = StrictBooleanField(required=False)
    secret_key = SecretField(required=False, allow_null=True)
    callback = OneOfField(names=tuple(CALLBACKS), required=False, allow_null=True)
    retry_countdown_config = RetryField(required=False)
    additional_headers = HeadersField(required=False, allow_null=True)
    config = ConfigField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What is kept stays with the host that it was given for: nobody has it sent to themselves."""
        kept: Webhook | None = self.context.get("webhook")
        address = attrs.get("target_url")
        if kept is not None and address and is_elsewhere(address, before=kept.target_url):
            moved = [name for name in _WITHOUT_SECRETS if _keeps(kept, name, given=attrs.get(name))]
            if moved:
                raise serializers.ValidationError({name: [ELSEWHERE_SENTENCE] for name in moved})
        return attrs


class WebhookChangeBody(WebhookBody):
    """What is to change of a webhook."""

    target_url = TargetField(max_length=LONGEST_TARGET, required=False)
    event_type = EventTypeField(required=False)


class SinceBody(StrictSerializer):
    """From when on."""

    since = InstantBodyField()


def _keeps(webhook: Webhook, name: str, *, given: dict[str, Any] | None) -> bool:
    """Whether something secret of that column would go on being sent."""
    if name in unreadable(webhook):  # the key may come back
        return given is None
    kept = getattr(webhook, name)
    if given is None:
        return bool(_WITHOUT_SECRETS[name](kept) != kept)
    return with_kept_secrets(given, kept) != given


def _closed(properties: dict[str, Any], needed: tuple[str, ...]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | {"required": list(needed)} if needed else schema
