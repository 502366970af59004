"""The database is opened in the one way that keeps what was promised."""

import socket
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from aktar.site import environment, postgresql, sqlite


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
    assert "prepare_threshold" not in _options("?server_side_binding=false")


def test_waiting_for_locks_and_idling_in_transactions_end_on_postgresql(db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only")
    with connection.cursor() as cursor:
        for name, value in (("lock_timeout", "5s"), ("idle_in_transaction_session_timeout", "1min")):
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == (value,)


def test_the_address_of_the_database_may_set_other_limits() -> None:
    ours = "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
    assert _options("")["options"] == ours
    assert _options("?options=-c%20lock_timeout%3D9s")["options"] == f"{ours} -c lock_timeout=9s"
    assert _options("?connect_timeout=60")["connect_timeout"] == 60
    assert _options("?keepalives_idle=300")["keepalives_idle"] == 300


def test_a_database_that_is_gone_is_noticed_within_a_minute(db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only")
    with connection.cursor() as cursor:
        raw = connection.connection
        with socket.fromfd(raw.fileno(), socket.AF_INET, socket.SOCK_STREAM) as ours:
            tcp = {
                name: ours.getsockopt(socket.IPPROTO_TCP, option)
                for name, option in (
                    ("idle", socket.TCP_KEEPIDLE),
                    ("interval", socket.TCP_KEEPINTVL),
                    ("count", socket.TCP_KEEPCNT),
                    ("user timeout", socket.TCP_USER_TIMEOUT),
                )
            }
            assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        cursor.execute("SELECT 1")
    assert tcp == {"idle": 30, "interval": 10, "count": 3, "user timeout": 60_000}


def test_a_pooler_is_asked_for_nothing_that_it_does_not_know() -> None:
    asked = _options("?server_side_binding=false")
    assert asked["server_side_binding"] is False
    assert asked.keys().isdisjoint({"options", "prepare_threshold"})


def _options(query: str) -> dict[str, Any]:
    url = f"postgresql://postgres@127.0.0.1/aktar{query}"
    return postgresql.options(environment.database({"DATABASE_URL": url})["OPTIONS"])


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_has_closed_costs_a_reconnect_and_no_error() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only")
    connection.ensure_connection()
    assert connection.is_usable()
    other = connection.copy()
    try:
        with connection.cursor() as cursor, other.cursor() as executioner:
            cursor.execute("SELECT pg_backend_pid()")
            executioner.execute("SELECT pg_terminate_backend(%s, 5000)", cursor.fetchone())
    finally:
        other.close()
    assert not connection.is_usable()
    # As Django does it where a request begins.
    connection.health_check_enabled, connection.health_check_done = True, False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_a_request_asks_nothing_of_a_quiet_connection_to_find_it_alive(db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only")
    connection.ensure_connection()
    bare = connection.connection
    connection.connection = type("Silent", (), {"closed": False, "fileno": bare.fileno})()
    try:
        assert connection.is_usable()
    finally:
        connection.connection = bare
