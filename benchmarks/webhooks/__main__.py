"""`make bench-webhooks`: every measurement of delivery on SQLite, then on PostgreSQL where one is found.

`python -m benchmarks.webhooks [MEASUREMENT…]` measures some. AKTAR_BENCH_QUICK=0 gives the long forms,
AKTAR_BENCH_ROUNDS the number of rounds, AKTAR_BENCH_ON one database (sqlite or postgresql).
"""

import os
import subprocess
import sys
import tempfile

from benchmarks.databases import fresh_database, vendors

MEASUREMENTS = ("throughput", "rival", "claims", "promptness", "dead")


def main() -> int:
    chosen = sys.argv[1:] or MEASUREMENTS
    if unknown := set(chosen) - set(MEASUREMENTS):
        print(f"no such measurement: {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
        return 2
    failed = 0
    for vendor in vendors():
        if vendor == os.environ.get("AKTAR_BENCH_ON", vendor):
            for measurement in chosen:
                failed |= _measure(measurement, vendor)
    return failed


def _measure(measurement: str, vendor: str) -> int:
    with fresh_database(vendor) as url, tempfile.TemporaryDirectory(prefix="aktar-bench-") as folder:
        environment = os.environ | {
            "DATABASE_URL": url,
            "AKTAR_DATA_DIR": folder,
            "AKTAR_LOG_LEVEL": "ERROR",
            "AKTAR_WEBHOOK_KEY": "the key of the benchmarks that is long enough",
            "AKTAR_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
            "DJANGO_SETTINGS_MODULE": "aktar.site.settings",
        }
        command = [sys.executable, "-m", f"benchmarks.webhooks.{measurement}"]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
