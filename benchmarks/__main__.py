"""`make bench`: every benchmark on SQLite, then on PostgreSQL where one is found."""

import os
import subprocess
import sys

import psycopg

SERVER = os.environ.get("AKTAR_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
DATABASE = "aktar_bench"


def main() -> int:
    failed = _run(os.environ | {"DATABASE_URL": ""})
    try:
        with psycopg.connect(SERVER, autocommit=True, connect_timeout=5) as server:
            server.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
            server.execute(f"CREATE DATABASE {DATABASE}")
            try:
                failed |= _run(os.environ | {"DATABASE_URL": f"{SERVER.rpartition('/')[0]}/{DATABASE}"})
            finally:
                server.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    except psycopg.OperationalError as error:
        print(f"PostgreSQL: skipped ({str(error).splitlines()[0]})")
    return failed


def _run(environment: "dict[str, str] | os._Environ[str]") -> int:
    kept = {name: value for name, value in environment.items() if value or name != "DATABASE_URL"}
    return subprocess.run([sys.executable, "-m", "benchmarks.reads"], env=kept, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
