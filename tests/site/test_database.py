"""The database is opened in the one way that keeps what was promised."""

import pytest
from django.conf import settings
from django.db import connection

from aktar.site import environment, sqlite


def test_sqlite_is_opened_safely(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("of SQLite only")
    with connection.cursor() as cursor:
        found = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 20_000, "foreign_keys": 1}
    assert connection.transaction_mode == "IMMEDIATE"


def test_the_sqlite_under_django_cannot_corrupt_its_log() -> None:
    import sqlite3

    assert sqlite3.sqlite_version_info >= sqlite.SAFE_SINCE
    sqlite.require_safe()


def test_an_unsafe_sqlite_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    with pytest.raises(sqlite.UnsafeSqlite, match="pysqlite3"):
        sqlite.require_safe()


def test_no_request_runs_in_a_transaction_of_its_own() -> None:
    assert not settings.DATABASES["default"]["ATOMIC_REQUESTS"]


def test_connections_outlive_a_request_and_survive_a_restart_of_the_database() -> None:
    values = settings.DATABASES["default"]
    if connection.vendor == "sqlite":
        assert values["CONN_MAX_AGE"] is None
    else:
        assert values["CONN_MAX_AGE"] > 0
        assert values["CONN_HEALTH_CHECKS"]


def test_statements_are_prepared_by_postgresql_unless_the_address_says_no() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only")
    assert connection.settings_dict["OPTIONS"]["prepare_threshold"] == 5
    url = "postgresql://postgres@127.0.0.1/aktar?server_side_binding=false"
    assert environment.database({"DATABASE_URL": url})["OPTIONS"] == {"server_side_binding": False}
