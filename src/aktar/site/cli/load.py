"""`aktar load`: moving in from files or from a live installation."""

import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from aktar.site.cli.progress import ProgressLine
from aktar.site.cli.site import wake_with_workflow

if TYPE_CHECKING:
    from aktar.transfers.loading.loader import Loader, Refusal, Summary


@click.command()
@click.argument(
    "files", nargs=-1, metavar="[FILE]...", type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@click.option("--from", "address", metavar="URL", help="Read a live installation instead of files.")
@click.option(
    "--token",
    envvar="AKTAR_LOAD_TOKEN",
    help="The key to call it with. Others see it in the list of processes: better set AKTAR_LOAD_TOKEN.",
)
@click.option("--details", is_flag=True, help="Fetch each order's detail too, for the customer's side.")
@click.option(
    "--limit", default=100, show_default=True, type=click.IntRange(1, 1000), help="Orders a page of the list."
)
@click.option(
    "--pause", default=0.0, type=click.FloatRange(0, 3600), help="Seconds to wait before each request."
)
def load(
    files: tuple[str, ...], address: str | None, token: str | None, details: bool, limit: int, pause: float
) -> None:
    """Take over transfer orders with their ids from FILEs, or with --from from a live installation.

    A FILE (- for standard input; may be gzipped) holds what an API answers: pages, lists or single orders of
    the list's or the detail's form, one or many, also one a line. May be repeated, and with --from goes on
    where it was broken off. Records that are refused are named on standard error; the exit status is 1 then.
    """
    if bool(files) == (address is not None):
        raise click.UsageError("Say either which files to load or --from which address.")
    if address is None and details:
        raise click.UsageError("--details goes with --from.")
    from django.db import OperationalError

    try:
        if address is None:
            summary = _load_files(files)
        else:
            summary = _load_from(address, token or "", details=details, limit=limit, pause=pause)
    except OperationalError as error:
        reason = " ".join(str(error).split())
        raise click.ClickException(f"The database gave up: {reason}. Run it again to go on.") from None
    click.echo(
        f"Transfer orders: {summary.created:,} created, {summary.updated:,} updated, "
        f"{summary.unchanged:,} unchanged, {summary.older:,} older than ours, {summary.refused:,} refused."
    )
    if summary.refused:
        sys.exit(1)


def _load_files(files: tuple[str, ...]) -> "Summary":
    wake_with_workflow()
    from aktar.transfers.loading.documents import documents

    reporting = _Reporting()
    loader = reporting.loader()
    for name in files:
        reporting.source = "standard input" if name == "-" else click.format_filename(name)
        try:
            with nullcontext(sys.stdin.buffer) if name == "-" else open(name, "rb") as stream:
                loader.load(documents(stream), progress=lambda: reporting.show(loader.summary))  # type: ignore[arg-type] # either is a stream of bytes
        except OSError as error:
            raise click.ClickException(f"{reporting.source} cannot be read: {error.strerror}") from None
    reporting.finish(loader)
    return loader.summary


def _load_from(address: str, token: str, *, details: bool, limit: int, pause: float) -> "Summary":
    from aktar.transfers.loading.remote import Source, SourceRefuses, WrongAddress, list_address

    token = token.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise click.UsageError("--from needs a token: set AKTAR_LOAD_TOKEN or give --token.")
    try:
        listed = list_address(address)
    except WrongAddress as error:
        raise click.UsageError(str(error)) from None
    wake_with_workflow()
    from aktar.transfers.loading.moving import is_under_way, move_in

    reporting = _Reporting(source=listed)
    loader = reporting.loader()
    source = Source(listed, token=token, pause=pause)
    try:
        if is_under_way(source, has_details=details):
            click.echo("Going on where an earlier run was broken off.", err=True)
        move_in(
            source,
            loader,
            has_details=details,
            limit=limit,
            now=lambda: datetime.now(UTC),
            progress=lambda total: reporting.show(loader.summary, total),
        )
    except SourceRefuses as refusal:
        reporting.finish(loader)
        raise click.ClickException(
            f"{listed}: {refusal}. {loader.summary.records:,} orders were read; run it again to go on."
        ) from None
    finally:
        source.close()
    reporting.finish(loader)
    return loader.summary


class _Reporting:
    """Says on standard error how it goes: how far it is, every refusal, what differs."""

    def __init__(self, source: str = "") -> None:
        self.source = source
        self._line = ProgressLine()

    def loader(self) -> "Loader":
        from aktar.transfers.loading.loader import Loader

        return Loader(refuse=self._refuse, now=datetime.now(UTC))

    def show(self, summary: "Summary", total: int | None = None) -> None:
        known = "" if total is None else f" of {total:,}"
        self._line.show(f"{summary.records:,}{known} orders, {summary.refused:,} refused")

    def finish(self, loader: "Loader") -> None:
        self._line.end()
        for sentence in loader.differences.told:
            click.echo(f"note: {sentence}", err=True)

    def _refuse(self, refusal: "Refusal") -> None:
        self._line.end()
        named = "" if refusal.id is None else f" (id {refusal.id})"
        click.echo(f"{self.source}: record {refusal.place}{named} refused: {refusal.why}", err=True)
