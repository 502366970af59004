"""A backup is taken under load and brought back whole, or the former database stays as it was."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from django.db import connection

from aktar.site.backups import read_manifest
from aktar.site.backups.archive import MANIFEST, pack
from aktar.workflow.models import TransitionLog
from tests.concurrency.processes import CHECKOUT, writers
from tests.concurrency.rows import contested_orders
from tests.conftest import ServerProcess
from tests.site.databases import Aktar, command, new_database, runner

WRITERS = 4
FRESH = "Verified: nothing is amiss."


@pytest.fixture(autouse=True)
def _programs_of_postgresql() -> None:
    if connection.vendor == "postgresql" and not (shutil.which("pg_dump") and shutil.which("psql")):
        if os.environ.get("AKTAR_TEST_REQUIRE"):
            pytest.fail("pg_dump and psql are required (AKTAR_TEST_REQUIRE) and are not here.")
        pytest.skip("needs PostgreSQL's client programs")


@pytest.fixture
def aktar(aktar_environment: dict[str, str], database_url: str) -> Aktar:
    return runner(aktar_environment, database_url)


@pytest.fixture
def another_url(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The address of another, empty database."""
    with new_database(tmp_path) as url:
        yield url


@pytest.fixture
def elsewhere(aktar_environment: dict[str, str], another_url: str, tmp_path: Path) -> Aktar:
    """`aktar` on the other database."""
    return runner(aktar_environment | {"AKTAR_DATA_DIR": str(tmp_path / "elsewhere")}, another_url)


@pytest.fixture
def orders(database_url: str) -> list[int]:
    return contested_orders(packages=10, each=3)


@pytest.fixture
def archive(orders: list[int], aktar: Aktar, tmp_path: Path) -> Path:
    """A backup of a few orders."""
    path = tmp_path / "backup.zip"
    done = aktar("backup", str(path))
    assert (done.returncode, done.stdout) == (0, f"{path}\n"), done.stderr
    return path


def is_refused(done: "subprocess.CompletedProcess[str]", sentence: str) -> bool:
    return (done.returncode, done.stdout) == (1, "") and sentence in done.stderr and _is_calm(done)


def _is_calm(done: "subprocess.CompletedProcess[str]") -> bool:
    return "Traceback" not in done.stderr


def test_a_backup_taken_while_processes_write_comes_back_as_one_instant(
    database_url: str,
    aktar: Aktar,
    elsewhere: Aktar,
    another_url: str,
    aktar_environment: dict[str, str],
    tmp_path: Path,
) -> None:
    orders = contested_orders(packages=60, each=3)
    logs, seen = TransitionLog.objects, []
    with writers(database_url, aktar_environment, orders, seeds=range(WRITERS), commands=1_200):
        for number in range(2):
            time.sleep(0.3)
            before = logs.count()
            done = aktar("backup", str(tmp_path / f"{number}.zip"))
            assert done.returncode == 0, done.stderr
            seen.append((before, logs.count()))
    # Else it was taken in no storm.
    assert 0 < seen[0][0] < seen[0][1]
    for number, (before, after) in enumerate(seen):
        path = tmp_path / f"{number}.zip"
        assert before <= read_manifest(path).rows[TransitionLog._meta.db_table] <= after
        done = elsewhere("restore", str(path), "--force")
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, FRESH), done.stderr
        assert elsewhere("verify").returncode == 0
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


def test_an_archive_says_what_it_holds_and_is_for_its_owner_alone(archive: Path, orders: list[int]) -> None:
    manifest = read_manifest(archive)
    assert manifest.engine == connection.vendor
    assert manifest.rows["transfers_transferorder"] == len(orders)
    assert "transfers.0001_initial" in manifest.migrations
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert {path.name for path in archive.parent.iterdir()} <= {archive.name, "var", "elsewhere"}


def test_no_key_is_in_it(archive: Path, aktar_environment: dict[str, str]) -> None:
    key = aktar_environment["AKTAR_WEBHOOK_KEY"].encode()
    secret = (Path(aktar_environment["AKTAR_DATA_DIR"]) / "secret-key").read_bytes().strip()
    with zipfile.ZipFile(archive) as packed:
        held = b"".join(packed.read(name) for name in packed.namelist())
    assert len(secret) > 32
    assert key not in held
    assert secret not in held


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


def test_a_database_with_tables_is_replaced_by_force_alone(archive: Path, aktar: Aktar) -> None:
    connection.close()
    assert is_refused(aktar("restore", str(archive)), "--force")
    TransitionLog.objects.exists()
    connection.close()
    done = aktar("restore", str(archive), "--force")
    assert done.returncode == 0, done.stderr
    if connection.vendor == "sqlite":
        kept = Path(done.stderr.split("kept as ")[1].split("\n")[0].rstrip("."))
        with closing(sqlite3.connect(kept)) as former:
            assert former.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_nothing_is_replaced_under_a_process_that_uses_it(
    archive: Path, aktar: Aktar, database_url: str, live_server_process: Callable[..., ServerProcess]
) -> None:
    connection.close()
    server = live_server_process(database_url)
    refusal = "stop the server"
    assert is_refused(aktar("restore", str(archive), "--force"), refusal)
    assert server.get("/readyz").status == 200


