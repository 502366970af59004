"""Bringing levels to what was counted, or by what somebody says: in bulk, with an outcome for each row."""

from collections.abc import Callable, Sequence
from datetime import datetime

from aktar.accounts.models import User
from aktar.stock.rules import StockCount, StockDelta, StockOutcome


def set_stock(
    counts: Sequence[StockCount],
    *,
    by: User | None,
    now: datetime,
    as_of: datetime | None = None,
    reason: str = "",
    then: Callable[[Sequence[StockOutcome]], None] | None = None,
) -> list[StockOutcome]:
    """Bring levels to what was counted; an outcome for each count, in their order.

    What moved after `as_of`, the instant of counting, is added to the count; without it the count is what is
    there now. A count that is refused (StockFault) changes nothing and stops none of the others. Locations
    begin to keep books by their first count. `then` hears the outcomes within the transaction.
    Raises CountFromTheFuture.
    """
    raise NotImplementedError


def adjust_stock(
    deltas: Sequence[StockDelta],
    *,
    by: User | None,
    now: datetime,
    reason: str = "",
    then: Callable[[Sequence[StockOutcome]], None] | None = None,
) -> list[StockOutcome]:
    """Change what is on hand by deltas, one after the other; an outcome for each, in their order.

    As `set_stock`: what is refused changes nothing, and locations begin to keep books by it.
    """
    raise NotImplementedError
