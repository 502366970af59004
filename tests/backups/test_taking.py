"""A backup is one instant, taken while others write; it says what it holds, and holds no key."""

import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from django.conf import settings
from django.db import connection

from aktar.site.backups import read_manifest
from aktar.workflow.models import TransitionLog
from tests.backups.conftest import ORDERS
from tests.backups.databases import Aktar, is_refused
from tests.concurrency.processes import CHECKOUT, writers
from tests.concurrency.rows import contested_orders

WRITERS = 3
FRESH = "Verified: nothing is amiss."


def test_a_backup_taken_while_processes_write_comes_back_as_one_instant(
    database_url: str,
    aktar: Aktar,
    elsewhere: Aktar,
    another_url: str,
    aktar_environment: dict[str, str],
    tmp_path: Path,
) -> None:
    orders = contested_orders(packages=15, each=3)
    logs, path = TransitionLog.objects, tmp_path / "backup.zip"
    with writers(database_url, aktar_environment, orders, seeds=range(WRITERS), commands=1_200):
        while (before := logs.count()) < 10:
            time.sleep(0.05)
        done = aktar("backup", str(path))
        assert done.returncode == 0, done.stderr
        after = logs.count()
    # Else it was taken in no storm.
    assert before < after
    assert before <= read_manifest(path).rows[TransitionLog._meta.db_table] <= after
    done = elsewhere("restore", str(path))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, FRESH), done.stderr
    _require_agreement(aktar_environment, another_url)
    assert elsewhere("migrate").stdout == "Tables: up to date.\n"


def _require_agreement(environment: dict[str, str], database_url: str) -> None:
    """Hold the restored database to all that holds for writers: log, events, items, what is owed."""
    lines = (
        "import os, django",
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'aktar.site.settings')",
        "django.setup()",
        "from tests.concurrency.ledger import require_agreement",
        "require_agreement()",
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
