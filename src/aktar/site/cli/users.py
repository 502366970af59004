"""`aktar user`: the people who log in, made, listed and let in again at the console, and where they work."""

import secrets
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from aktar.site.cli.arguments import line
from aktar.site.cli.columns import echo_columns
from aktar.site.cli.site import wake_migrated

if TYPE_CHECKING:
    from aktar.accounts.models import User

_COLUMNS = ("name", "e-mail", "admin", "logs in", "last log-in", "works at")
# Locations that are named; who works at more works at most of them.
_NAMED = 5
_NAME = click.argument("name", type=line)
_PASSWORD = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
_LOCATIONS = click.option(
    "--location",
    "erp_codes",
    multiple=True,
    type=line,
    metavar="ERP_CODE",
    help="A location that they work at; may be repeated.",
)


@click.group()
def user() -> None:
    """The people who log in."""


@user.command("create")
@_NAME
@click.option("--admin", is_flag=True, help="May do and see everything.")
@click.option("--email", default="", type=line, metavar="ADDRESS", help="The user's e-mail address.")
@_LOCATIONS
@_PASSWORD
def create_user_command(
    name: str, admin: bool, email: str, erp_codes: tuple[str, ...], password_stdin: bool
) -> None:
    """Make the user NAME and print the password that was made for them, unless it is given.

    They see the transfers of the locations that they work at; --admin sees those of all.
    """
    if admin and erp_codes:
        raise click.UsageError("--admin and --location contradict each other: an admin sees every location.")
    wake_migrated()
    from django.db import transaction

    from aktar.accounts.actions import InvalidEmail, InvalidUserName, UserNameTaken, create_user
    from aktar.places.actions import StockLocationUnknown, assign_user

    password = _given_password() if password_stdin else _made_password()
    try:
        # Together, so that a mistyped location leaves no user behind.
        with transaction.atomic():
            made = create_user(name, is_admin=admin, email=email, password=password, now=datetime.now(UTC))
            assign_user(made, erp_codes=erp_codes)
    except (InvalidEmail, InvalidUserName, StockLocationUnknown, UserNameTaken) as error:
        raise click.ClickException(str(error)) from None
    if not password_stdin:
        click.echo(password)


@user.command("password")
@_NAME
@_PASSWORD
def password_command(name: str, password_stdin: bool) -> None:
    """Give the user NAME another password, and print the one that was made, unless it is given.

    They have to log in to the admin anew. Their tokens stay good: `aktar token revoke` closes them.
    """
    wake_migrated()
    from aktar.accounts.actions import set_password

    found = required_user(name)
    password = _given_password() if password_stdin else _made_password()
    set_password(found, password=password)
    if not password_stdin:
        click.echo(password)


@user.command("locations")
@_NAME
@_LOCATIONS
@click.option("--none", "nowhere", is_flag=True, help="They work at no location any more.")
def locations_command(name: str, erp_codes: tuple[str, ...], nowhere: bool) -> None:
    """Let the user NAME work at these locations, and at no other one from now on."""
    if bool(erp_codes) == nowhere:
        raise click.UsageError("Say either where they work, --location ERP_CODE, or --none.")
    wake_migrated()
    from aktar.places.actions import StockLocationUnknown, assign_user

    found = required_user(name)
    try:
        assign_user(found, erp_codes=erp_codes)
    except StockLocationUnknown as error:
        raise click.ClickException(str(error)) from None
    where = f"at {', '.join(sorted(set(erp_codes)))}" if erp_codes else "at no location"
    click.echo(f"{found.username} works {where}.")


@user.command("list")
def list_users_command() -> None:
    """List every user in columns, the oldest first, with its instants in UTC; services do not log in."""
    wake_migrated()
    from aktar.accounts.queries import users
    from aktar.places.queries import erp_codes_by_user

    works = erp_codes_by_user()
    echo_columns([_COLUMNS, *(_row(each, works) for each in users())])


def required_user(name: str) -> "User":
    """The user of a name, however it is composed; raises ClickException where there is none."""
    from aktar.accounts.queries import user_called

    found = user_called(name)
    if found is None:
        raise click.ClickException(f"There is no user {name!r}; `aktar user list` shows them.")
    return found


def _row(each: "User", works: Mapping[int, Sequence[str]]) -> tuple[str, ...]:
    return (
        each.username,
        each.email or "-",
        "yes" if each.is_superuser else "no",
        "yes" if each.is_active and each.has_usable_password() else "no",
        each.last_login.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if each.last_login else "-",
        "all locations" if each.is_superuser else _listed(works.get(each.pk, ())),
    )


def _listed(erp_codes: Sequence[str]) -> str:
    more = len(erp_codes) - _NAMED
    named = ",".join(erp_codes[:_NAMED]) or "-"
    return f"{named} and {more:,} more" if more > 0 else named


def _made_password() -> str:
    return secrets.token_urlsafe(15)


def _given_password() -> str:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        password = sys.stdin.buffer.readline().decode().rstrip("\r\n")
        validate_password(password)
    except UnicodeDecodeError:
        raise click.ClickException("The password on standard input is no UTF-8 text.") from None
    except ValidationError as error:
        raise click.ClickException(" ".join(error.messages)) from None
    return password
