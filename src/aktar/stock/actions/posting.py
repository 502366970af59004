"""The one place that levels and the ledger are written in: lock, look, move both."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Value
from django.db.models.functions import Greatest

from aktar.accounts.models import User
from aktar.edge.given import GivenRows
from aktar.stock.queries import book_keepers
from aktar.stock.rules import Level, Movement, Pair

_PAIRS = GivenRows({"product": "bigint", "location": "bigint"})
_CHANGES = GivenRows({**_PAIRS.columns, "on_hand": "bigint", "reserved": "bigint", "in_transit": "bigint"})
_MOVEMENTS = GivenRows(
    {**_CHANGES.columns, "kind": "text", "package_item": "bigint", "transfer_order": "bigint"}
)
# `given` stands for the rows that are given.
_MOVE = """
    UPDATE stock_stocklevel AS level
    SET on_hand = level.on_hand + given.on_hand, reserved = level.reserved + given.reserved,
        in_transit = level.in_transit + given.in_transit,
        modified_at = CASE WHEN level.modified_at > %s THEN level.modified_at ELSE %s END
    FROM {given} WHERE level.product_id = given.product AND level.stock_location_id = given.location
"""
_RECORD = """
    INSERT INTO stock_stockmovement (product_id, stock_location_id, kind, on_hand_change, reserved_change,
        in_transit_change, transfer_order, package_item, reason, user_id, created_at)
    SELECT given.product, given.location, given.kind, given.on_hand, given.reserved,
        given.in_transit, given.transfer_order, given.package_item, %s, %s, %s
    FROM {given}
"""
# Either all of them or none: a level that was missing is not made by who holds others.
_LOCK = """
    SELECT level.product_id, level.stock_location_id, level.on_hand, level.reserved, level.in_transit,
        level.may_go_negative, level.counted_at
    FROM {given} JOIN stock_stocklevel AS level
        ON level.product_id = given.product AND level.stock_location_id = given.location
    WHERE %s = (
        SELECT count(*) FROM {given} JOIN stock_stocklevel AS there
        ON there.product_id = given.product AND there.stock_location_id = given.location
    )
    ORDER BY level.product_id, level.stock_location_id {held}
"""
# In the order of locks, whichever way the join turns.
_MAKE = """
    INSERT INTO stock_stocklevel
        (product_id, stock_location_id, on_hand, reserved, in_transit, may_go_negative, modified_at)
    SELECT given.product, given.location, 0, 0, 0, keeping.may_go_negative, %s
    FROM {given} JOIN stock_stockkeeping AS keeping ON keeping.stock_location_id = given.location
    WHERE 1 = 1 ORDER BY given.product, given.location {held} ON CONFLICT DO NOTHING
"""


def lock_levels(pairs: Collection[Pair], *, now: datetime) -> dict[Pair, Level]:
    """Lock the levels of these pairs of product and location (ids), in that order, and answer them.

    Levels that are missing where books are kept are made, empty. Locations without books are left out. One
    query where none are kept, two where all levels are there, else four.
    """
    return locked(kept(pairs), now=now)


def kept(pairs: Collection[Pair]) -> frozenset[Pair]:
    """Those of these pairs whose location keeps books. One query."""
    keepers = book_keepers({location for _, location in pairs})
    return frozenset(pair for pair in pairs if pair[1] in keepers)


def locked(pairs: frozenset[Pair], *, now: datetime) -> dict[Pair, Level]:
    """`lock_levels` of pairs whose locations keep books. None, one or three queries.

    Nobody waits in a ring, as long as no transaction makes levels while it holds others. Who makes levels
    holds none but those that it has made, in their order; who locks levels waits for none that is being
    made, for then it would be making it too.
    """
    if not pairs:
        return {}
    levels = _lock(pairs)
    if not levels:
        _make(pairs, now)
        levels = _lock(pairs)
    return levels


def post(
    movements: Iterable[Movement],
    *,
    by: User | None,
    now: datetime,
    transfer_order: int | None = None,
    reason: str = "",
) -> None:
    """Move the levels, which are locked, and write the ledger. Two queries, or none without movements.

    Each level moves once, by the sum of its movements: what holds between them has been seen to.
    """
    post_for_transfers([(transfer_order, movement) for movement in movements], by=by, now=now, reason=reason)


def post_for_transfers(
    posted: Sequence[tuple[int | None, Movement]], *, by: User | None, now: datetime, reason: str = ""
) -> None:
    """`post` of movements that each have a transfer order (id) of their own, or none."""
    if not posted:
        return
    instant = connection.ops.adapt_datetimefield_value(now)
    sums: dict[Pair, list[int]] = defaultdict(lambda: [0, 0, 0])
    for _, movement in posted:
        level = sums[movement.pair]
        level[0] += movement.on_hand
        level[1] += movement.reserved
        level[2] += movement.in_transit
    changes = _CHANGES.parameters([*pair, *changed] for pair, changed in sums.items())
    rows = _MOVEMENTS.parameters(
        [*row.pair, row.on_hand, row.reserved, row.in_transit, row.kind.value, row.package_item, transfer]
        for transfer, row in posted
    )
    user = None if by is None else by.pk
    with connection.cursor() as cursor:
        cursor.execute(_MOVE.format(given=_CHANGES.table()), [instant, instant, *changes])
        recording = _RECORD.format(given=_MOVEMENTS.table())
        cursor.execute(recording, [reason, user, instant, *rows])


def modified(now: datetime) -> Greatest:
    """When levels were modified that are so `now`: never back, for clocks are read before locks are had."""
    return Greatest("modified_at", Value(now))


def _lock(pairs: Collection[Pair]) -> dict[Pair, Level]:
    """All of these levels; none, and nothing locked, if one of them is not there."""
    held = "FOR NO KEY UPDATE OF level" if connection.vendor == "postgresql" else ""
    locking, given = _LOCK.format(given=_PAIRS.table(), held=held), _PAIRS.parameters(pairs)
    with connection.cursor() as cursor:
        cursor.execute(locking, [*given, len(pairs), *given])
        return {
            (product, location): Level(on_hand, reserved, in_transit, may_go_negative, _instant(counted_at))
            for product, location, on_hand, reserved, in_transit, may_go_negative, counted_at in cursor
        }


def _instant(told: datetime | None) -> datetime | None:
    """SQLite keeps instants in UTC and does not say so."""
    return told if told is None or told.tzinfo else told.replace(tzinfo=UTC)


def _make(pairs: Collection[Pair], now: datetime) -> None:
    # The keeping is held meanwhile, for its word is copied; SQLite has one writer at a time anyhow.
    held = "FOR SHARE OF keeping" if connection.vendor == "postgresql" else ""
    making = _MAKE.format(given=_PAIRS.table(), held=held)
    instant = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(making, [instant, *_PAIRS.parameters(pairs)])
