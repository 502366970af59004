"""`aktar webhooks`: who is told of what, kept at the console; pruning, and encrypting secrets anew."""

import base64
import secrets
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from aktar.site.cli.arguments import instant, line
from aktar.site.cli.columns import echo_columns
from aktar.site.cli.site import wake_migrated
from aktar.site.cli.users import required_user

if TYPE_CHECKING:
    from aktar.accounts.models import User
    from aktar.webhooks.models import Webhook

_COLUMNS = ("id", "event type", "address", "user", "active", "failures", "rests until", "failing since")
_ID = click.argument("id_", metavar="ID", type=click.IntRange(1, 2**63 - 1))
_SECRET_BYTES = 32


@click.group()
def webhooks() -> None:
    """Who is told of what happens."""


@webhooks.command("add")
@click.argument("url", type=line)
@click.argument("event_types", metavar="EVENT_TYPE...", nargs=-1, required=True, type=line)
@click.option(
    "--secret",
    metavar="SECRET",
    help="What signs the deliveries. Others see it in the list of processes: - reads it from standard input. "
    "[default: one that is made and printed]",
)
@click.option(
    "--user",
    "username",
    type=line,
    metavar="USER",
    help="Whose webhook it is: it hears of that user's locations. [default: the only administrator]",
)
def add_command(url: str, event_types: tuple[str, ...], secret: str | None, username: str | None) -> None:
    """Tell URL of every event of these types.

    A secret that is made is printed, alone: it is shown this once and cannot be read again.
    """
    wake_migrated()
    from django.db import transaction

    from aktar.webhooks.actions import WebhookExists, keep_webhook
    from aktar.webhooks.models import Webhook
    from aktar.webhooks.refusals import require_target, said_of
    from aktar.webhooks.rules import TargetRefused

    _require_the_servers_key()
    kinds = tuple(dict.fromkeys(event_types))
    _require_event_types(kinds)
    try:
        require_target(url)
    except TargetRefused as refusal:
        raise click.ClickException(said_of(refusal)) from None
    signing = _made_secret() if secret is None else _given_secret(secret)
    owner, now = _owner(username), datetime.now(UTC)
    made = [Webhook(user=owner, target_url=url, event_type=kind, secret_key=signing) for kind in kinds]
    try:
        # Together: a mistake leaves none of them behind.
        with transaction.atomic():
            for webhook in made:
                keep_webhook(webhook, now=now)
    except WebhookExists as refusal:
        raise click.ClickException(str(refusal)) from None
    for webhook in made:
        click.echo(f"Webhook {webhook.pk} tells {url} of {webhook.event_type}.", err=True)
    if secret is None:
        click.echo(signing)


@webhooks.command("list")
def list_command() -> None:
    """List every webhook in columns, the oldest first, with its instants in UTC. No secret is shown."""
    wake_migrated()
    from aktar.webhooks.models import Webhook

    now = datetime.now(UTC)
    found = Webhook.objects.select_related("user", "endpoint").order_by("pk")
    echo_columns([_COLUMNS, *(_row(webhook, now=now) for webhook in found)])


@webhooks.command("resume")
@_ID
def resume_command(id_: int) -> None:
    """Switch the webhook ID on; what was kept for it goes out, and its address is called again at once."""
    wake_migrated()
    from aktar.webhooks.actions import resume

    released = resume(required_webhook(id_), now=datetime.now(UTC))
    click.echo(f"Webhook {id_} is on. Events that were kept for it and go out now: {released:,}.")


@webhooks.command("off")
@_ID
def off_command(id_: int) -> None:
    """Switch the webhook ID off; what it is owed is kept."""
    wake_migrated()
    from aktar.webhooks.actions import switch_off

    switch_off(required_webhook(id_), now=datetime.now(UTC))
    click.echo(f"Webhook {id_} is off. What it is owed is kept until `aktar webhooks resume {id_}`.")


@webhooks.command("test")
@_ID
def test_command(id_: int) -> None:
    """Send the webhook ID a test event, webhook.test, which nobody else hears of."""
    wake_migrated()
    from aktar.webhooks.actions import WebhookNotActive, send_test

    try:
        owed = send_test(required_webhook(id_), now=datetime.now(UTC))
    except WebhookNotActive:
        raise off(id_) from None
    click.echo(f"A test goes out to webhook {id_}, as the event {owed.uuid.hex}.")


@webhooks.command("replay")
@click.option(
    "--since",
    required=True,
    metavar="INSTANT",
    type=instant,
    help="From when on, such as 2026-11-24T09:00; UTC where no offset is said.",
)
@click.option("--webhook", "id_", metavar="ID", type=click.IntRange(1, 2**63 - 1), help="That webhook alone.")
def replay_command(since: datetime, id_: int | None) -> None:
    """Send again what failed, and what the webhooks should have heard of and never did, since an instant.

    What was delivered is not sent again. May be repeated. Without --webhook it is done for every active one.
    """
    wake_migrated()
    from aktar.places.queries import heard_by
    from aktar.webhooks.actions import WebhookNotActive, recover, replay
    from aktar.webhooks.models import Webhook

    active = Webhook.objects.filter(is_active=True).select_related("user", "token").order_by("pk")
    now = datetime.now(UTC)
    for webhook in list(active) if id_ is None else [required_webhook(id_)]:
        try:
            failed = recover(webhook, since=since, now=now)
            missed = replay(webhook, visible=heard_by(webhook), since=since, now=now)
        except WebhookNotActive:
            if id_ is None:  # switched off meanwhile
                continue
            raise off(id_) from None
        click.echo(f"Webhook {webhook.pk}: {failed:,} that failed and {missed:,} that it missed go out.")


