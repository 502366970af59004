"""Bringing levels to what was counted, or by what somebody says: in bulk, with an outcome for each row."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from aktar.accounts.models import User
from aktar.edge.given import AmongPairs
from aktar.edge.sums import summed_halves, whole
from aktar.stock.actions.keeping import begin_keeping
from aktar.stock.actions.posting import lock_levels, modified, post
from aktar.stock.models import StockLevel, StockMovement
from aktar.stock.rules import (
    CountFromTheFuture,
    Kind,
    Level,
    Movement,
    Pair,
    StockCount,
    StockDelta,
    StockOutcome,
    adjusted,
    counted,
    refused_twin,
)


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
    if as_of is not None and as_of > now:
        raise CountFromTheFuture
    with transaction.atomic():
        begin_keeping({count.location for count in counts}, now=now)
        pairs = {count.pair for count in counts}
        levels = lock_levels(pairs, now=now)
        since = {} if as_of is None else _moved_since(as_of, pairs)
        outcomes = []
        seen: set[Pair] = set()
        for count in counts:
            level, moved = levels[count.pair], since.get(count.pair, 0)
            if count.pair in seen:
                outcomes.append(refused_twin(count, level))
                continue
            seen.add(count.pair)
            outcomes.append(counted(count, level, moved_since=moved, as_of=as_of or now))
        _write(outcomes, [Kind.COUNTED] * len(outcomes), by=by, now=now, reason=reason)
        taken = [(row.product, row.location) for row in outcomes if row.fault is None]
        StockLevel.objects.filter(AmongPairs("product_id", "stock_location_id", taken)).update(
            counted_at=as_of or now, modified_at=modified(now)
        )
        if then is not None:
            then(outcomes)
    return outcomes


def adjust_stock(
    deltas: Sequence[StockDelta],
    *,
    by: User | None,
    now: datetime,
    reason: str = "",
    then: Callable[[Sequence[StockOutcome]], None] | None = None,
) -> list[StockOutcome]:
    """Change what is on hand by deltas, one after the other; an outcome for each, in their order.

    As `set_stock`: what is refused changes nothing. Locations begin to keep books by what comes in.
    """
    with transaction.atomic():
        begin_keeping({delta.location for delta in deltas if delta.change > 0}, now=now)
        levels = lock_levels({delta.pair for delta in deltas}, now=now)
        # Where none are kept, nothing comes in: this one stays as it is.
        nothing = Level(on_hand=0, reserved=0, in_transit=0, may_go_negative=False)
        outcomes = [
            adjusted(delta.pair, levels.get(delta.pair, nothing), change=delta.change) for delta in deltas
        ]
        _write(outcomes, [delta.kind for delta in deltas], by=by, now=now, reason=reason)
        if then is not None:
            then(outcomes)
    return outcomes


def _write(
    outcomes: Sequence[StockOutcome],
    kinds: Sequence[Kind],
    *,
    by: User | None,
    now: datetime,
    reason: str,
) -> None:
    movements = [
        Movement(outcome.product, outcome.location, kind, on_hand=outcome.changed_by)
        for outcome, kind in zip(outcomes, kinds, strict=True)
        if outcome.changed_by
    ]
    post(movements, by=by, now=now, reason=reason)


def _moved_since(as_of: datetime, pairs: Collection[Pair]) -> Mapping[Pair, int]:
    """What has come and gone since an instant; other counts do not tell of goods that move."""
    rows = StockMovement.objects.filter(
        AmongPairs("product_id", "stock_location_id", pairs), created_at__gt=as_of
    )
    sums = rows.exclude(kind=Kind.COUNTED.value).values_list("product_id", "stock_location_id")
    upper, lower = summed_halves("on_hand_change")
    # Counts between them may have led back to nothing as often as somebody likes.
    return {
        (product, location): next(whole(halves))
        for product, location, *halves in sums.annotate(upper=upper, lower=lower)
    }
