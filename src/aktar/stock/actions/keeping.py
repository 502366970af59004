"""Beginning to keep a location's books, and what may be said of how they are kept."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from aktar.stock.actions.posting import modified
from aktar.stock.models import StockKeeping, StockLevel
from aktar.stock.queries import book_keepers, is_overdrawn
from aktar.stock.rules import StillNegative


def begin_keeping(locations: Collection[int], *, now: datetime) -> None:
    """Let stock locations (ids) keep books from now on; nothing happens to those that do already.

    One query where all do.
    """
    missing = set(locations) - book_keepers(locations)
    if missing:
        StockKeeping.objects.bulk_create(
            (StockKeeping(stock_location_id=location, created_at=now) for location in sorted(missing)),
            ignore_conflicts=True,
        )


def change_keeping(location: int, *, may_go_negative: bool, safety_stock: int, now: datetime) -> None:
    """Say whether a location that keeps books may go below zero, and what planning leaves in place there.

    Raises StillNegative where a level is below zero, or promised beyond what there is.
    """
    with transaction.atomic():
        # The keeping before the levels, as those who make new ones hold it: nobody waits in a ring.
        StockKeeping.objects.filter(stock_location=location).update(
            may_go_negative=may_go_negative, safety_stock=safety_stock
        )
        # What others were making is there by now, and what they make from now on knows of it.
        levels = StockLevel.objects.filter(stock_location=location)
        list(levels.select_for_update(no_key=True).order_by("product").values_list("pk"))
        if not may_go_negative and is_overdrawn(location):
            raise StillNegative
        differing = levels.exclude(may_go_negative=may_go_negative)
        differing.update(may_go_negative=may_go_negative, modified_at=modified(now))
