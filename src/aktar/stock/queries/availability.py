"""What is available where, by product."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import F

from aktar.edge.expressions import Among
from aktar.edge.rules import decimal_text
from aktar.places.rules import Reach
from aktar.stock.models import StockLevel
from aktar.stock.queries.lists import visible_levels
from aktar.stock.shapes import LocationStockShape, ProductStockShape, StockAvailabilityShape


def available_levels(products: Collection[int]) -> list[tuple[int, int, int]]:
    """Product, location and what is available there, wherever some of these products (ids) is. One query.

    Safety stock is not subtracted. The partial index answers alone.
    """
    found = StockLevel.objects.filter(Among("product_id", products), on_hand__gt=F("reserved"))
    return list(found.values_list("product_id", "stock_location_id", F("on_hand") - F("reserved")))


def stock_availability(products: Mapping[str, int], reach: Reach) -> StockAvailabilityShape:
    """The stock of products (ids by SKU) at the caller's locations, these by their codes. One query.

    It reads and answers as many rows as there are products times locations: the caller bounds the products.
    """
    rows: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    levels = visible_levels(reach).filter(Among("product_id", products.values()))
    columns = ("product_id", "stock_location_id", "stock_location__erp_code")
    for product, *row in levels.order_by("stock_location__erp_code").values_list(
        *columns, "on_hand", "reserved", "in_transit"
    ):
        rows[product].append(tuple(row))
    return StockAvailabilityShape([_product(sku, id_, rows[id_]) for sku, id_ in products.items()])


def _product(sku: str, product: int, rows: list[tuple[Any, ...]]) -> ProductStockShape:
    on_hand, reserved, in_transit = (sum(row[place] for row in rows) for place in (2, 3, 4))
    return ProductStockShape(
        product=product,
        sku=sku,
        on_hand=decimal_text(on_hand),
        reserved=decimal_text(reserved),
        in_transit=decimal_text(in_transit),
        available=decimal_text(on_hand - reserved),
        stock_locations=[
            LocationStockShape(
                stock_location=location,
                erp_code=erp_code,
                on_hand=decimal_text(on_hand),
                reserved=decimal_text(reserved),
                in_transit=decimal_text(in_transit),
                available=decimal_text(on_hand - reserved),
            )
            for location, erp_code, on_hand, reserved, in_transit in rows
        ],
    )
