"""Who has something of a product: a bounded number of locations for each, by index and never by scan."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection

from aktar.edge.statements import array
from aktar.stock.models import StockKeeping, StockLevel

Level = tuple[int, int, int, int]
"""Product, location, what is on hand there and promised to nobody, and what planning leaves in place."""

_LEVEL = StockLevel._meta.db_table
_KEEPING = StockKeeping._meta.db_table
_COLUMNS = "held.product_id, held.stock_location_id, held.on_hand - held.reserved"
# Materialized, for safety stock is to be joined once to all that was found and not to each of it.
_WITH_SAFETY = (
    "WITH found AS MATERIALIZED ({}) SELECT found.*, coalesce(kept.safety_stock, 0) FROM found"
    f" LEFT JOIN {_KEEPING} kept ON kept.stock_location_id = found.stock_location_id"
)
_HAS_SOME = "held.on_hand > held.reserved"
_MOST_TOGETHER = 200
"""Products in one statement of `some_holders` on SQLite, which joins no more than 500 selects."""


def some_holders(products: Sequence[int], *, count: int) -> list[Level]:
    """For each product at most `count` locations that have some, whichever the index names first.

    One query, on SQLite one for each two hundred products, or none without products.
    """
    if not products:
        return []
    one = (
        f"SELECT {_COLUMNS} FROM {_LEVEL} held WHERE held.product_id = %s AND {_HAS_SOME} "
        "ORDER BY held.stock_location_id LIMIT %s"
    )
    if connection.vendor == "postgresql":
        of_one = one % ("product", "%s")
        sql = f"SELECT of_one.* FROM unnest(%s::bigint[]) product CROSS JOIN LATERAL ({of_one}) of_one"
        return _rows(sql, [array(products), count])
    one = f"SELECT * FROM ({one}) AS of_one"
    found: list[Level] = []
    for start in range(0, len(products), _MOST_TOGETHER):
        some = products[start : start + _MOST_TOGETHER]
        parameters = [value for product in some for value in (product, count)]
        found += _rows(" UNION ALL ".join([one] * len(some)), parameters)
    return found


def holders_among(products: Sequence[int], *, locations: Sequence[int]) -> list[Level]:
    """Which of some locations have how much of some products, each named once.

    One query, or none without either.
    """
    if not products or not locations:
        return []
    if connection.vendor == "postgresql":
        # A limit, for it leaves no choice but to look every pair up: left to itself PostgreSQL reads what all
        # the locations have of anything, or all holders of a product.
        sql = (
            "SELECT of_pair.* FROM unnest(%s::bigint[]) product CROSS JOIN unnest(%s::bigint[]) place "
            f"CROSS JOIN LATERAL (SELECT {_COLUMNS} FROM {_LEVEL} held WHERE held.product_id = product "
            f"AND held.stock_location_id = place AND {_HAS_SOME} LIMIT 1) of_pair"
        )
        return _rows(sql, [array(products), array(locations)])
    # CROSS JOIN: every pair is looked up in the index. Left to itself SQLite reads all holders of a product.
    sql = (
        f"SELECT {_COLUMNS} FROM json_each(%s) product CROSS JOIN json_each(%s) place "
        f"CROSS JOIN {_LEVEL} held WHERE held.product_id = product.value "
        f"AND held.stock_location_id = place.value AND {_HAS_SOME}"
    )
    return _rows(sql, [json.dumps([*products]), json.dumps([*locations])])


def all_holders(products: Collection[int]) -> list[Level]:
    """Every location that has some of these products. One query, or none without products."""
    if not products:
        return []
    if connection.vendor == "postgresql":
        among, given = "= ANY(%s::bigint[])", array(products)
    else:
        among, given = "IN (SELECT value FROM json_each(%s))", json.dumps([*products])
    sql = f"SELECT {_COLUMNS} FROM {_LEVEL} held WHERE held.product_id {among} AND {_HAS_SOME}"
    return _rows(sql, [given])


def _rows(sql: str, parameters: Sequence[Any]) -> list[Level]:
    with connection.cursor() as cursor:
        cursor.execute(_WITH_SAFETY.format(sql), parameters)
        rows: list[Level] = cursor.fetchall()
    return rows
