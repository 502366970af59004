"""Who has something of a product: a bounded number of locations for each, by index and never by scan."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection

from aktar.stock.models import StockKeeping, StockLevel

Level = tuple[int, int, int, int]
"""Product, location, what is on hand there and promised to nobody, and what planning leaves in place."""

_LEVEL = StockLevel._meta.db_table
_KEEPING = StockKeeping._meta.db_table
_COLUMNS = (
    "held.product_id, held.stock_location_id, held.on_hand - held.reserved, coalesce(kept.safety_stock, 0)"
)
# An outer join, for it leaves no choice but to begin with the levels.
_TABLES = f"{_LEVEL} held LEFT JOIN {_KEEPING} kept ON kept.stock_location_id = held.stock_location_id"


_HAS_SOME = "held.on_hand > held.reserved"
_MOST_TOGETHER = 200
"""Products in one statement of `some_holders`; SQLite joins no more than 500 selects."""


def some_holders(products: Sequence[int], *, count: int) -> list[Level]:
    """For each product at most `count` locations that have some, whichever the index names first.

    One query for each two hundred products.
    """
    one = (
        f"SELECT * FROM (SELECT {_COLUMNS} FROM {_TABLES} WHERE held.product_id = %s AND {_HAS_SOME} "
        "ORDER BY held.stock_location_id LIMIT %s) AS of_one"
    )
    found: list[Level] = []
    for start in range(0, len(products), _MOST_TOGETHER):
        some = products[start : start + _MOST_TOGETHER]
        parameters = [value for product in some for value in (product, count)]
        found += _rows(" UNION ALL ".join([one] * len(some)), parameters)
    return found


def holders_among(products: Collection[int], *, locations: Collection[int]) -> list[Level]:
    """Which of some locations have how much of some products. One query, or none without either."""
    if not products or not locations:
        return []
    if connection.vendor == "postgresql":
        sql = (
            f"SELECT {_COLUMNS} FROM {_TABLES} WHERE held.product_id = ANY(%s) "
            f"AND held.stock_location_id = ANY(%s) AND {_HAS_SOME}"
        )
        return _rows(sql, [[*products], [*locations]])
    # CROSS JOIN: every pair is looked up in the index. Left to itself SQLite reads all holders of a product.
    sql = (
        f"SELECT {_COLUMNS} FROM json_each(%s) product CROSS JOIN json_each(%s) place "
        f"CROSS JOIN {_TABLES} WHERE held.product_id = product.value "
        f"AND held.stock_location_id = place.value AND {_HAS_SOME}"
    )
    return _rows(sql, [json.dumps([*products]), json.dumps([*locations])])


def all_holders(products: Collection[int]) -> list[Level]:
    """Every location that has some of these products. One query, or none without products."""
    if not products:
        return []
    if connection.vendor == "postgresql":
        among = "= ANY(%s)"
        given: list[int] | str = [*products]
    else:
        among, given = "IN (SELECT value FROM json_each(%s))", json.dumps([*products])
    return _rows(f"SELECT {_COLUMNS} FROM {_TABLES} WHERE held.product_id {among} AND {_HAS_SOME}", [given])


def _rows(sql: str, parameters: Sequence[Any]) -> list[Level]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[Level] = cursor.fetchall()
    return rows
