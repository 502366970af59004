"""Reads of stock: who keeps books, what is available where."""

from collections.abc import Collection

from django.db.models import F

from aktar.edge.expressions import Among
from aktar.stock.models import StockKeeping, StockLevel


def book_keepers(locations: Collection[int]) -> frozenset[int]:
    """Those of these stock locations (ids) that keep books. One query."""
    kept = StockKeeping.objects.filter(stock_location__in=locations)
    return frozenset(kept.values_list("stock_location_id", flat=True))


def available_levels(products: Collection[int]) -> list[tuple[int, int, int]]:
    """Product, location and what is available there, wherever some of these products (ids) is. One query.

    Safety stock is not subtracted. The partial index answers alone.
    """
    found = StockLevel.objects.filter(Among("product_id", products), on_hand__gt=F("reserved"))
    return list(found.values_list("product_id", "stock_location_id", F("on_hand") - F("reserved")))
