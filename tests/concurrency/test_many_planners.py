"""Many processes plan the same orders and packages on scarce stock: each once, nothing sold twice or left."""

import random
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import F

from aktar.fulfilment.actions import plan_order, take_order_unplanned
from aktar.orders.models import Package, PackageItem
from aktar.places.rules import EVERYWHERE
from aktar.planning.models import Plan
from aktar.stock.actions import set_stock
from aktar.stock.models import StockLevel
from aktar.stock.rules import StockCount
from aktar.transfers.models import TransferItem
from tests import factories
from tests.concurrency.processes import let_loose, life, process
from tests.concurrency.rows import a_new_order, stocked_stores
from tests.stock.books import require_balance

STORES, PRODUCTS = 5, 4


def waiting_orders(count: int, *, products: list[int]) -> list[int]:
    """Orders of one to three pieces that nobody has planned."""
    chance = random.Random(count)
    return [
        take_order_unplanned(
            a_new_order(f"N{number}", products=products, chance=chance),
            by=None,
            reach=EVERYWHERE,
            now=datetime.now(UTC),
        ).order
        for number in range(count)
    ]


@pytest.mark.parametrize("orders", [40, pytest.param(400, marks=pytest.mark.soak)])
def test_no_piece_is_promised_twice_and_no_order_forgotten(
    orders: int, database_url: str, aktar_environment: dict[str, str]
) -> None:
    # Of everything less than half of what is wanted.
    each = max(1, orders * 2 // (PRODUCTS * STORES * 3))
    products = stocked_stores(stores=STORES, products=PRODUCTS, pieces=[each])
    waiting = waiting_orders(orders, products=products)
    environment = aktar_environment | {"DATABASE_URL": database_url}
    assert planned_by_many("orders", waiting, environment) == dict.fromkeys(waiting, 1)
    assert Package.objects.count() == Plan.objects.count()
    _require_that_everything_went(products, promised=each * STORES)


def test_what_arrives_for_packages_that_lack_it_goes_to_each_once(
    database_url: str, aktar_environment: dict[str, str]
) -> None:
    orders = 40
    factories.a_workflow()
    stores = [factories.a_location() for _ in range(STORES)]
    products = [factories.a_product().pk for _ in range(PRODUCTS)]
    for order in waiting_orders(orders, products=products):
        plan_order(order, by=None, now=datetime.now(UTC))
    packages = list(Package.objects.values_list("pk", flat=True))
    counts = [StockCount(product, store.pk, 200) for product in products for store in stores]
    set_stock(counts, by=None, now=datetime.now(UTC))
    environment = aktar_environment | {"DATABASE_URL": database_url}
    found = planned_by_many("packages", packages, environment)
    assert set(found.values()) == {1}
    assert Plan.objects.count() == orders + len(found)
    _require_that_everything_went(products, promised=2 * STORES)


def planned_by_many(what: str, things: list[int], environment: dict[str, str]) -> Counter[int]:
    """How often each of these orders or packages was planned by processes that all try all of them."""
    planners = 16 if connection.vendor == "postgresql" else 4
    started = [
        process("tests.concurrency.planner", [what, str(seed), *map(str, things)], environment)
        for seed in range(planners)
    ]
    with let_loose(started):
        lives = [life(planner) for planner in started]
    for lived in lives:
        assert (lived.returncode, len(lived.entries)) == (0, len(things)), lived.complaints
    assert len({place for place, lived in enumerate(lives) if any(e["planned"] for e in lived.entries)}) > 1
    return Counter(entry["order"] for lived in lives for entry in lived.entries if entry["planned"])


def _require_that_everything_went(products: list[int], *, promised: int) -> None:
    """Every piece that was there is promised once, and only who found none was told so."""
    require_balance()
    assert not StockLevel.objects.filter(on_hand__lt=F("reserved")).exists()
    wanted = Counter(PackageItem.objects.values_list("order_item__product_id", flat=True))
    short = Counter(
        PackageItem.objects.filter(state__enum_value="920").values_list("order_item__product_id", flat=True)
    )
    for product in products:
        assert wanted[product] - short[product] == min(wanted[product], promised), product
        reserved = sum(StockLevel.objects.filter(product=product).values_list("reserved", flat=True))
        assert reserved == (wanted[product] - short[product]) * 100
    assert sum(short.values()) > 0, "stock was not scarce"
    brought = TransferItem.objects.values_list("package_item", flat=True)
    assert len(brought) == len(set(brought))
