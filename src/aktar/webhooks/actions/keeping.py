"""Keeping webhooks: making and changing them, their secrets, switching them off and on again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, transaction

from aktar.accounts.models import User
from aktar.edge.encryption import unreadable
from aktar.webhooks.actions.releasing import release_held
from aktar.webhooks.models import Deactivation, Endpoint, Webhook

OVERLAP = timedelta(hours=24)
"""How long a secret that was replaced still signs beside the new one."""


class WebhookExists(Exception):
    """The user has a webhook for this address and event type already."""

    def __init__(self, webhook: Webhook) -> None:
        super().__init__(
            f"Webhook {webhook.pk} of this user tells {webhook.target_url} of {webhook.event_type} already."
        )
        self.webhook = webhook


def keep_webhook(webhook: Webhook, *, now: datetime, then: Callable[[Webhook], None] | None = None) -> None:
    """Save a new or changed webhook with its endpoint. Raises WebhookExists, having changed nothing.

    A new secret is taken with `change_secret` before. `then` hears the webhook within the transaction. What
    was kept for a webhook that was off, or waits for the address that it had, goes out after the commit:
    releasing waits for whoever writes to an object, who may be waiting for these rows.
    """
    with transaction.atomic():
        save_webhook(webhook, now=now)
        if webhook.is_active:
            transaction.on_commit(partial(release_held, webhook))
        if then is not None:
            then(webhook)


def save_webhook(webhook: Webhook, *, now: datetime) -> None:
    """What `keep_webhook` does, but for what was kept: `release_held` is left to the caller."""
    with transaction.atomic():
        twin = Webhook.objects.filter(
            user_id=webhook.user_id, target_url=webhook.target_url, event_type=webhook.event_type
        )
        if found := twin.exclude(pk=webhook.pk).first():
            raise WebhookExists(found)
        webhook.endpoint = endpoint_of(webhook.user, webhook.target_url)
        if webhook.pk is None:
            webhook.created_date = now
        webhook.modified_date = now
        if webhook.is_active:
            webhook.deactivation, webhook.deactivated_at, webhook.failing_since = "", None, None
        elif not webhook.deactivation:
            webhook.deactivation, webhook.deactivated_at = Deactivation.BY_HAND, now
        if webhook.is_active:
            # Before the webhook, as settling does it, so that the two never wait for one another.
            Endpoint.objects.filter(pk=webhook.endpoint_id, paused_until__isnull=False).update(
                failures=0, paused_until=None
            )
        try:
            with transaction.atomic():
                webhook.save()
        except IntegrityError:  # another process was faster
            if found := twin.exclude(pk=webhook.pk).first():
                raise WebhookExists(found) from None
            raise


def endpoint_of(user: User, target_url: str) -> Endpoint:
    """The endpoint of a user's address, made if it is new."""
    endpoint, _ = Endpoint.objects.get_or_create(user=user, target_url=target_url)
    return endpoint


def change_secret(webhook: Webhook, secret: str | None, *, now: datetime) -> None:
    """Put another secret into a webhook that is yet to be kept; the one before signs on for a day."""
    before = None if "secret_key" in unreadable(webhook) else webhook.secret_key
    if secret == before:
        return
    has_overlap = bool(before) and bool(secret)
    webhook.previous_secret_key = before if has_overlap else None
    webhook.previous_secret_until = now + OVERLAP if has_overlap else None
    webhook.secret_key = secret


def end_overlap(webhook: Webhook, *, now: datetime) -> None:
    """Let the secret that was replaced sign no more, from this moment."""
    Webhook.objects.filter(pk=webhook.pk).update(
        previous_secret_key=None, previous_secret_until=None, modified_date=now
    )


def switch_off(webhook: Webhook, *, now: datetime) -> None:
    """Let a webhook hear no more; what it is owed is kept for when it is switched on again."""
    Webhook.objects.filter(pk=webhook.pk, is_active=True).update(
        is_active=False, deactivation=Deactivation.BY_HAND, deactivated_at=now, modified_date=now
    )


def resume(webhook: Webhook, *, now: datetime, then: Callable[[int], None] | None = None) -> int:
    """Switch a webhook on, and its endpoint's pause off; answers how many kept events go out again.

    `then` hears how many, in the last of several transactions: whoever is cut off asks again.
    """
    with transaction.atomic():
        Endpoint.objects.filter(pk=webhook.endpoint_id).update(failures=0, paused_until=None)
        Webhook.objects.filter(pk=webhook.pk).update(
            is_active=True, deactivation="", deactivated_at=None, failing_since=None, modified_date=now
        )
    released = release_held(webhook)
    if then is not None:
        with transaction.atomic():
            then(released)
    return released
