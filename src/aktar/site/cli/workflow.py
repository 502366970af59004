"""`aktar workflow`: loading, checking and drawing the states and commands."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aktar.site.cli.site import wake_migrated, wake_with_workflow, wake_without_database

if TYPE_CHECKING:
    from aktar.workflow.rules import Workflow

_FILE = click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
)


@click.group()
def workflow() -> None:
    """The states that things can be in and the commands that move them."""


@workflow.command()
@_FILE
def load(file: Path | None) -> None:
    """Bring the states and commands in line with FILE, or with the default workflow if no FILE is given.

    May be repeated.
    """
    wake_migrated()
    from aktar.workflow.actions import DEFAULT_WORKFLOW, load_workflow
    from aktar.workflow.rules import WorkflowFault

    found = _read(file or DEFAULT_WORKFLOW)
    if unknown := _unknown_handlers(found):
        raise click.ClickException(" ".join(unknown))
    try:
        loaded = load_workflow(found)
    except WorkflowFault as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(
        f"States and commands: {loaded.created} new, {loaded.changed} changed, {loaded.unchanged} as before."
    )


@workflow.command()
@_FILE
def check(file: Path | None) -> None:
    """Check FILE, or what is loaded if no FILE is given; exits with 1 if anything is amiss.

    A FILE is checked without a database.
    """
    found = _workflow(file)
    from aktar.workflow.rules import faults

    amiss = [*faults(found), *_unknown_handlers(found)]
    for fault in amiss:
        click.echo(fault, err=True)
    if amiss:
        raise click.exceptions.Exit(1)
    click.echo(f"{len(found.states)} states and {len(found.commands)} commands, nothing amiss.")


@workflow.command()
@_FILE
@click.option(
    "--language",
    default="en-us",
    show_default=True,
    type=click.Choice(["en-us", "tr-tr"]),
    help="The language of the names.",
)
def graph(file: Path | None, language: str) -> None:
    """Draw FILE, or what is loaded if no FILE is given, as a Mermaid state diagram."""
    found = _workflow(file)
    from aktar.workflow.rules import graph as drawn

    click.echo(drawn(found, language=language))


def _workflow(file: Path | None) -> "Workflow":
    if file is None:
        wake_with_workflow()
        from aktar.workflow.queries import stored_workflow

        return stored_workflow()
    # The keys that are made in a folder without any are for nothing here.
    with tempfile.TemporaryDirectory(prefix="aktar-workflow-") as folder:
        os.environ["AKTAR_DATA_DIR"] = folder
        wake_without_database()
    return _read(file)


def _unknown_handlers(found: "Workflow") -> list[str]:
    from aktar.fulfilment.effects import HANDLERS
    from aktar.workflow.rules import unknown_handlers

    return list(unknown_handlers(found, HANDLERS))


def _read(file: Path) -> "Workflow":
    from aktar.workflow.actions import read_workflow
    from aktar.workflow.rules import WorkflowFault

    try:
        return read_workflow(file)
    except WorkflowFault as fault:
        raise click.ClickException(str(fault)) from None
