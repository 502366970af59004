"""100,000 rows of stock set, set again, and adjusted; then orders of five lines reserved one by one."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.core.management import call_command
from django.db import connection

from aktar.catalog.models import Product
from aktar.places.models import Address, City, Country, StockLocation, Township
from aktar.stock.actions import adjust_stock, reserve, set_stock
from aktar.stock.queries import stock_verification
from aktar.stock.rules import StockCount, StockDelta, StockLine

ROWS = int(os.environ.get("AKTAR_BENCH_ROWS", "100000"))
LOCATIONS = 100
ORDERS, LINES = 200, 5
MOST_SECONDS = 10.0


def main() -> int:
    call_command("migrate", verbosity=0)
    products, locations = _goods()
    pairs = [(product, location) for product in products for location in locations][:ROWS]
    now = datetime.now(UTC)
    print(f"== stock in bulk, {len(pairs):,} rows, {connection.vendor}")

    def counts(pieces: int) -> list[StockCount]:
        return [StockCount(product, location, pieces * 100) for product, location in pairs]

    first = _timed("set, all of them new", len(pairs), lambda: set_stock(counts(10), by=None, now=now))
    later = now + timedelta(seconds=1)
    again = _timed("set again, all changed", len(pairs), lambda: set_stock(counts(12), by=None, now=later))
    _timed("set again, none changed", len(pairs), lambda: set_stock(counts(12), by=None, now=later))
    _timed(
        "set as of the first count",
        len(pairs),
        lambda: set_stock(counts(11), by=None, now=later, as_of=later),
    )
    _timed(
        "adjusted",
        len(pairs),
        lambda: adjust_stock([StockDelta(*pair, -100) for pair in pairs], by=None, now=later),
    )
    with _clock(f"reserved, orders of {LINES} lines", ORDERS):
        for order in range(ORDERS):
            place = locations[order % LOCATIONS]
            wanted = [products[(order * LINES + line) % len(products)] for line in range(LINES)]
            lines = [StockLine(product, place, 100, order) for product in wanted]
            reserve(lines, transfer_order=order, by=None, now=later)
    with _clock("the books proven, movements", 4 * len(pairs)):
        assert stock_verification().is_balanced
    most = MOST_SECONDS * ROWS / 100_000
    if connection.vendor == "sqlite" and max(first, again) > most:
        print(f"slower than the {most:.0f} s that are promised")
        return 1
    return 0


def _goods() -> tuple[list[int], list[int]]:
    now = datetime.now(UTC)
    stamps = {"created_date": now, "modified_date": now}
    country = Country.objects.create(name="Türkiye", code="tr")
    city = City.objects.create(name="ADANA", country=country)
    town = Township.objects.create(name="SEYHAN", city=city)
    address = Address.objects.create(country=country, city=city, township=town, title="A", line="B")
    StockLocation.objects.bulk_create(
        StockLocation(
            name=f"Store {number}",
            erp_code=f"S{number}",
            stock_location_type="store",
            address=address,
            target_packing_interval=timedelta(days=1),
            target_transfer_interval=timedelta(days=1),
            **stamps,
        )
        for number in range(LOCATIONS)
    )
    Product.objects.bulk_create(
        Product(name=f"Product {number}", base_code=f"P{number}", sku=f"P{number}", **stamps)
        for number in range(-(-ROWS // LOCATIONS))
    )
    return (
        list(Product.objects.order_by("pk").values_list("pk", flat=True)),
        list(StockLocation.objects.order_by("pk").values_list("pk", flat=True)),
    )


def _timed(what: str, rows: int, work: Callable[[], object]) -> float:
    with _clock(what, rows) as spent:
        work()
    return spent[0]


@contextmanager
def _clock(what: str, count: int) -> Iterator[list[float]]:
    spent: list[float] = []
    wall, processor = time.perf_counter(), time.process_time()
    yield spent
    spent.append(time.perf_counter() - wall)
    own = time.process_time() - processor
    print(f"{what:34} {count:9,}  {spent[0]:7.2f} s ({own:5.2f} s of ours)  {count / spent[0]:12,.0f}/s")
