"""`aktar user create` and `aktar token create`: who may call, made at the console."""

import secrets
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from aktar.site.cli.site import wake_migrated

if TYPE_CHECKING:
    from aktar.accounts.models import User


@click.group()
def user() -> None:
    """The people who log in."""


@user.command("create")
@click.argument("name")
@click.option("--admin", is_flag=True, help="May do and see everything.")
@click.option("--email", default="", help="The user's e-mail address.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create_user_command(name: str, admin: bool, email: str, password_stdin: bool) -> None:
    """Make the user NAME and print the password that was made for them, unless it is given."""
    wake_migrated()
    from aktar.accounts.actions import InvalidUserName, UserNameTaken, create_user

    password = _given_password() if password_stdin else secrets.token_urlsafe(15)
    try:
        create_user(name, is_admin=admin, email=email, password=password, now=datetime.now(UTC))
    except (InvalidUserName, UserNameTaken) as error:
        raise click.ClickException(str(error)) from None
    if not password_stdin:
        click.echo(password)


@click.group()
def token() -> None:
    """The keys by which programs call the API."""


@token.command("create")
@click.argument("name")
@click.option("--user", "username", help="Whose token it is. [default: a service user called NAME]")
@click.option("--read-only", is_flag=True, help="May read, may not run commands.")
@click.option(
    "--location", "erp_codes", multiple=True, metavar="ERP_CODE", help="A location it opens; may be repeated."
)
@click.option("--all-locations", is_flag=True, help="It opens every location.")
@click.option("--expires", "days", type=click.IntRange(1, 36500), metavar="DAYS", help="Valid so long only.")
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

    from aktar.accounts.actions import InvalidUserName, create_token
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
    except (InvalidUserName, StockLocationUnknown) as error:
        raise click.ClickException(str(error)) from None
    click.echo(issued.key)


def _given_password() -> str:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    password = sys.stdin.readline().rstrip("\r\n")
    try:
        validate_password(password)
    except ValidationError as error:
        raise click.ClickException(" ".join(error.messages)) from None
    return password


def _owner(name: str, username: str | None, *, now: datetime) -> "User":
    from aktar.accounts.actions import create_user
    from aktar.accounts.models import User

    found = User.objects.filter(username=username or name).first()
    if username is not None:
        if found is None:
            raise click.ClickException(f"There is no user {username!r}.")
        return found
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
    answer = click.prompt("ERP codes of the locations that it opens, by commas", err=True)
    codes = tuple(code.strip() for code in answer.split(",") if code.strip())
    if not codes:
        raise click.UsageError("No location was named; --all-locations opens them all.")
    return codes
