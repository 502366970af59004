"""Making a webhook and changing it, as its owner asks for it from outside."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from aktar.accounts.models import ApiToken
from aktar.edge.encryption import unreadable
from aktar.webhooks.actions.keeping import change_secret, keep_webhook, save_webhook
from aktar.webhooks.actions.releasing import release_held
from aktar.webhooks.models import Endpoint, Webhook
from aktar.webhooks.rules import with_kept_secrets

_PLAIN = ("target_url", "event_type", "is_active", "callback", "retry_countdown_config")
_SECRET = ("additional_headers", "config")


def make_webhook(
    wish: Mapping[str, Any],
    *,
    token: ApiToken,
    now: datetime,
    then: Callable[[Webhook], None] | None = None,
) -> Webhook:
    """Make a webhook of the token's user, which hears of what the token may see. Raises WebhookExists.

    `then` hears the webhook within the transaction.
    """
    webhook = Webhook(user=token.user)
    _put(webhook, wish, token=token, now=now)
    keep_webhook(webhook, now=now, then=then)
    return webhook


def change_webhook(
    webhook: Webhook,
    wish: Mapping[str, Any],
    *,
    token: ApiToken,
    now: datetime,
    then: Callable[[Webhook], None] | None = None,
) -> Webhook:
    """Change what is wished for of a webhook, and nothing else. Raises WebhookExists.

    From now on it hears of what the token may see, if that is one of its own user's.
    """
    with transaction.atomic():
        # The endpoint first, as settling does it, so that the two never wait for one another.
        Endpoint.objects.select_for_update(no_key=True).get(pk=webhook.endpoint_id)
        # As it is by now: delivery may have switched it off since it was read.
        webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
        _put(webhook, wish, token=token, now=now)
        save_webhook(webhook, now=now)
        if then is not None:
            then(webhook)
    if webhook.is_active:
        release_held(webhook)
    return webhook


def _put(webhook: Webhook, wish: Mapping[str, Any], *, token: ApiToken, now: datetime) -> None:
    if token.user_id == webhook.user_id:
        webhook.token = token
    for name in _PLAIN:
        if name in wish:
            setattr(webhook, name, wish[name])
    for name in _SECRET:
        if wish.get(name) is not None:
            kept = {} if name in unreadable(webhook) else getattr(webhook, name)
            setattr(webhook, name, with_kept_secrets(wish[name], kept))
    if wish.get("secret_key") is not None:
        change_secret(webhook, wish["secret_key"] or None, now=now)
