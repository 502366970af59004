"""Waking Django for a command, with a sentence instead of a traceback for what an operator can mend."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from aktar.site import environment
from aktar.site.sqlite import UnsafeSqlite, make_private, require_safe

# Differences of the tables that are named where the rest is not.
_NAMED = 3


def wake_without_database() -> None:
    """Set Django up; raises ClickException for wrong settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aktar.site.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except environment.WrongSetting as error:
        raise click.ClickException(str(error)) from None
    except ImproperlyConfigured as error:
        raise click.ClickException(
            f"Django cannot start: {str(error).splitlines()[0]} "
            "(a PostgreSQL database needs the extra: pip install 'aktar[postgres]')."
        ) from None


def wake() -> None:
    """The same, and reaches the database; raises ClickException when there is none."""
    wake_without_database()
    from django.db import Error, connection

    try:
        if connection.vendor == "sqlite":
            require_safe()
            make_private(Path(connection.settings_dict["NAME"]))
        connection.ensure_connection()
    except UnsafeSqlite as error:
        raise click.ClickException(str(error)) from None
    except (OSError, Error) as error:
        reason = " ".join(str(error).split())
        raise click.ClickException(
            f"The database that DATABASE_URL names cannot be opened: {reason}"
        ) from None


def wake_present() -> None:
    """As `wake`, but makes nothing where SQLite's file is not there; raises ClickException then."""
    from django.conf import settings

    # Reading the settings makes keys, which a folder that was not meant is to be spared.
    if not settings.configured:
        _require_file()
    wake()


def wake_migrated() -> None:
    """The same, and raises ClickException when the tables are not those of this version."""
    wake_applied()
    from aktar.site.tables import TablesDiffer, require_tables

    try:
        require_tables()
    except TablesDiffer as refusal:
        raise other_tables(refusal.differences) from None


def wake_applied() -> None:
    """As `wake_present`, and raises ClickException when migrations of this version are not applied."""
    wake_present()
    from aktar.site.tables import pending_migrations

    if pending_migrations():
        raise click.ClickException(
            f"The database is not up to date: run `aktar migrate` first. It is {_which_database()}."
        )


def wake_with_workflow() -> None:
    """The same, and raises ClickException when no states and commands are loaded."""
    wake_migrated()
    from aktar.site.health import ills

    if ills()["workflow"]:
        raise click.ClickException("No workflow is loaded: run `aktar workflow load` first.")


def other_tables(differences: Sequence[str]) -> click.ClickException:
    """What is said of a database that another checkout made: a few differences, and the way out."""
    more = len(differences) - _NAMED
    rest = [f"And {more:,} more; `aktar verify` names them all."] if more > 0 else []
    return click.ClickException(
        "The tables are not those of this version, though its migrations have been applied. "
        f"{' '.join([*differences[:_NAMED], *rest])}\n"
        "Before 1.0 the tables of another checkout are made anew, not changed: with the version that made "
        "them take a backup and serve them, give this version an empty database, and move with `aktar load "
        "--from`. docs/operating.md (Upgrades) says how, and what that leaves behind.\n"
        f"This is {_which_database()}."
    )


def _require_file() -> None:
    try:
        database = environment.database()
    except environment.WrongSetting as error:
        raise click.ClickException(str(error)) from None
    if _is_sqlite(database) and not os.path.exists(database["NAME"]):
        raise click.ClickException(
            f"The database is not there: run `aktar migrate` first. It is {_named(database)}."
        )


def _which_database() -> str:
    from django.db import connection

    return _named(connection.settings_dict)


def _named(database: Mapping[str, Any]) -> str:
    """The database in words, without its password; an operator may have meant another one."""
    if _is_sqlite(database):
        chosen = "DATABASE_URL" if environment.text("DATABASE_URL") else "AKTAR_DATA_DIR, the folder,"
        return f"the file {database['NAME']}; {chosen} says which"
    return f"{database['HOST'] or 'localhost'}/{database['NAME']}; DATABASE_URL says which"


def _is_sqlite(database: Mapping[str, Any]) -> bool:
    return str(database["ENGINE"]).endswith(".sqlite3")
