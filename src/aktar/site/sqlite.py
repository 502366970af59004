"""Puts a safe SQLite under Django: the bundled 3.53 where a wheel exists, a refusal where none is."""

import sys

# SQLite 3.7.0 to 3.51.2 can corrupt a write-ahead log on reset with two connections; 3.51.3 is the mend.
SAFE_SINCE = (3, 51, 3)


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


def require_safe() -> None:
    """Raise UnsafeSqlite if the library that Django will use has the write-ahead-log bug."""
    import sqlite3

    if sqlite3.sqlite_version_info < SAFE_SINCE:
        raise UnsafeSqlite(
            f"SQLite {sqlite3.sqlite_version} can corrupt its write-ahead log; "
            "install the pysqlite3 package or set DATABASE_URL to a PostgreSQL database."
        )
