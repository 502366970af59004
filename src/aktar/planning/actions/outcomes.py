"""What became of planned lines: the memory of a package, and what the standing of a location is made of."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from aktar.planning.models import FailedSource, Outcome, PlanItem


def record_failure(
    *,
    package: int,
    products: Collection[int],
    location: int,
    reason: str,
    now: datetime,
    plan_items: Collection[int] = (),
) -> None:
    """Remember that a location could not send some products (ids) for a package.

    It is not asked for them for this package again, and counts as less reliable. `plan_items` are the lines
    (ids) that it was to send; there are none where a transfer order was not planned.
    """
    with transaction.atomic():
        FailedSource.objects.bulk_create(
            [
                FailedSource(
                    package_id=package,
                    product_id=product,
                    stock_location_id=location,
                    reason=reason,
                    created_at=now,
                )
                for product in sorted(set(products))
            ],
            ignore_conflicts=True,
        )
        _end(plan_items, Outcome.FAILED, now)


def record_success(plan_items: Collection[int], *, now: datetime) -> None:
    """Note that planned lines (ids) have arrived; their locations owe them no longer."""
    _end(plan_items, Outcome.SENT, now)


def record_withdrawal(plan_items: Collection[int], *, now: datetime) -> None:
    """Note that planned lines (ids) are not wanted any more, through no fault of their locations."""
    _end(plan_items, Outcome.WITHDRAWN, now)


def _end(plan_items: Collection[int], outcome: Outcome, now: datetime) -> None:
    # Only open ones: what has ended stays as it ended, whoever says so again.
    PlanItem.objects.filter(pk__in=plan_items, outcome=Outcome.OPEN).update(outcome=outcome, ended_at=now)
