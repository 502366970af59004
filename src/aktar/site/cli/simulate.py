"""`aktar simulate`: a retailer's month in simulated time, on a database of its own."""

import os
import sys
import tempfile
from typing import TYPE_CHECKING, TextIO

import click

from aktar.site.cli.progress import ProgressLine
from aktar.site.cli.site import wake

if TYPE_CHECKING:
    from aktar.site.simulation import Month, Report


@click.command()
@click.option("--orders", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True)
@click.option("--stores", type=click.IntRange(2, 2_000), default=60, show_default=True)
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same month.")
@click.option(
    "--batch", is_flag=True, help="Plan the orders of four hours together; else each as it comes in."
)
@click.option(
    "--database",
    metavar="URL",
    help="A database without tables to play in, and to look at afterwards. Else a temporary file.",
)
@click.option(
    "--draw",
    type=click.File("w", encoding="utf-8", lazy=False),
    help="A file for the drawing, as SVG.",
)
def simulate(
    orders: int, stores: int, days: int, seed: int, batch: bool, database: str | None, draw: TextIO | None
) -> None:
    """Play a retailer's month: the planner through every action, its rivals on the same orders on paper.

    It leaves the database that DATABASE_URL names alone. Exits with 1 if the books do not balance then.
    """
    with tempfile.TemporaryDirectory(prefix="aktar-simulation-") as folder:
        os.environ["AKTAR_DATA_DIR"] = folder
        os.environ["DATABASE_URL"] = database or f"sqlite:///{folder}/month.sqlite3"
        wake()
        from aktar.site.simulation import Month

        if database is None:
            _hurry()
        line = ProgressLine()
        report = _played(Month(orders=orders, stores=stores, days=days, seed=seed), line, is_batched=batch)
        _close()
    from aktar.site.simulation import drawn, told

    line.end()
    click.echo(told(report))
    click.echo(f"Carried out in {report.seconds:,.0f} seconds.", err=True)
    if draw is not None:
        draw.write(drawn(report))
    if not report.books.is_balanced:
        sys.exit(1)


def _played(month: "Month", line: ProgressLine, *, is_batched: bool) -> "Report":
    from django.core.management import call_command

    from aktar.planning.solving import SolverMissing, require_solver
    from aktar.site.cli.plan import NO_SOLVER
    from aktar.site.simulation import NotEmpty, require_no_tables
    from aktar.site.simulation import simulate as play
    from aktar.workflow.actions import DEFAULT_WORKFLOW, load_workflow, read_workflow

    try:
        if is_batched:
            require_solver()
        require_no_tables()
        call_command("migrate", interactive=False, verbosity=0)
        load_workflow(read_workflow(DEFAULT_WORKFLOW))
        return play(
            month,
            is_batched=is_batched,
            progress=lambda name, orders: line.show(f"{name}: {orders:,} of {month.orders:,} orders"),
        )
    except NotEmpty as refusal:
        raise click.ClickException(str(refusal)) from None
    except SolverMissing:
        raise click.ClickException(NO_SOLVER) from None


def _hurry() -> None:
    """A temporary file is gone after a power cut anyhow."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")


def _close() -> None:
    from django.db import connection

    connection.close()
