"""`aktar user`: the people who log in, made at the console."""

import secrets
import sys
from datetime import UTC, datetime

import click

from aktar.site.cli.arguments import line
from aktar.site.cli.site import wake_migrated


@click.group()
def user() -> None:
    """The people who log in."""


@user.command("create")
@click.argument("name", type=line)
@click.option("--admin", is_flag=True, help="May do and see everything.")
@click.option("--email", default="", type=line, metavar="ADDRESS", help="The user's e-mail address.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create_user_command(name: str, admin: bool, email: str, password_stdin: bool) -> None:
    """Make the user NAME and print the password that was made for them, unless it is given."""
    wake_migrated()
    from aktar.accounts.actions import InvalidEmail, InvalidUserName, UserNameTaken, create_user

    password = _given_password() if password_stdin else secrets.token_urlsafe(15)
    try:
        create_user(name, is_admin=admin, email=email, password=password, now=datetime.now(UTC))
    except (InvalidEmail, InvalidUserName, UserNameTaken) as error:
        raise click.ClickException(str(error)) from None
    if not password_stdin:
        click.echo(password)


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
