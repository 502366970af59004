"""What aktar asks of PostgreSQL's own programs, and what it says where they are missing or too old."""

import os
from pathlib import Path

import pytest
from django.db import connection

from tests.backups.databases import Aktar, is_refused

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL only")


def _program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_the_password_of_postgresql_is_never_on_a_command_line(
    aktar: Aktar, database_url: str, tmp_path: Path
) -> None:
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


def test_programs_of_postgresql_that_are_missing_or_too_old_are_named(aktar: Aktar, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    archive = str(tmp_path / "backup.zip")
    assert is_refused(aktar("backup", archive, PATH=str(programs)), "postgresql-client")
    _program(programs, "pg_dump", 'echo "pg_dump (PostgreSQL) 9.6.1"')
    assert is_refused(aktar("backup", archive, PATH=str(programs)), "pg_dump is of version 9")
    assert not Path(archive).exists()
