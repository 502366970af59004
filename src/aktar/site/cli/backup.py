"""`aktar backup`, `restore` and `verify`: the whole database in a file, back again, and whether it agrees."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aktar.site.cli.site import wake, wake_applied, wake_present, wake_without_database

if TYPE_CHECKING:
    from aktar.site.backups import Restored

_KEYS = (
    "The keys are not in it: keep AKTAR_SECRET_KEY and AKTAR_WEBHOOK_KEY, or the files secret-key and "
    "webhook-key of the data folder, elsewhere."
)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--verify", is_flag=True, help="Bring it back beside the database, look it over, throw that away."
)
def backup(file: Path, verify: bool) -> None:
    """Write the whole database into a new FILE (of a folder: one named after now) while others write.

    On PostgreSQL its own programs are needed. Beside FILE there must be room for two copies of the database
    while it is taken. The keys are not in it.
    """
    wake_present()
    from aktar.site.backups import BackupRefused, rehearse, take

    try:
        taken = take(file, now=datetime.now(UTC))
        click.echo(taken.path)
        click.echo(f"{taken.manifest.contents}. {_KEYS}", err=True)
        if verify:
            _report(rehearse(taken.path))
    except BackupRefused as refusal:
        raise click.ClickException(str(refusal)) from None


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace what the database holds.")
def restore(file: Path, force: bool) -> None:
    """Bring FILE, a backup, back into the database that DATABASE_URL names.

    All of it or nothing: until the backup is found whole, the former database stays. No other process may use
    the database meanwhile. The exit status is 1, too, if it was brought back and something in it is amiss.
    """
    wake_without_database()
    from django.db import Error, connection

    from aktar.site.backups import BackupRefused
    from aktar.site.backups import restore as bring_back

    if connection.vendor != "sqlite":
        wake()
    try:
        restored = bring_back(file, may_replace=force, now=datetime.now(UTC))
    except (BackupRefused, Error) as refusal:
        raise click.ClickException(" ".join(str(refusal).split())) from None
    click.echo(f"Restored: {restored.manifest.contents}, as they were at {restored.manifest.taken_at}.")
    if restored.kept:
        click.echo(f"The former database is kept as {restored.kept}.", err=True)
    _report(restored)


@click.command()
def verify() -> None:
    """Look the database over: its tables, and that orders, logs, events and deliveries agree.

    Writes nothing.
    """
    wake_applied()
    from aktar.site.verifying import faults

    _require_none(faults())


def _report(restored: "Restored") -> None:
    if restored.is_up_to_date:
        _require_none(restored.faults)
    else:
        click.echo("It is of an older version: run `aktar migrate`, then `aktar verify`.", err=True)


def _require_none(amiss: list[str]) -> None:
    for fault in amiss:
        click.echo(fault, err=True)
    if amiss:
        sys.exit(1)
    click.echo("Verified: nothing is amiss.")
