"""`aktar import` and `aktar export`: tables in and out."""

import os
import shutil
import stat
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aktar.site.cli.arguments import instant
from aktar.site.cli.progress import ProgressLine
from aktar.site.cli.site import wake_with_workflow

if TYPE_CHECKING:
    from aktar.edge.upserts import Fate
    from aktar.exchange.actions import Report
    from aktar.exchange.kinds import Kind

KINDS = ("locations", "products", "cargo_companies", "stock", "orders")
FORMS = ("csv", "xlsx")
PATIENCE = 60
"""Seconds that a batch waits for other writers; nobody waits for an import."""
LANGUAGES = ("en-us", "tr-tr")


@click.command(name="import")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Show every difference and every error, and change nothing.")
@click.option("--as-of", type=instant, metavar="INSTANT", help="When the stock was counted; else now.")
@click.option("--encoding", default="utf-8-sig", help="Of a CSV file that is not UTF-8, as windows-1254.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en-us", help="Of what is said of rows.")
def import_(
    kind: str, file: str, dry_run: bool, as_of: datetime | None, encoding: str, language: str
) -> None:
    """Bring in a table of KIND from FILE, a CSV or XLSX file (- for standard input).

    Its first row names the columns; those of `aktar export KIND` are taken, in any order, and what has no
    column stays as it is. Rows that are there already are found by erp_code or sku, and left alone where
    nothing differs: an import may be repeated, and one that was broken off goes on so. Stock moves meanwhile:
    repeat it with the same --as-of, which is named where you gave none, and what moved since stays. Rows that
    are refused are named with their columns; the exit status is 1 then. Orders have a row for each line, are
    placed and left for `aktar plan`; those that are there are not changed.
    """
    began = datetime.now(UTC)
    if as_of is not None and kind != "stock":
        raise click.UsageError("--as-of goes with stock.")
    if as_of is not None and as_of > began:
        raise click.UsageError("--as-of names an instant that has not come yet.")
    wake_with_workflow()
    from django.db import OperationalError
    from django.utils.translation import override

    from aktar.exchange.kinds import kind_of
    from aktar.exchange.rules import FileRefused
    from aktar.exchange.telling import counted_at

    progress = _Progress(is_dry=dry_run)
    if kind == "stock" and as_of is None:
        # One instant for the whole file, however long it takes.
        as_of = began
        if not dry_run:
            with override(language):
                click.echo(counted_at(as_of), err=True)
    with override(language), _as_path(file) as path:
        try:
            _bring_in(kind_of(kind, as_of=as_of), path, encoding, progress)
        except (FileRefused, OSError) as error:
            progress.end_line()
            said = f"{click.format_filename(file)}: {_why(error)} {progress.said()}"
            raise click.ClickException(said) from None
        except OperationalError as error:
            reason = " ".join(str(error).split())
            progress.end_line()
            raise click.ClickException(f"The database gave up: {reason}. Run it again to go on.") from None
        progress.end_line()
        click.echo(progress.said())
    if progress.refused:
        sys.exit(1)


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--format", "form", type=click.Choice(FORMS), help="Else as the name of the file says, or csv.")
@click.option("-o", "--output", default="-", type=click.Path(dir_okay=False, allow_dash=True), metavar="FILE")
def export(kind: str, form: str | None, output: str) -> None:
    """Write everything of KIND as a table to standard output, or to FILE.

    It is safe to open in a spreadsheet, and can be brought in again as it is. Cargo companies without an ERP
    code are left out. FILE stays as it is until all is written.
    """
    wake_with_workflow()
    from aktar.edge.sheets import CellTooLong
    from aktar.exchange.exports import file_of
    from aktar.exchange.kinds import kind_of
    from aktar.exchange.rules import shown

    form = form or ("xlsx" if output.lower().endswith(".xlsx") else "csv")
    chunks = file_of(kind_of(kind), form=form)
    path = Path(output)
    try:
        if output == "-" or (path.exists() and not path.is_file()):
            # A pipe or a device, which nothing can be put in the place of.
            with click.open_file(output, "wb") as sink:
                sink.writelines(chunks)
        else:
            _put_in_place(chunks, path)
    except CellTooLong as error:
        raise click.ClickException(shown(str(error))) from None


def _put_in_place(chunks: Iterable[bytes], path: Path) -> None:
    """Write a file beside the one that it replaces: one that was broken off takes nobody's place."""
    from aktar.site.backups.archive import draft_beside, put_in_place

    # The file itself, where a link leads to it.
    path = path.resolve()
    try:
        with draft_beside(path) as draft:
            with draft.open("wb") as sink:
                sink.writelines(chunks)
            draft.chmod(_mode_of(path))
            put_in_place(draft, path)
    except OSError as error:
        raise click.ClickException(f"{click.format_filename(path)}: {_why(error)}") from None


def _mode_of(path: Path) -> int:
    """The mode of a file, or the one that it would get if it were made."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask


def _why(error: Exception) -> str:
    """What an error says; one of the system without its number and file, if it has a text of its own."""
    return getattr(error, "strerror", None) or str(error)


def _bring_in(kind: "Kind", path: Path, encoding: str, progress: "_Progress") -> None:
    from aktar.edge.locks import patiently
    from aktar.exchange.actions import import_records, try_records
    from aktar.exchange.records import records_of

    take = try_records if progress.is_dry else import_records
    with patiently(seconds=PATIENCE), records_of(kind, path, encoding=encoding) as records:
        for reports in take(kind, records, now=lambda: datetime.now(UTC)):
            progress.tell(reports)


class _Progress:
    """Says how it goes: each refusal, each difference on a dry run, and how far it is."""

    def __init__(self, *, is_dry: bool) -> None:
        self.is_dry = is_dry
        self._counts: Counter[Fate] = Counter()
        self._line = ProgressLine()

    @property
    def refused(self) -> int:
        """How many rows were refused."""
        from aktar.edge.upserts import Fate

        return self._counts[Fate.REFUSED]

    def tell(self, reports: "list[Report]") -> None:
        """Say what there is to say of a batch."""
        from aktar.edge.upserts import Fate
        from aktar.exchange.telling import lines

        for report in reports:
            self._counts[report.fate] += 1
            is_news = report.fate is not Fate.UNCHANGED if self.is_dry else report.fate is Fate.REFUSED
            if is_news:
                self.end_line()
                for line in lines(report):
                    click.echo(line, err=not self.is_dry)
        self._line.show(f"{self._counts.total():,} rows")

    def said(self) -> str:
        """The count of everything so far."""
        from aktar.exchange.telling import totals

        return totals(self._counts)

    def end_line(self) -> None:
        """Begin a new line, if one is open."""
        self._line.end()


@contextmanager
def _as_path(file: str) -> Iterator[Path]:
    """The file; what comes once alone is kept in a temporary one, for it is read more than once.

    That is standard input, and a pipe with a name, such as the shell's `<(…)`.
    """
    if file != "-" and not Path(file).is_fifo():
        yield Path(file)
        return
    with tempfile.NamedTemporaryFile() as kept:
        with click.open_file(file, "rb") as source:
            shutil.copyfileobj(source, kept, 1024 * 1024)
        kept.flush()
        yield Path(kept.name)
