"""`python -m benchmarks.planning [MEASUREMENT…]`: every measurement of planning, on databases of its own.

AKTAR_BENCH_QUICK=0 gives the long forms, AKTAR_BENCH_ON one database (sqlite or postgresql).
"""

import os
import subprocess
import sys
import tempfile

from benchmarks.databases import fresh_database, vendors

LOCATIONS = ("200", "1000", "5000")
MEASUREMENTS = ("immediate", "batch")


def main() -> int:
    chosen = sys.argv[1:] or MEASUREMENTS
    if unknown := set(chosen) - set(MEASUREMENTS):
        print(f"no such measurement: {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
        return 2
    failed = 0
    if "immediate" in chosen:
        for vendor in vendors():
            if vendor == os.environ.get("AKTAR_BENCH_ON", vendor):
                for locations in LOCATIONS:
                    with fresh_database(vendor, suffix="_planning") as url:
                        failed |= _measure("immediate", locations, url=url)
    if "batch" in chosen:
        failed |= _measure("batch", url="sqlite://:memory:")
    return failed


def _measure(measurement: str, *arguments: str, url: str) -> int:
    with tempfile.TemporaryDirectory(prefix="aktar-bench-") as folder:
        environment = os.environ | {
            "DATABASE_URL": url,
            "AKTAR_DATA_DIR": folder,
            "AKTAR_LOG_LEVEL": "ERROR",
            "AKTAR_WEBHOOK_KEY": "the key of the benchmarks that is long enough",
            "DJANGO_SETTINGS_MODULE": "aktar.site.settings",
        }
        command = [sys.executable, "-m", f"benchmarks.planning.{measurement}", *arguments]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
