"""`aktar webhooks events` and `retry`: what the webhooks are owed, and one of it sent again."""

from datetime import UTC, datetime
from typing import Any

import click

from aktar.site.cli.columns import echo_columns
from aktar.site.cli.site import wake_migrated
from aktar.site.cli.webhooks import off, required_webhook

_COLUMNS = ("id", "created", "webhook", "event type", "object", "standing", "tries", "last answer", "address")
_BIGGEST_ID = 2**63 - 1


@click.command("events")
@click.option(
    "--webhook", "id_", metavar="ID", type=click.IntRange(1, _BIGGEST_ID), help="Of that webhook alone."
)
@click.option("--failed", "which", flag_value="failed", help="Only what was given up, or tried in vain.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="How many.")
def events_command(id_: int | None, which: str | None, limit: int) -> None:
    """List what the webhooks are owed in columns, the newest first, with its instants in UTC."""
    wake_migrated()
    from django.db.models import OuterRef, Q, Subquery

    from aktar.webhooks.models import Standing, WebhookAttempt, WebhookEvent

    found = WebhookEvent.objects.all() if id_ is None else required_webhook(id_).webhook_events.all()
    if which is not None:
        found = found.filter(Q(standing=Standing.GIVEN_UP) | Q(tries__gt=0), delivered=False)
    newest = WebhookAttempt.objects.filter(webhook_event=OuterRef("pk")).order_by("-started_at", "-pk")
    owed = found.order_by("-pk").annotate(
        status=Subquery(newest.values("response_http_status")[:1]),
        error=Subquery(newest.values("error_kind")[:1]),
    )
    echo_columns([_COLUMNS, *(_row(one) for one in owed.select_related("webhook")[:limit])])


@click.command("retry")
@click.argument("id_", metavar="ID", type=click.IntRange(1, _BIGGEST_ID))
def retry_command(id_: int) -> None:
    """Send the webhook event ID once more; one that waits, now. `aktar webhooks events` shows the ids."""
    wake_migrated()
    from aktar.webhooks.actions import WebhookNotActive, retry
    from aktar.webhooks.models import WebhookEvent

    owed = WebhookEvent.objects.select_related("webhook").filter(pk=id_).first()
    if owed is None:
        raise click.ClickException(f"There is no webhook event {id_}; `aktar webhooks events` shows them.")
    try:
        retry(owed, now=datetime.now(UTC))
    except WebhookNotActive:
        raise off(owed.webhook_id) from None
    click.echo(f"Webhook event {id_} goes out to {owed.webhook.target_url}.")


def _row(owed: Any) -> tuple[str, ...]:
    """The columns of a webhook event that brings the `status` and `error` of its newest attempt."""
    from aktar.edge.content_types import ContentType
    from aktar.webhooks.models import Standing

    return (
        str(owed.pk),
        owed.created_date.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        str(owed.webhook_id),
        owed.event_type,
        f"{ContentType(owed.content_type).name.lower()} {owed.object_id}",
        Standing(owed.standing).name.lower(),
        str(owed.tries),
        str(owed.status or owed.error or "-"),
        owed.webhook.target_url,
    )
