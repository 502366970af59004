"""The databases that benchmarks run on: SQLite in a folder of its own, PostgreSQL where one is found."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

SERVER = os.environ.get("AKTAR_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
NAME = os.environ.get("AKTAR_BENCH_DATABASE", "aktar_bench")


def vendors() -> list[str]:
    """Those that can be measured here; says so in a line when PostgreSQL does not answer."""
    try:
        with psycopg.connect(SERVER, connect_timeout=5):
            return ["sqlite", "postgresql"]
    except psycopg.OperationalError as error:
        print(f"PostgreSQL: skipped ({str(error).splitlines()[0]})")
        return ["sqlite"]


@contextmanager
def fresh_database(vendor: str, *, suffix: str = "") -> Iterator[str]:
    """The URL of an empty database; left, it is gone. `suffix` tells a second one from the first."""
    if vendor == "sqlite":
        with tempfile.TemporaryDirectory(prefix="aktar-bench-") as folder:
            yield f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        return
    name = NAME + suffix
    with psycopg.connect(SERVER, autocommit=True, connect_timeout=5) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name}")
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{SERVER.rpartition('/')[0]}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
