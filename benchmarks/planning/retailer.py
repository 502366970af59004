"""A retailer with so many locations and stocked products, and orders that wait to be planned."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
POPULAR = 200
"""So many products are held by half of all locations, the others by five to fifteen."""

_DEGREE = 10**8


def prepare(*, locations: int, products: int, orders: int, lines: int) -> int:
    """Make the tables and the retailer; answers how many levels there are."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    from aktar.catalog.models import Product
    from aktar.edge.inserting import insert
    from aktar.orders.models import Channel, Customer, Order, OrderItem, ShippingAddress
    from aktar.places.models import Address, City, Country, StockLocation, Township
    from aktar.stock.models import StockKeeping, StockLevel
    from aktar.workflow.actions import load_workflow, read_workflow
    from aktar.workflow.models import State

    call_command("migrate", verbosity=0)
    load_workflow(read_workflow())
    state = State.objects.get(content_type=3, enum_value="400").pk
    chance = random.Random(locations)
    stamps = {"created_date": NOW, "modified_date": NOW}
    place = {"country_id": 1, "city_id": 1, "township_id": 1}
    began = time.perf_counter()
    with transaction.atomic():
        insert(Country, [{"id": 1, "name": "Türkiye", "code": "tr"}])
        insert(City, [{"id": 1, "name": "İSTANBUL", "country_id": 1}])
        insert(
            Township,
            ({"id": id_, "name": f"T{id_}", "city_id": 1, **_somewhere(chance)} for id_ in range(1, 951)),
        )
        insert(
            Address,
            (
                {"id": id_, **place, "title": "x", "line": "y", **_somewhere(chance)}
                for id_ in range(1, locations + 1)
            ),
        )
        insert(
            StockLocation,
            (
                {
                    "id": id_,
                    **stamps,
                    "stock_location_type": "store" if id_ % 50 else "warehouse",
                    "address_id": id_,
                    "name": f"Store {id_}",
                    "erp_code": f"S{id_}",
                    "priority": 10 if id_ % 50 else 5,
                    "target_packing_interval": timedelta(days=1),
                    "target_transfer_interval": timedelta(days=1 + id_ % 4),
                }
                for id_ in range(1, locations + 1)
            ),
        )
        insert(
            StockKeeping,
            ({"id": id_, "stock_location_id": id_, "created_at": NOW} for id_ in range(1, locations + 1)),
        )
        insert(
            Product,
            (
                {"id": id_, **stamps, "name": f"P{id_}", "base_code": f"P{id_}", "sku": f"P{id_}"}
                for id_ in range(1, products + 1)
            ),
        )
        insert(StockLevel, _levels(chance, locations, products))
        insert(Channel, [{"id": 1, "name": "Web"}])
        insert(Customer, [{"id": 1, "first_name": "Ayşe", "last_name": "Yılmaz", "channel_id": 1}])
        insert(
            ShippingAddress,
            (
                {
                    **stamps, **place, "id": id_, "township_id": id_, "customer_id": 1, "title": "Ev",
                    "line": "y", "first_name": "Ayşe", "last_name": "Yılmaz",
                }
                for id_ in range(1, 951)
            ),
        )  # fmt: skip
        insert(
            Order,
            (
                {
                    **stamps, "id": id_, "number": f"N{id_}", "channel_id": 1, "customer_id": 1,
                    "shipping_address_id": chance.randint(1, 950), "state_id": state,
                }
                for id_ in range(1, orders + 1)
            ),
        )  # fmt: skip
        insert(
            OrderItem,
            (
                {
                    **stamps, "id": (order - 1) * lines + n, "order_id": order, "state_id": state,
                    "product_id": product, "price": 100, "net_amount": 100, "price_currency": "try",
                }
                for order in range(1, orders + 1)
                for n, product in enumerate(_wanted(chance, products, lines), start=1)
            ),
        )  # fmt: skip
    with connection.cursor() as cursor:
        # As the server itself does before long.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    count = StockLevel.objects.count()
    print(f"  {count:,} levels in {time.perf_counter() - began:.0f} s", flush=True)
    return count


def _somewhere(chance: random.Random) -> dict[str, int]:
    return {
        "latitude": int(chance.uniform(36.3, 41.6) * _DEGREE),
        "longitude": int(chance.uniform(26.5, 44.2) * _DEGREE),
    }


def _levels(chance: random.Random, locations: int, products: int) -> Iterator[dict[str, Any]]:
    everywhere = range(1, locations + 1)
    id_ = 0
    for product in range(1, products + 1):
        count = locations // 2 if product <= POPULAR else chance.randint(5, 15)
        for location in sorted(chance.sample(everywhere, min(count, locations))):
            id_ += 1
            yield {
                "id": id_,
                "product_id": product,
                "stock_location_id": location,
                "on_hand": 100 * chance.randint(1, 9),
                "reserved": 0,
                "modified_at": NOW,
            }


def _wanted(chance: random.Random, products: int, lines: int) -> list[int]:
    """Half of what is ordered is popular."""
    wanted: set[int] = set()
    while len(wanted) < lines:
        popular = chance.random() < 0.5
        wanted.add(chance.randint(1, POPULAR) if popular else chance.randint(POPULAR + 1, products))
    return sorted(wanted, key=lambda _: chance.random())
