"""A backup of a few orders, taken once for all tests; `aktar` on its database, and on an empty one."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.backups.databases import Aktar, empty, new_database, runner, url_of_the_tests
from tests.concurrency.rows import contested_orders
from tests.factories import a_key

ORDERS = 6


@pytest.fixture(autouse=True)
def _programs_of_postgresql() -> None:
    if connection.vendor == "postgresql" and not (shutil.which("pg_dump") and shutil.which("psql")):
        if os.environ.get("AKTAR_TEST_REQUIRE"):
            pytest.fail("pg_dump and psql are required (AKTAR_TEST_REQUIRE) and are not here.")
        pytest.skip("needs PostgreSQL's client programs")


@pytest.fixture
def aktar(aktar_environment: dict[str, str], database_url: str) -> Aktar:
    return runner(aktar_environment, database_url)


@pytest.fixture(scope="session")
def _another(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with django_db_blocker.unblock(), new_database(tmp_path_factory.mktemp("another")) as url:
        yield url


@pytest.fixture
def another_url(_another: str) -> str:
    """The address of another, empty database."""
    empty(_another)
    return _another


@pytest.fixture
def elsewhere(aktar_environment: dict[str, str], another_url: str, tmp_path: Path) -> Aktar:
    """`aktar` on the other database."""
    return runner(aktar_environment | {"AKTAR_DATA_DIR": str(tmp_path / "elsewhere")}, another_url)


@pytest.fixture
def orders(database_url: str) -> list[int]:
    """The orders that the kept backup holds, in the database once more."""
    return contested_orders(packages=2, each=ORDERS // 2)


@pytest.fixture(scope="session")
def kept(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A backup of six orders, taken by the command; beside it the data folder that it was taken with.

    A token that sees all is in it: its key lies in that folder, in the file `token`.
    """
    folder = tmp_path_factory.mktemp("kept")
    path = folder / "backup.zip"
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("AKTAR_", "DATABASE_URL", "DJANGO_"))}
    keys = {
        "AKTAR_DATA_DIR": str(folder / "var"),
        "AKTAR_WEBHOOK_KEY": ",".join(settings.SECRET_COLUMN_KEYS),
    }
    with django_db_blocker.unblock():
        contested_orders(packages=2, each=ORDERS // 2)
        token = a_key()
        done = runner(ours | keys, url_of_the_tests())("backup", str(path))
        call_command("flush", verbosity=0, interactive=False)
    assert (done.returncode, done.stdout) == (0, f"{path}\n"), done.stderr
    (folder / "var" / "token").write_text(token)
    assert {found.name for found in folder.iterdir()} == {"backup.zip", "var"}
    return path


@pytest.fixture
def archive(kept: Path, database_url: str, tmp_path: Path) -> Path:
    """A copy of the kept backup, to be spoilt at will."""
    return Path(shutil.copy2(kept, tmp_path / "backup.zip"))
