"""Copies of SQLite's file: taken while others write, examined, and put in the place of the one in use."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from django.db import connection

from aktar.site.backups.archive import BackupRefused, put_in_place

DUMP = "database.sqlite3"


def copy(target: Path) -> str:
    """Copy the database as it is at one instant; writers go on meanwhile. Answers SQLite's version."""
    import sqlite3

    connection.ensure_connection()
    with closing(sqlite3.connect(target, isolation_level=None)) as made:
        # All pages in one step are one read transaction: in several, every write would begin it anew.
        connection.connection.backup(made, pages=-1)
        # One file, without a log beside it.
        made.execute("PRAGMA journal_mode=DELETE")
    return sqlite3.sqlite_version


def examine(path: Path) -> dict[str, int]:
    """The number of rows of each table; raises BackupRefused for a damaged file. Nobody else may write it."""
    import sqlite3

    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as found:
            # SQLite itself takes the missing end of a last page for zeros.
            (pages,), (size,) = (
                found.execute(f"PRAGMA page_{what}").fetchone() for what in ("count", "size")
            )
            if path.stat().st_size != pages * size:
                raise BackupRefused("The copy of the database is cut off.")
            told = [row[0] for row in found.execute("PRAGMA integrity_check")]
            if told != ["ok"]:
                raise BackupRefused(f"The copy of the database is damaged: {told[0]}.")
            orphan = found.execute("PRAGMA foreign_key_check").fetchone()
            if orphan:
                raise BackupRefused(
                    f"Row {orphan[1]} of {orphan[0]} points at a row of {orphan[2]} that is none."
                )
            return {table: _count(found, table) for table in _tables(found)}
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"The copy of the database cannot be read: {error}.") from None


def is_empty(path: Path) -> bool:
    """Whether no table is there; raises BackupRefused for what is no database of SQLite."""
    import sqlite3

    if not path.exists() or not path.stat().st_size:
        return True
    try:
        with closing(sqlite3.connect(path)) as found:
            return not _tables(found)
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"{path} cannot be read: {error}. Move it away first.") from None


def swap(draft: Path, path: Path, *, now: datetime) -> Path | None:
    """Put a complete database in the place of the one in use; answers where that one is kept, if any was.

    Raises BackupRefused while another process has it open. Killed at any point, it leaves one of the two.
    """
    if is_empty(path):
        with _alone_with(path):
            put_in_place(draft, path)
        return None
    with _alone_with(path):
        kept = _kept_as_well(path, now)
        put_in_place(draft, path)
    return kept


def _kept_as_well(path: Path, now: datetime) -> Path:
    """Give a file a second name, of the second it is and of no other: several may be put away in one."""
    for number in count(1):
        which = "" if number == 1 else f"-{number}"
        kept = path.with_name(f"{path.name}.before-{now:%Y%m%dT%H%M%SZ}{which}")
        with suppress(FileExistsError):
            os.link(path, kept)
            return kept
    raise AssertionError


@contextmanager
def _alone_with(path: Path) -> Iterator[None]:
    """Hold the database alone, with nothing left in its log: a log must never meet another file."""
    import sqlite3

    if not path.exists():
        yield
        return
    with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as held:
        try:
            # Leaving the log is refused as long as anybody else has the file open, idle or not.
            held.execute("PRAGMA journal_mode=DELETE")
            held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise BackupRefused(
                f"Another process has {path} open: stop the server, and whoever else uses it, first."
            ) from None
        yield


def _tables(found: Any) -> list[str]:
    rows = found.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in rows if not name.startswith("sqlite_")]


def _count(found: Any, table: str) -> int:
    count: int = found.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 - its own name
    return count
