"""`aktar token`: the keys by which programs call the API, made, listed and revoked at the console."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from aktar.site.cli.arguments import line
from aktar.site.cli.site import wake_migrated
from aktar.site.cli.users import required_user

if TYPE_CHECKING:
    from aktar.accounts.models import ApiToken, User

_COLUMNS = ("prefix", "name", "user", "opens", "read-only", "created", "expires", "last used", "revoked")


@click.group()
def token() -> None:
    """The keys by which programs call the API."""


@token.command("create")
@click.argument("name", type=line)
@click.option(
    "--user",
    "username",
    type=line,
    metavar="USER",
    help="Whose token it is. [default: a service user called NAME]",
)
@click.option("--read-only", is_flag=True, help="May read, may not run commands.")
@click.option(
    "--location",
    "erp_codes",
    multiple=True,
    type=line,
    metavar="ERP_CODE",
    help="A location it opens; may be repeated.",
)
@click.option("--all-locations", is_flag=True, help="It opens every location.")
@click.option(
    "--expires", "days", type=click.IntRange(1, 36500), metavar="DAYS", help="Days until it expires."
)
def create_token_command(
    name: str,
    username: str | None,
    read_only: bool,
    erp_codes: tuple[str, ...],
    all_locations: bool,
    days: int | None,
) -> None:
    """Make a token called NAME and print it, alone: it is shown this once and cannot be read again."""
    if all_locations and erp_codes:
        raise click.UsageError("--location and --all-locations contradict each other.")
    if not all_locations:
        erp_codes = erp_codes or _asked_locations()
    wake_migrated()
    from django.db import transaction

    from aktar.accounts.actions import InvalidTokenName, InvalidUserName, UserNameTaken, create_token
    from aktar.accounts.models import Reach
    from aktar.places.actions import StockLocationUnknown, bind_token

    now = datetime.now(UTC)
    try:
        # Together, so that a mistyped location leaves neither a user nor a token behind.
        with transaction.atomic():
            issued = create_token(
                _owner(name, username, now=now),
                name=name,
                now=now,
                reach=Reach.ALL if all_locations else Reach.LOCATIONS,
                is_read_only=read_only,
                expires_at=now + timedelta(days=days) if days else None,
            )
            if erp_codes:
                bind_token(issued.token, erp_codes=erp_codes)
    except (InvalidTokenName, InvalidUserName, StockLocationUnknown, UserNameTaken) as error:
        raise click.ClickException(str(error)) from None
    click.echo(issued.key)


@token.command("list")
def list_tokens_command() -> None:
    """List every token in columns, the oldest first, with its instants in UTC."""
    wake_migrated()
    from aktar.accounts.queries import tokens
    from aktar.places.queries import bound_erp_codes

    found, bound = list(tokens()), bound_erp_codes()
    rows = [_COLUMNS, *(_row(each, bound) for each in found)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_COLUMNS))]
    for row in rows:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


@token.command("revoke")
@click.argument("prefix", type=line)
def revoke_token_command(prefix: str) -> None:
    """Close the token that begins with PREFIX, from this moment and for good."""
    wake_migrated()
    from aktar.accounts.actions import revoke_token
    from aktar.accounts.queries import unrevoked_tokens

    found = unrevoked_tokens(prefix)
    if not found:
        raise click.ClickException(f"No token that could be revoked begins with {prefix!r}.")
    if len(found) > 1:
        raise click.ClickException(
            f"{len(found)} tokens begin with {prefix!r}; `aktar token list` shows how they differ."
        )
    (only,) = found
    revoke_token(only, now=datetime.now(UTC))
    click.echo(f"Revoked: {only.prefix}, the token {only.name!r} of the user {only.user.username!r}.")


def _row(each: "ApiToken", bound: Mapping[int, Sequence[str]]) -> tuple[str, ...]:
    from aktar.accounts.models import Reach

    opens = {
        Reach.ALL: "all locations",
        Reach.USER: "the user's locations",
        Reach.LOCATIONS: ",".join(bound.get(each.pk, ())) or "-",
    }
    return (
        each.prefix,
        each.name,
        each.user.username,
        opens[Reach(each.reach)],
        "yes" if each.is_read_only else "no",
        *(
            instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if instant else "-"
            for instant in (each.created_at, each.expires_at, each.last_used_at, each.revoked_at)
        ),
    )


def _owner(name: str, username: str | None, *, now: datetime) -> "User":
    from aktar.accounts.actions import create_user
    from aktar.accounts.queries import user_called

    if username is not None:
        return required_user(username)
    found = user_called(name)
    if found is None:
        return create_user(name, is_admin=False, now=now)
    if found.has_usable_password():
        raise click.ClickException(
            f"{name!r} is a person who logs in: say --user {name} if the token is theirs."
        )
    return found


def _asked_locations() -> tuple[str, ...]:
    if not sys.stdin.isatty():
        raise click.UsageError("Say which locations the token opens: --location ERP_CODE or --all-locations.")
    answer = click.prompt("ERP codes of the locations that it opens, by commas", value_proc=line, err=True)
    codes = tuple(code.strip() for code in answer.split(",") if code.strip())
    if not codes:
        raise click.UsageError("No location was named; --all-locations opens them all.")
    return codes