@webhooks.command("prune")
@click.option(
    "--days",
    type=click.IntRange(1, 36500),
    help="How long what was settled stays. [default: AKTAR_WEBHOOK_RETENTION_DAYS]",
)
def prune_command(days: int | None) -> None:
    """Delete what was delivered or given up long ago, and the events that nobody is owed any more.

    The dispatcher does so by itself; this is for at once, or for another number of days.
    """
    wake_migrated()
    from django.conf import settings

    from aktar.webhooks.actions import prune

    kept = timedelta(days=settings.AKTAR_WEBHOOK_RETENTION_DAYS if days is None else days)
    click.echo(f"Rows deleted: {prune(before=datetime.now(UTC) - kept):,}.")


@webhooks.command("rekey")
def rekey_command() -> None:
    """Encrypt every secret anew under the first key of AKTAR_WEBHOOK_KEY, so that the others can be given up.

    Give every server the new key first, before the others. May be repeated, while all of them run.
    """
    wake_migrated()
    from aktar.webhooks.actions import rekey

    done = rekey()
    for id_, columns in done.lost.items():
        click.echo(f"Webhook {id_}: no key opens {', '.join(columns)}.", err=True)
    click.echo(f"Webhooks encrypted anew: {done.webhooks:,}.")
    if done.lost:
        raise click.ClickException(
            f"{len(done.lost):,} webhooks have secrets that no key opens: name the key that encrypted them "
            "in AKTAR_WEBHOOK_KEY, after the present one and a comma, or enter them anew."
        )


def required_webhook(id_: int) -> "Webhook":
    """The webhook of an id; raises ClickException where there is none."""
    from aktar.webhooks.models import Webhook

    webhook = Webhook.objects.filter(pk=id_).first()
    if webhook is None:
        raise click.ClickException(f"There is no webhook {id_}; `aktar webhooks list` shows them.")
    return webhook


def off(id_: int) -> click.ClickException:
    """The refusal to send to a webhook that is off."""
    return click.ClickException(f"Webhook {id_} is off: run `aktar webhooks resume {id_}` first.")


def _require_the_servers_key() -> None:
    """Raises ClickException where a secret would be encrypted under a key that opens none of those there."""
    from django.conf import settings

    from aktar.webhooks.queries import newest_that_is_lost

    # One row is looked at: whoever runs with another key than the server opens none of them.
    if (lost := newest_that_is_lost()) is not None:
        raise click.ClickException(
            f"No key we have opens the secrets of webhook {lost.pk} (AKTAR_WEBHOOK_KEY, or the file "
            f"webhook-key of the data folder {settings.DATA_DIR}): the server would not open a new one "
            "either. Load the settings that the server runs with, or name its key in AKTAR_WEBHOOK_KEY, "
            f"after the present one and a comma. If it is lost, enter the secret of webhook {lost.pk} anew "
            "in the admin first."
        )


def _require_event_types(kinds: tuple[str, ...]) -> None:
    from aktar.webhooks.queries import is_event_type
    from aktar.webhooks.refusals import said_of_event_type

    for kind in kinds:
        if not is_event_type(kind):
            raise click.ClickException(f"{kind[:100]!r} is no event type. {said_of_event_type()}")


def _made_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"


def _given_secret(secret: str) -> str:
    from aktar.webhooks.refusals import SECRET_SENTENCE
    from aktar.webhooks.rules import is_secret

    if secret == "-":  # noqa: S105 (stands for standard input)
        secret = sys.stdin.buffer.readline().decode("ascii", "replace").rstrip("\r\n")
    if not is_secret(secret):
        raise click.ClickException(str(SECRET_SENTENCE))
    return secret


def _owner(username: str | None) -> "User":
    from aktar.accounts.models import User

    if username is not None:
        return required_user(username)
    administrators = list(User.objects.filter(is_superuser=True, is_active=True)[:2])
    if len(administrators) != 1:
        raise click.ClickException("Say whose locations it is to hear of: --user USER.")
    return administrators[0]


def _row(webhook: "Webhook", *, now: datetime) -> tuple[str, ...]:
    from aktar.webhooks.models import Deactivation

    rests = webhook.endpoint.paused_until
    active = "yes" if webhook.is_active else "no"
    if webhook.deactivation:
        active = f"no: {Deactivation(webhook.deactivation).label}"
    return (
        str(webhook.pk),
        webhook.event_type,
        webhook.target_url,
        webhook.user.username,
        active,
        str(webhook.endpoint.failures),
        *(
            at.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if at else "-"
            for at in (rests if rests and rests > now else None, webhook.failing_since)
        ),
    )
