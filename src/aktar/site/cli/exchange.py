"""`aktar import` and `aktar export`: tables in and out."""

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
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
            why = error.strerror if isinstance(error, OSError) else str(error)
            progress.end_line()
            raise click.ClickException(f"{click.format_filename(file)}: {why} {progress.said()}") from None
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
    code are left out.
    """
    wake_with_workflow()
    from aktar.exchange.exports import file_of
    from aktar.exchange.kinds import kind_of

    form = form or ("xlsx" if output.lower().endswith(".xlsx") else "csv")
    # Written beside the file first: one that was broken off takes nobody's place.
    with click.open_file(output, "wb", atomic=output != "-") as sink:
        for chunk in file_of(kind_of(kind), form=form):
            sink.write(chunk)


def _bring_in(kind: "Kind", path: Path, encoding: str, progress: "_Progress") -> None:
    from aktar.edge.locks import patiently
    from aktar.exchange.actions import import_records, try_records
    from aktar.exchange.files import read_file
    from aktar.exchange.records import records

    known = {column.name for column in kind.columns}
    take = try_records if progress.is_dry else import_records
    with patiently(seconds=PATIENCE), read_file(path, known=known, encoding=encoding) as source:
        for reports in take(kind, records(kind, source), now=lambda: datetime.now(UTC)):
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
