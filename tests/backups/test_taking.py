"""A backup is one instant, taken while others write; it says what it holds, and holds no key."""

import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, models

from aktar.site.backups import read_manifest
from aktar.stock.models import StockMovement
from aktar.workflow.models import TransitionLog
from tests.backups.conftest import ORDERS
from tests.backups.databases import Aktar, is_refused
from tests.concurrency.processes import CHECKOUT, hands, writers
from tests.concurrency.rows import a_busy_retailer, contested_orders

WRITERS = 3
FRESH = "Verified: nothing is amiss."


@dataclass(frozen=True)
class Storm:
    """Writers on rows that were made for them, the table that tells how far they are, and what must hold."""

    begin: Callable[[str, dict[str, str]], AbstractContextManager[Any]]
    grows: type[models.Model]
    holds: str


def _commands(database_url: str, environment: dict[str, str]) -> AbstractContextManager[Any]:
    orders = contested_orders(packages=15, each=3)
    return writers(database_url, environment, orders, seeds=range(WRITERS), commands=1_200)


def _retail(database_url: str, environment: dict[str, str]) -> AbstractContextManager[Any]:
    """Stocked stores, where orders come in and are planned, goods are sent, renewed, counted, adjusted."""
    a_busy_retailer(orders=20)
    return hands(database_url, environment, count=WRITERS - 1, steps=1_200, planners=1, rounds=1_200)


@pytest.mark.parametrize(
    "storm",
    [
        Storm(_commands, TransitionLog, "tests.concurrency.ledger.require_agreement"),
        Storm(_retail, StockMovement, "tests.concurrency.promises.require_kept_promises"),
    ],
    ids=["commands", "retail"],
)
def test_a_backup_taken_while_processes_write_comes_back_as_one_instant(
    storm: Storm,
    database_url: str,
    aktar: Aktar,
    elsewhere: Aktar,
    another_url: str,
    aktar_environment: dict[str, str],
    tmp_path: Path,
) -> None:
    rows, path = storm.grows._default_manager, tmp_path / "backup.zip"
    with storm.begin(database_url, aktar_environment):
        first = rows.count()
        while (before := rows.count()) < first + 10:
            time.sleep(0.05)
        done = aktar("backup", str(path))
        assert done.returncode == 0, done.stderr
        after = rows.count()
    # Else it was taken in no storm.
    assert before < after
    assert before <= read_manifest(path).rows[storm.grows._meta.db_table] <= after
    done = elsewhere("restore", str(path))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, FRESH), done.stderr
    _require(storm.holds, aktar_environment, another_url)
    assert elsewhere("migrate").stdout == "Tables: up to date.\n"


def _require(holds: str, environment: dict[str, str], database_url: str) -> None:
    """Hold the restored database to all that holds for its writers: log, events, what is owed or promised."""
    module, _, name = holds.rpartition(".")
    lines = (
        "import os, django",
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'aktar.site.settings')",
        "django.setup()",
        f"from {module} import {name}",
        f"{name}()",
    )
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        env=environment | {"DATABASE_URL": database_url},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_an_archive_says_what_it_holds_and_is_for_its_owner_alone(kept: Path) -> None:
    manifest = read_manifest(kept)
    assert manifest.engine == connection.vendor
    assert manifest.rows["transfers_transferorder"] == ORDERS
    assert "transfers.0001_initial" in manifest.migrations
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_no_key_is_in_it(kept: Path) -> None:
    secret = (kept.parent / "var" / "secret-key").read_bytes().strip()
    with zipfile.ZipFile(kept) as packed:
        held = b"".join(packed.read(name) for name in packed.namelist())
    assert len(secret) > 32
    assert secret not in held
    for key in settings.SECRET_COLUMN_KEYS:
        assert key.encode() not in held


def test_a_backup_is_tried_in_a_place_of_its_own(orders: list[int], aktar: Aktar, tmp_path: Path) -> None:
    done = aktar("backup", str(tmp_path), "--verify")
    path, told = done.stdout.splitlines()
    assert (done.returncode, told) == (0, FRESH), done.stderr
    assert Path(path).name.startswith("aktar-2")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'aktar_rehearsal_%%'")
            assert cursor.fetchone() == (0,)


def test_a_backup_replaces_no_file(archive: Path, aktar: Aktar) -> None:
    before = archive.read_bytes()
    assert is_refused(aktar("backup", str(archive)), "exists already")
    assert archive.read_bytes() == before
    assert is_refused(aktar("backup", "/nowhere/backup.zip"), "cannot be written")
