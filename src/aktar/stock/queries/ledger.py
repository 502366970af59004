"""Who keeps books, and what the ledger holds of a transfer order or of package items."""

from collections.abc import Collection

from django.db.models import F, QuerySet, Sum

from aktar.stock.models import StockKeeping, StockLevel, StockMovement
from aktar.stock.rules import Booked, Kind


def book_keepers(locations: Collection[int]) -> frozenset[int]:
    """Those of these stock locations (ids) that keep books. One query."""
    kept = StockKeeping.objects.filter(stock_location__in=locations)
    return frozenset(kept.values_list("stock_location_id", flat=True))


def safety_stocks(locations: Collection[int]) -> dict[int, int]:
    """By stock location (an id), of those that keep books, what planning leaves there. One query."""
    kept = StockKeeping.objects.filter(stock_location__in=locations)
    return dict(kept.values_list("stock_location_id", "safety_stock"))


def is_overdrawn(location: int) -> bool:
    """Whether more is promised at a stock location (id) than there is of something. One query."""
    return StockLevel.objects.filter(stock_location=location, on_hand__lt=F("reserved")).exists()


def booked_for_transfer(transfer_order: int) -> list[Booked]:
    """What the ledger holds of a transfer order (id). One query."""
    return _booked(StockMovement.objects.filter(transfer_order=transfer_order))


def booked_for_package_items(package_items: Collection[int], *, locations: Collection[int]) -> list[Booked]:
    """What the ledger holds of package items (ids) at the locations that dispatch them. One query."""
    return _booked(StockMovement.objects.filter(package_item__in=package_items, stock_location__in=locations))


def _booked(movements: "QuerySet[StockMovement]") -> list[Booked]:
    sums = movements.values_list("product_id", "stock_location_id", "package_item", "kind").annotate(
        Sum("on_hand_change"), Sum("reserved_change"), Sum("in_transit_change")
    )
    # Sums of a bigint are decimals on PostgreSQL where Django does not say otherwise.
    return [
        Booked(product, location, item, Kind(kind), int(on_hand), int(reserved), int(in_transit))
        for product, location, item, kind, on_hand, reserved, in_transit in sums.order_by()
    ]
