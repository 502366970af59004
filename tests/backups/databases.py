"""New, empty databases of the kind under test, and `aktar` processes that work on them."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from django.db import connection

Aktar = Callable[..., "subprocess.CompletedProcess[str]"]


def command(*arguments: str) -> list[str]:
    """The command line of `aktar` in this Python."""
    return [sys.executable, "-m", "aktar", *arguments]


def runner(environment: dict[str, str], database_url: str) -> Aktar:
    """Runs `aktar` on a database, with more environment variables if given, and gives back how it ended."""

    def run(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        given = environment | {"DATABASE_URL": database_url} | more
        return subprocess.run(command(*arguments), env=given, capture_output=True, text=True)

    return run


def is_refused(done: "subprocess.CompletedProcess[str]", sentence: str) -> bool:
    """Whether a command ended with 1, said this on standard error, and nothing else anywhere."""
    return (
        (done.returncode, done.stdout) == (1, "")
        and sentence in done.stderr
        and "Traceback" not in done.stderr
    )


def url_of_the_tests() -> str:
    """The address of the tests' own database."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return _url(values["NAME"])


def row_counts() -> dict[str, int]:
    """The number of rows of every table of the tests' own database."""
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


@contextmanager
def new_database(folder: Path) -> Iterator[str]:
    """The address of an empty database of the kind under test, which is gone afterwards."""
    name = f"aktar_{uuid4().hex[:12]}"
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / name}.sqlite3"
        return
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield _url(name)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def empty(database_url: str) -> None:
    """Take all that a database holds out of it."""
    if connection.vendor == "sqlite":
        Path(database_url.removeprefix("sqlite:///")).unlink(missing_ok=True)
        return
    with closing(psycopg.connect(database_url, autocommit=True)) as found:
        found.execute("DROP SCHEMA public CASCADE")
        found.execute("CREATE SCHEMA public")


def _url(name: str) -> str:
    values = connection.settings_dict
    credentials = ":".join(filter(None, (values["USER"], values["PASSWORD"])))
    return f"postgresql://{credentials}@{values['HOST']}:{values['PORT'] or 5432}/{name}"
