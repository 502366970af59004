"""Reads of stock: who keeps books, what is available where."""

from collections.abc import Collection

from django.db import connection
from django.db.models import F, QuerySet, Sum

from aktar.edge.expressions import Among
from aktar.stock.models import StockKeeping, StockLevel, StockMovement
from aktar.stock.rules import COMES_IN, GOES_OUT, Booked, Kind, ProductBalance, UnbalancedLevel

_UNBALANCED = """
    SELECT product_id, stock_location_id, sum(on_hand), sum(reserved), sum(in_transit)
    FROM (
        SELECT product_id, stock_location_id, on_hand, reserved, in_transit FROM stock_stocklevel
        UNION ALL
        SELECT product_id, stock_location_id, -on_hand_change, -reserved_change, -in_transit_change
        FROM stock_stockmovement
    ) AS entry
    GROUP BY product_id, stock_location_id
    HAVING sum(on_hand) <> 0 OR sum(reserved) <> 0 OR sum(in_transit) <> 0
    ORDER BY product_id, stock_location_id
"""
_BALANCES = """
    SELECT product_id, sum(came_in), sum(went_out), sum(on_hand), sum(in_transit)
    FROM (
        SELECT product_id, 0 AS came_in, 0 AS went_out, on_hand, in_transit FROM stock_stocklevel
        UNION ALL
        SELECT product_id,
            CASE WHEN kind IN ({comes_in}) THEN on_hand_change + in_transit_change ELSE 0 END,
            CASE WHEN kind IN ({goes_out}) THEN -on_hand_change - in_transit_change ELSE 0 END,
            0, 0
        FROM stock_stockmovement
    ) AS entry
    GROUP BY product_id
    ORDER BY product_id
"""


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


def unbalanced_levels() -> list[UnbalancedLevel]:
    """The levels that are not the sum of their movements. One query, which reads all there is."""
    with connection.cursor() as cursor:
        cursor.execute(_UNBALANCED)
        return [UnbalancedLevel(*map(int, row)) for row in cursor.fetchall()]


def product_balances() -> list[ProductBalance]:
    """For each product in the books: what came in, went out, and is there. One query, which reads all."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES.format(comes_in=_quoted(COMES_IN), goes_out=_quoted(GOES_OUT)))
        return [ProductBalance(*map(int, row)) for row in cursor.fetchall()]


def _quoted(kinds: Collection[Kind]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)
