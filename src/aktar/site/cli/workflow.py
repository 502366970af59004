"""`aktar workflow`: loading, checking and drawing the states and commands."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aktar.site.cli.site import wake, wake_migrated, wake_with_workflow

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
    """Bring the states and commands in line with FILE (unset: the default workflow). May be repeated."""
    wake_migrated()
    from aktar.workflow.actions import DEFAULT_WORKFLOW, load_workflow
    from aktar.workflow.rules import WorkflowFault

    try:
        loaded = load_workflow(_read(file or DEFAULT_WORKFLOW))
    except WorkflowFault as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(
        f"States and commands: {loaded.created} new, {loaded.changed} changed, {loaded.unchanged} as before."
    )


@workflow.command()
@_FILE
def check(file: Path | None) -> None:
    """Say what is amiss in FILE (unset: in what is loaded); exits with 1 if anything is."""
    found = _workflow(file)
    from aktar.workflow.rules import faults

    amiss = list(faults(found))
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
    help="Of the names.",
)
def graph(file: Path | None, language: str) -> None:
    """Draw FILE (unset: what is loaded) as a Mermaid state diagram."""
    found = _workflow(file)
    from aktar.workflow.rules import graph as drawn

    click.echo(drawn(found, language=language))


def _workflow(file: Path | None) -> "Workflow":
    if file is None:
        wake_with_workflow()
        from aktar.workflow.queries import stored_workflow

        return stored_workflow()
    wake()
    return _read(file)


def _read(file: Path) -> "Workflow":
    from aktar.workflow.actions import read_workflow
    from aktar.workflow.rules import WorkflowFault

    try:
        return read_workflow(file)
    except WorkflowFault as fault:
        raise click.ClickException(str(fault)) from None
