"""`make bench`: all measurements on SQLite, then on PostgreSQL where one is found, and the report of both."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import report
from benchmarks.databases import fresh_database, vendors


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="aktar-bench-") as folder:
        found = vendors()
        for vendor in found:
            with fresh_database(vendor) as url:
                if failed := _run(Path(folder), vendor, url, "inside", "served"):
                    return failed
            with fresh_database(vendor) as url:
                if failed := _run(Path(folder), vendor, url, "sizes"):
                    return failed
        if len(found) > 1:
            report.main(Path(folder))
    return 0


def _run(folder: Path, vendor: str, url: str, *modules: str) -> int:
    environment = os.environ | {"DATABASE_URL": url, "AKTAR_DATA_DIR": str(folder)}
    for module in modules:
        own = environment | {"AKTAR_BENCH_OUT": str(folder / f"{module}-{vendor}.json")}
        failed = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}"], env=own, check=False
        ).returncode
        if failed:
            return failed
    return 0


if __name__ == "__main__":
    sys.exit(main())
