"""`make bench`: the reads on SQLite, then on PostgreSQL where one is found."""

import os
import subprocess
import sys

from benchmarks.databases import fresh_database, vendors


def main() -> int:
    failed = 0
    for vendor in vendors():
        with fresh_database(vendor) as url:
            environment = os.environ | {"DATABASE_URL": url}
            failed |= subprocess.run(
                [sys.executable, "-m", "benchmarks.reads"], env=environment, check=False
            ).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
