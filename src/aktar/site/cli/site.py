"""Waking Django for a command, with a sentence instead of a traceback for what an operator can mend."""

import os
from pathlib import Path

import click

from aktar.site.environment import WrongSetting
from aktar.site.sqlite import UnsafeSqlite, make_private, require_safe


def wake() -> None:
    """Set Django up and reach the database; raises ClickException for wrong settings or no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aktar.site.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except WrongSetting as error:
        raise click.ClickException(str(error)) from None
    except ImproperlyConfigured as error:
        raise click.ClickException(
            f"Django cannot start: {str(error).splitlines()[0]} "
            "(a PostgreSQL database needs the extra: pip install 'aktar[postgres]')."
        ) from None
    from django.db import DatabaseError, connection

    try:
        if connection.vendor == "sqlite":
            require_safe()
            make_private(Path(connection.settings_dict["NAME"]))
        connection.ensure_connection()
    except UnsafeSqlite as error:
        raise click.ClickException(str(error)) from None
    except (OSError, DatabaseError) as error:
        reason = " ".join(str(error).split())
        raise click.ClickException(
            f"The database that DATABASE_URL names cannot be opened: {reason}"
        ) from None


def wake_migrated() -> None:
    """The same, and raises ClickException when the tables are not those of this version."""
    wake()
    from aktar.site.health import pending_migrations

    if pending_migrations():
        raise click.ClickException("The database is not up to date: run `aktar migrate` first.")


def wake_with_workflow() -> None:
    """The same, and raises ClickException when no states and commands are loaded."""
    wake_migrated()
    from aktar.site.health import ills

    if ills()["workflow"]:
        raise click.ClickException("No workflow is loaded: run `aktar workflow load` first.")
