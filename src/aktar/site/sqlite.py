"""Puts a safe SQLite under Django: the bundled 3.53 where a wheel exists, a refusal where none is."""

import contextlib
import os
import sys
from pathlib import Path
from typing import Any

# SQLite 3.7.0 to 3.51.2 can corrupt a write-ahead log on reset with two connections; 3.51.3 is the mend.
SAFE_SINCE = (3, 51, 3)

# How long a writer waits for the one before it, in seconds.
BUSY_TIMEOUT = 20

# IMMEDIATE takes the write lock at the start: a transaction that reads first and writes later would otherwise
# be refused in the middle, and no waiting helps it. FULL, because a 204 is a promise that a power cut must
# not break.
OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": BUSY_TIMEOUT,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192",
}


class UnsafeSqlite(RuntimeError):
    """The SQLite library can corrupt a write-ahead log; install pysqlite3 or use PostgreSQL."""


def install() -> None:
    """Make `sqlite3` name the bundled library; called by the settings before Django imports its backend."""
    try:
        import pysqlite3
    except ImportError:
        return
    import pysqlite3.dbapi2

    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


def make_private(path: Path) -> None:
    """Create the database's file for its owner's eyes only; its log files take over its permissions.

    Raises OSError where that cannot be done.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def require_safe() -> None:
    """Raise UnsafeSqlite if the library that Django will use has the write-ahead-log bug."""
    import sqlite3

    if sqlite3.sqlite_version_info < SAFE_SINCE:
        raise UnsafeSqlite(
            f"SQLite {sqlite3.sqlite_version} can corrupt its write-ahead log; "
            "install the pysqlite3 package or set DATABASE_URL to a PostgreSQL database."
        )
