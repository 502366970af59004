"""`make bench`: all measurements on SQLite, then on PostgreSQL where one is found, and the report of both."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from benchmarks import report

SERVER = os.environ.get("AKTAR_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
DATABASE = "aktar_bench"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        failed = _run(Path(folder), "sqlite", {"DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"})
        try:
            with psycopg.connect(SERVER, autocommit=True, connect_timeout=5) as server:
                server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
                server.execute(f"CREATE DATABASE {DATABASE}")
                try:
                    address = f"{SERVER.rpartition('/')[0]}/{DATABASE}"
                    failed |= _run(Path(folder), "postgresql", {"DATABASE_URL": address})
                finally:
                    server.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        except psycopg.OperationalError as error:
            print(f"PostgreSQL: skipped, and no report ({str(error).splitlines()[0]})")
        else:
            if not failed:
                report.main(Path(folder))
    return failed


def _run(folder: Path, name: str, variables: dict[str, str]) -> int:
    environment = os.environ | variables | {"AKTAR_DATA_DIR": str(folder)}
    for module, out in (("inside", f"{name}.json"), ("served", f"served-{name}.json")):
        own = environment | {"AKTAR_BENCH_OUT": str(folder / out)}
        failed = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}"], env=own, check=False
        ).returncode
        if failed:
            return failed
    return 0


if __name__ == "__main__":
    sys.exit(main())
