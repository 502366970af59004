"""A backup is brought back whole with all that guards the tables, by force alone, and under nobody's feet."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from aktar.site.backups import read_manifest
from aktar.site.backups.sqlite_files import swap
from aktar.site.verifying import faults
from aktar.workflow.models import TransitionLog
from tests.backups.conftest import ORDERS
from tests.backups.databases import Aktar, is_refused, row_counts
from tests.backups.dying_restore import MOMENTS
from tests.concurrency.processes import CHECKOUT
from tests.concurrency.rows import contested_orders
from tests.conftest import ServerProcess
from tests.factories import NOW


def test_what_was_restored_keeps_its_triggers_and_goes_on_counting(
    archive: Path, elsewhere: Aktar, another_url: str
) -> None:
    assert elsewhere("restore", str(archive)).returncode == 0
    assert elsewhere("user", "create", "ayse").returncode == 0
    if connection.vendor == "sqlite":
        names = "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        with closing(sqlite3.connect(another_url.removeprefix("sqlite:///"))) as restored:
            found = restored.execute(names).fetchall()
    else:
        names = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
        with closing(psycopg.connect(another_url)) as restored_there:
            found = restored_there.execute(names).fetchall()
    with connection.cursor() as cursor:
        cursor.execute(names)
        assert found == cursor.fetchall()
    assert "workflow_transitionlog_append_only" in {name for (name,) in found}


def test_the_restore_drill_ends_with_a_server_that_answers(
    kept: Path,
    elsewhere: Aktar,
    another_url: str,
    live_server_process: Callable[..., ServerProcess],
) -> None:
    """As docs/operating.md has it: an empty database, restore, serve without a dispatcher, look."""
    done = elsewhere("restore", str(kept))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Verified: nothing is amiss."), done.stderr
    server = live_server_process(another_url)
    token = (kept.parent / "var" / "token").read_text()
    answer = server.get("/api/v1/oms/transfer_orders/", Authorization=f"Token {token}")
    assert answer.status == 200
    assert json.loads(answer.body)["count"] == ORDERS


def test_a_database_with_tables_is_replaced_by_force_alone(
    archive: Path, orders: list[int], aktar: Aktar
) -> None:
    connection.close()
    assert is_refused(aktar("restore", str(archive)), "--force")
    TransitionLog.objects.exists()
    connection.close()
    done = aktar("restore", str(archive), "--force")
    assert done.returncode == 0, done.stderr
    if connection.vendor == "sqlite":
        former_path = Path(done.stderr.split("kept as ")[1].split("\n")[0].rstrip("."))
        with closing(sqlite3.connect(former_path)) as former:
            assert former.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_nothing_is_replaced_under_a_process_that_uses_it(
    archive: Path,
    orders: list[int],
    aktar: Aktar,
    database_url: str,
    live_server_process: Callable[..., ServerProcess],
) -> None:
    connection.close()
    server = live_server_process(database_url)
    assert is_refused(aktar("restore", str(archive), "--force"), "stop the server")
    assert server.get("/readyz").status == 200


@pytest.mark.parametrize("place", range(3))
def test_a_restore_that_is_killed_leaves_the_former_database_or_the_new_one(
    place: int, archive: Path, aktar_environment: dict[str, str], database_url: str
) -> None:
    contested_orders(packages=1, each=1)
    new, former = read_manifest(archive).rows, row_counts()
    assert former != new
    connection.close()
    moment = MOMENTS[connection.vendor][place]
    done = subprocess.run(
        [sys.executable, "-m", "tests.backups.dying_restore", moment, "restore", str(archive), "--force"],
        env=aktar_environment | {"DATABASE_URL": database_url, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    if connection.vendor == "postgresql":
        _wait_until_alone()
    assert row_counts() == (new if moment == "all is done" else former)
    assert faults() == []


def test_two_databases_put_away_in_one_second_are_both_kept(tmp_path: Path) -> None:
    path = tmp_path / "aktar.sqlite3"

    def database(name: str) -> Path:
        with closing(sqlite3.connect(tmp_path / name)) as made:
            made.execute(f"CREATE TABLE {name} (id INTEGER)")
        return tmp_path / name

    database("first").rename(path)
    kept = [swap(database(name), path, now=NOW) for name in ("second", "third")]
    tables = []
    for each in (*kept, path):
        assert each is not None
        with closing(sqlite3.connect(each)) as found:
            tables += found.execute("SELECT name FROM sqlite_schema").fetchall()
    assert tables == [("first",), ("second",), ("third",)]


def _wait_until_alone() -> None:
    """What the killed one had started ends when its input does."""
    with connection.cursor() as cursor:
        for _ in range(600):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.05)
    raise AssertionError("The restore's own processes live on.")