def _flipped(archive: Path, place: int) -> None:
    held = bytearray(archive.read_bytes())
    held[place] ^= 0xFF
    archive.write_bytes(held)


def _changed_manifest(archive: Path, **values: Any) -> None:
    """The same archive with another manifest, its digest still right."""
    manifest = read_manifest(archive)
    with zipfile.ZipFile(archive) as packed:
        dump = packed.read(manifest.dump)
    told = msgspec.to_builtins(manifest) | values
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(manifest.dump, dump)
        packed.writestr(MANIFEST, msgspec.json.encode(told))


SPOILED: dict[str, Callable[[Path], None]] = {
    "a flipped byte": lambda path: _flipped(path, path.stat().st_size // 2),
    "a flipped byte at its beginning": lambda path: _flipped(path, 200),
    "cut off": lambda path: os.truncate(path, path.stat().st_size * 9 // 10),
    "empty": lambda path: os.truncate(path, 0),
    "something else": lambda path: _write(path, b"SELECT 1;"),
    "another digest": lambda path: _changed_manifest(path, sha256="0" * 64),
    "a number of rows that is not so": lambda path: _changed_manifest(
        path, rows=read_manifest(path).rows | {"transfers_transferorder": 7}
    ),
    "a format to come": lambda path: _changed_manifest(path, format=2),
    "a version to come": lambda path: _changed_manifest(path, aktar="99.0"),
    "a migration to come": lambda path: _changed_manifest(
        path, migrations=[*read_manifest(path).migrations, "transfers.0999_to_come"]
    ),
    "another engine": lambda path: _changed_manifest(path, engine="oracle"),
    "a manifest that is none": lambda path: _changed_manifest(path, rows="many"),
    "half a dump": lambda path: _halved(path),
}


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _halved(archive: Path) -> None:
    """A dump that breaks off in the midst of the data, though the archive swears that it is whole."""
    manifest = read_manifest(archive)
    dump = archive.with_name("half")
    with zipfile.ZipFile(archive) as packed:
        whole = packed.read(manifest.dump)
    dump.write_bytes(whole[:-1000])
    archive.unlink()
    pack(dump, manifest, archive)


def test_an_archive_that_cannot_be_trusted_leaves_the_database_as_it_was(
    archive: Path, aktar: Aktar, tmp_path: Path
) -> None:
    before = _told()
    for name, spoil in SPOILED.items():
        spoilt = tmp_path / f"{name}.zip"
        shutil.copy(archive, spoilt)
        spoil(spoilt)
        connection.close()
        done = aktar("restore", str(spoilt), "--force")
        assert is_refused(done, "."), (name, done)
    assert _told() == before
    assert aktar("verify").returncode == 0


def _told() -> dict[str, int]:
    """The number of rows of every table."""
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


def test_a_restore_that_is_killed_leaves_the_former_database_or_the_new_one(
    archive: Path, aktar: Aktar, aktar_environment: dict[str, str], database_url: str
) -> None:
    contested_orders(packages=1, each=1)
    new, former = read_manifest(archive).rows, _told()
    assert former != new
    for after in (0.5, 1.0, 1.5, 2.0, 3.0):
        connection.close()
        with subprocess.Popen(
            command("restore", str(archive), "--force"),
            env=aktar_environment | {"DATABASE_URL": database_url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as restoring:
            time.sleep(after)
            restoring.kill()
        if connection.vendor == "postgresql":
            _wait_until_alone()
        assert _told() in (former, new)
        assert aktar("verify").returncode == 0


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


def _program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_the_password_of_postgresql_is_never_on_a_command_line(
    orders: list[int], aktar: Aktar, database_url: str, tmp_path: Path
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only")
    programs = tmp_path / "programs"
    programs.mkdir()
    _program(
        programs,
        "pg_dump",
        'if [ "$1" = --version ]; then echo "pg_dump (PostgreSQL) 99.1"; exit; fi\n'
        f'echo "$PGPASSWORD" > {tmp_path}/password\necho "$@" > {tmp_path}/arguments\nexit 1',
    )
    user = connection.settings_dict["USER"]
    host = database_url.partition("@")[2]
    password = connection.settings_dict["PASSWORD"] or "p%40ss-word"
    done = aktar(
        "backup",
        str(tmp_path / "backup.zip"),
        DATABASE_URL=f"postgresql://{user}:{password}@{host}",
        PATH=f"{programs}:{os.environ['PATH']}",
    )
    assert is_refused(done, "pg_dump failed")
    assert (tmp_path / "password").read_text().strip() == password.replace("%40", "@")
    arguments = (tmp_path / "arguments").read_text()
    assert "--snapshot=" in arguments
    assert password.replace("%40", "@") not in arguments


def test_programs_of_postgresql_that_are_missing_or_too_old_are_named(
    orders: list[int], aktar: Aktar, tmp_path: Path
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only")
    programs = tmp_path / "programs"
    programs.mkdir()
    archive = str(tmp_path / "backup.zip")
    assert is_refused(aktar("backup", archive, PATH=str(programs)), "postgresql-client")
    _program(programs, "pg_dump", 'echo "pg_dump (PostgreSQL) 9.6.1"')
    assert is_refused(aktar("backup", archive, PATH=str(programs)), "pg_dump is of version 9")
    assert not Path(archive).exists()
