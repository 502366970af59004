"""The command line as tests call it, in processes of its own."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

ON_SQLITE_ALONE = pytest.mark.skipif(
    connection.vendor != "sqlite",
    reason="The command line plays in SQLite files of its own: the run on SQLite has it.",
)
"""For files whose every test would do the same again in the run on PostgreSQL."""

Aktar = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def aktar(aktar_environment: dict[str, str]) -> Aktar:
    """Runs `aktar` off a terminal and gives back how it ended."""

    def run(*arguments: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "aktar", *arguments],
            env=aktar_environment | environment,
            input=given,
            capture_output=True,
            text=True,
            errors="surrogateescape",
        )

    return run


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test that wants an installation leaves a copy of it for the others."""
    return tmp_path_factory.mktemp("installation") / "var"


@pytest.fixture
def installed(aktar: Aktar, aktar_environment: dict[str, str], installation: Path) -> Aktar:
    """The same, with the tables and the workflow in place."""
    folder = Path(aktar_environment["AKTAR_DATA_DIR"])
    if installation.exists():
        shutil.copytree(installation, folder)
    else:
        assert aktar("migrate").returncode == 0
        assert aktar("workflow", "load").returncode == 0
        shutil.copytree(folder, installation)
    return aktar


def is_refused(done: subprocess.CompletedProcess[str], sentence: str, *, status: int = 1) -> bool:
    """Whether a command ended with this status, said this on standard error, and printed nothing else."""
    return (
        (done.returncode, done.stdout) == (status, "")
        and sentence in done.stderr
        and "Traceback" not in done.stderr
    )
