"""Whether the books balance; what does not is named."""

from collections.abc import Collection, Mapping

from django.db import DEFAULT_DB_ALIAS, connections

from aktar.catalog.models import Product
from aktar.edge.rules import decimal_text
from aktar.edge.sums import halves_of, not_plainly_zero, whole
from aktar.places.models import StockLocation
from aktar.stock.rules import COMES_IN, GOES_OUT, Kind, ProductBalance, UnbalancedLevel
from aktar.stock.shapes import StockVerificationShape, UnbalancedLevelShape, UnbalancedProductShape

MOST_NAMED = 100


def _quoted(kinds: Collection[Kind]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


_UNBALANCED = f"""
    SELECT product_id, stock_location_id,
        {halves_of("on_hand")}, {halves_of("reserved")}, {halves_of("in_transit")}
    FROM (
        SELECT product_id, stock_location_id, on_hand, reserved, in_transit FROM stock_stocklevel
        UNION ALL
        SELECT product_id, stock_location_id, -on_hand_change, -reserved_change, -in_transit_change
        FROM stock_stockmovement
    ) AS entry
    GROUP BY product_id, stock_location_id
    HAVING {not_plainly_zero("on_hand")} OR {not_plainly_zero("reserved")} OR {not_plainly_zero("in_transit")}
    ORDER BY product_id, stock_location_id
"""  # noqa: S608 - of columns named here
_BALANCES = f"""
    SELECT product_id,
        {halves_of("came_in")}, {halves_of("went_out")}, {halves_of("on_hand")}, {halves_of("in_transit")}
    FROM (
        SELECT product_id, 0 AS came_in, 0 AS went_out, on_hand, in_transit FROM stock_stocklevel
        UNION ALL
        SELECT product_id,
            CASE WHEN kind IN ({_quoted(COMES_IN)}) THEN on_hand_change + in_transit_change ELSE 0 END,
            CASE WHEN kind IN ({_quoted(GOES_OUT)}) THEN -on_hand_change - in_transit_change ELSE 0 END,
            0, 0
        FROM stock_stockmovement
    ) AS entry
    GROUP BY product_id
    ORDER BY product_id
"""  # noqa: S608 - likewise


def stock_verification() -> StockVerificationShape:
    """Prove the books, or name what does not balance, 100 of each kind at most.

    Two queries, which read all there is, and two more where something is amiss.
    """
    levels, balances = unbalanced_levels(), product_balances()
    missing = [balance for balance in balances if balance.missing]
    named_levels, named_products = levels[:MOST_NAMED], missing[:MOST_NAMED]
    skus = _skus({row.product for row in named_levels} | {row.product for row in named_products})
    codes = _erp_codes({row.location for row in named_levels})
    return StockVerificationShape(
        is_balanced=not levels and not missing,
        products=len(balances),
        came_in=decimal_text(sum(balance.came_in for balance in balances)),
        went_out=decimal_text(sum(balance.went_out for balance in balances)),
        on_hand=decimal_text(sum(balance.on_hand for balance in balances)),
        in_transit=decimal_text(sum(balance.in_transit for balance in balances)),
        unbalanced_products=[
            UnbalancedProductShape(
                product=row.product,
                sku=skus[row.product],
                came_in=decimal_text(row.came_in),
                went_out=decimal_text(row.went_out),
                on_hand=decimal_text(row.on_hand),
                in_transit=decimal_text(row.in_transit),
                missing=decimal_text(row.missing),
            )
            for row in named_products
        ],
        unbalanced_levels=[
            UnbalancedLevelShape(
                product=row.product,
                sku=skus[row.product],
                stock_location=row.location,
                erp_code=codes[row.location],
                on_hand=decimal_text(row.on_hand),
                reserved=decimal_text(row.reserved),
                in_transit=decimal_text(row.in_transit),
            )
            for row in named_levels
        ],
    )


def unbalanced_levels(*, using: str = DEFAULT_DB_ALIAS) -> list[UnbalancedLevel]:
    """The levels that are not the sum of their movements. One query, which reads all there is."""
    with connections[using].cursor() as cursor:
        cursor.execute(_UNBALANCED)
        found = [UnbalancedLevel(product, location, *whole(sums)) for product, location, *sums in cursor]
    return [row for row in found if row.on_hand or row.reserved or row.in_transit]


def product_balances(*, using: str = DEFAULT_DB_ALIAS) -> list[ProductBalance]:
    """For each product in the books: what came in, went out, and is there. One query, which reads all."""
    with connections[using].cursor() as cursor:
        cursor.execute(_BALANCES)
        return [ProductBalance(product, *whole(sums)) for product, *sums in cursor]


def _skus(products: Collection[int]) -> Mapping[int, str]:
    return dict(Product.objects.filter(pk__in=products).values_list("pk", "sku")) if products else {}


def _erp_codes(locations: Collection[int]) -> Mapping[int, str]:
    found = StockLocation.objects.filter(pk__in=locations)
    return dict(found.values_list("pk", "erp_code")) if locations else {}
