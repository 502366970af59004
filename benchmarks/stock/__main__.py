"""`make bench-stock`: setting and adjusting stock in bulk on SQLite, then on PostgreSQL where one is found.

AKTAR_BENCH_ROWS is the number of rows (100,000).
"""

import os
import subprocess
import sys
import tempfile

from benchmarks.databases import fresh_database, vendors


def main() -> int:
    failed = 0
    for vendor in vendors():
        with fresh_database(vendor) as url, tempfile.TemporaryDirectory(prefix="aktar-bench-") as folder:
            environment = os.environ | {
                "DATABASE_URL": url,
                "AKTAR_DATA_DIR": folder,
                "AKTAR_LOG_LEVEL": "ERROR",
                "DJANGO_SETTINGS_MODULE": "aktar.site.settings",
            }
            command = [sys.executable, "-m", "benchmarks.stock.bulk"]
            failed |= subprocess.run(command, env=environment, check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
