"""New, empty databases of the kind under test, and `aktar` processes that work on them."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

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


@contextmanager
def new_database(folder: Path) -> Iterator[str]:
    """The address of an empty database of the kind under test, which is gone afterwards."""
    name = f"aktar_{uuid4().hex[:12]}"
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / name}.sqlite3"
        return
    values = connection.settings_dict
    credentials = ":".join(filter(None, (values["USER"], values["PASSWORD"])))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield f"postgresql://{credentials}@{values['HOST']}:{values['PORT'] or 5432}/{name}"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
