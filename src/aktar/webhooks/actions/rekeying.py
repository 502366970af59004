"""Encrypting every secret anew under the first key, so that a former key can be given up."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from aktar.edge.encryption import is_kept, secret_columns, unreadable
from aktar.webhooks.models import Webhook

REKEYED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """How many webhooks were saved under the first key, and by id the columns that no key opens."""

    webhooks: int
    lost: Mapping[int, tuple[str, ...]]


def rekey() -> Rekeyed:
    """Read every secret and save it under the first key, a batch a transaction; may be repeated.

    What no key opens stays as it is and is named in the answer.
    """
    done, last = 0, 0
    lost: dict[int, tuple[str, ...]] = {}
    while True:
        with transaction.atomic(durable=True):
            rows = Webhook.objects.filter(pk__gt=last).order_by("pk").select_for_update(no_key=True)
            batch = list(rows[:REKEYED_AT_ONCE])
            for webhook in batch:
                if closed := unreadable(webhook):
                    lost[webhook.pk] = closed
                if _saved_anew(webhook, closed):
                    done += 1
        if not batch:
            return Rekeyed(done, lost)
        last = batch[-1].pk


def _saved_anew(webhook: Webhook, closed: tuple[str, ...]) -> bool:
    """Save what was opened; answers whether anything was."""
    opened = [name for name in secret_columns(Webhook) if name not in closed and is_kept(webhook, name)]
    if opened:
        webhook.save(update_fields=opened)
    return bool(opened)
