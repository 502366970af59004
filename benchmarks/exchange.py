"""`make bench-exchange`: 100,000 rows of stock as a table, tried, brought in, repeated, written out again.

As a person does it, by `aktar`, on SQLite and then on PostgreSQL where one is found; the seconds of CPU are
those of `aktar` alone. AKTAR_BENCH_ROWS is the number of rows (100,000).
"""

import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.databases import fresh_database, vendors

ROWS = int(os.environ.get("AKTAR_BENCH_ROWS", "100000"))
LOCATIONS = 100
PRODUCTS = -(-ROWS // LOCATIONS)
LOCATION = ("store", "1 00:00:00", "3 00:00:00", "tr", "İSTANBUL", "ŞİŞLİ", "Büyükdere Caddesi 1")


def main() -> int:
    for vendor in vendors():
        with fresh_database(vendor) as url, tempfile.TemporaryDirectory(prefix="aktar-bench-") as folder:
            environment = os.environ | {"DATABASE_URL": url, "AKTAR_DATA_DIR": folder}
            for command in (["migrate"], ["workflow", "load"]):
                _aktar(environment, *command)
            print(f"== tables, {LOCATIONS * PRODUCTS:,} rows of stock, {vendor}", flush=True)
            _measure(environment, Path(folder))
    return 0


def _measure(environment: dict[str, str], folder: Path) -> None:
    headings = (
        "erp_code,name,stock_location_type,target_packing_interval,target_transfer_interval,"
        "country,city,township,address_line"
    )
    stores = ((f"S{n}", f"Mağaza {n}", *LOCATION) for n in range(LOCATIONS))
    locations = _table(folder / "locations.csv", headings.split(","), stores)
    products = _table(
        folder / "products.csv", ["sku", "name"], ((f"TS-{n}", f"Tişört {n}") for n in range(PRODUCTS))
    )
    stock = _table(folder / "stock.csv", ["sku", "erp_code", "on_hand"], _counts())
    _timed("locations", LOCATIONS, environment, "import", "locations", locations)
    _timed("products", PRODUCTS, environment, "import", "products", products)
    rows = LOCATIONS * PRODUCTS
    _timed("stock, dry run", rows, environment, "import", "stock", stock, "--dry-run")
    _timed("stock, all new", rows, environment, "import", "stock", stock)
    _timed("stock, unchanged", rows, environment, "import", "stock", stock)
    _timed("stock to XLSX", rows, environment, "export", "stock", "-o", str(folder / "stock.xlsx"))
    _timed("stock from XLSX", rows, environment, "import", "stock", str(folder / "stock.xlsx"))


def _counts() -> Iterator[Sequence[str]]:
    for location in range(LOCATIONS):
        for product in range(PRODUCTS):
            yield f"TS-{product}", f"S{location}", f"{(product * 7 + location) % 50 + 1}.00"


def _table(path: Path, headings: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows(rows)
    return str(path)


def _timed(what: str, rows: int, environment: dict[str, str], *command: str) -> None:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    _aktar(environment, *command)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{what:20} {rows:>8,} rows  {seconds:6.1f} s, {cpu:6.1f} s of CPU  {rows / seconds:>9,.0f} rows/s",
        flush=True,
    )


def _aktar(environment: dict[str, str], *command: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "aktar", *command], env=environment, check=True, stdout=subprocess.DEVNULL
    )


if __name__ == "__main__":
    sys.exit(main())
