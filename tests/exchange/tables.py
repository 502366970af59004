"""Tables for tests, written to files, and what is said of them when they are brought in."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from aktar.exchange.actions import Report, import_records, try_records
from aktar.exchange.exports import file_of
from aktar.exchange.files import read_file
from aktar.exchange.kinds import Kind, kind_of
from aktar.exchange.records import records_of
from aktar.exchange.rules import Source
from tests.factories import NOW

LOCATION = {
    "erp_code": "S34-001",
    "name": "Şişli",
    "stock_location_type": "store",
    "target_packing_interval": "1 00:00:00",
    "target_transfer_interval": "3 00:00:00",
    "country": "tr",
    "city": "İSTANBUL",
    "township": "ŞİŞLİ",
    "address_line": "Büyükdere Caddesi 1",
}


def a_csv(
    path: Path, rows: Sequence[Sequence[str]], *, delimiter: str = ",", encoding: str = "utf-8"
) -> Path:
    """A CSV file of these rows, the headings first."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def a_workbook(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """An XLSX file as a spreadsheet writes it."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def read(path: Path, encoding: str = "utf-8-sig") -> Source:
    """The table in a file, read to its end."""
    known = {column.name for column in kind_of("products").columns}
    with read_file(path, known=known, encoding=encoding) as source:
        return Source(source.headings, iter(list(source.rows)))


def bring_in(path: Path, kind: str | Kind, *, now: datetime = NOW) -> list[Report]:
    """Import a file; the reports of all its records."""
    return _reports(path, kind, import_records, now)


def try_out(path: Path, kind: str | Kind, *, now: datetime = NOW) -> list[Report]:
    """Import a file on trial."""
    return _reports(path, kind, try_records, now)


def exported(path: Path, kind: str, form: str = "csv") -> Path:
    """Everything of a kind, in a file."""
    path.write_bytes(b"".join(file_of(kind_of(kind), form=form)))
    return path


def _reports(path: Path, kind: str | Kind, take: Any, now: datetime) -> list[Report]:
    chosen = kind_of(kind) if isinstance(kind, str) else kind
    with records_of(chosen, path, encoding="utf-8-sig") as records:
        return [report for batch in take(chosen, records, now=lambda: now) for report in batch]
