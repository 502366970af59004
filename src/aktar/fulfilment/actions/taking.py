"""Taking an order in from outside: once for each number, however often it is sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from aktar.accounts.models import User
from aktar.edge.references import Reading, reading
from aktar.fulfilment.actions.planning import plan_locked_order
from aktar.fulfilment.rules import NotEverywhere, OrderNumberTaken
from aktar.orders.actions import is_same_order, place_order, with_places
from aktar.orders.models import Order
from aktar.orders.rules import NewOrder
from aktar.places.rules import Reach
from aktar.transfers.actions import PAYLOAD_LANGUAGE


@dataclass(frozen=True, slots=True)
class Taken:
    """An order that is there now (its id), and whether it was not before."""

    order: int
    is_new: bool


def take_order(
    new: NewOrder,
    *,
    by: User | None,
    reach: Reach,
    now: datetime,
    then: Callable[[Taken], None] | None = None,
) -> Taken:
    """Place an order and plan it, in one transaction; one that is there with this content stays as it is.

    `then` hears of it within the transaction. Raises NotEverywhere, for an order can be planned to every
    location, and OrderNumberTaken.
    """

    def planned(order: Order, current: Reading) -> None:
        plan_locked_order(order, by=by, reading=current, now=now)

    return _taken(new, planned, reach=reach, now=now, then=then)


def take_order_unplanned(
    new: NewOrder,
    *,
    by: User | None,  # noqa: ARG001 - as `take_order`, whose place it takes
    reach: Reach,
    now: datetime,
    then: Callable[[Taken], None] | None = None,
) -> Taken:
    """Place an order and leave it for `aktar plan`. Otherwise as `take_order`."""
    return _taken(new, _left_alone, reach=reach, now=now, then=then)


def take_orders(
    orders: Sequence[NewOrder],
    *,
    take: Callable[[NewOrder], Taken],
    then: Callable[[Sequence[Taken | None]], None],
) -> None:
    """Take orders by `take` one after the other, each in its own transaction: a matter of its own.

    `then` hears last what became of each: None where another order has its number. A repetition after a
    failure in between finds those that were taken. Raises NotEverywhere.
    """
    taken: list[Taken | None] = []
    for new in orders:
        try:
            taken.append(take(new))
        except OrderNumberTaken:
            taken.append(None)
    with transaction.atomic(durable=True):
        then(taken)


def _left_alone(_order: Order, _current: Reading) -> None:
    """Nothing is planned."""


def _taken(
    new: NewOrder,
    plan: Callable[[Order, Reading], None],
    *,
    reach: Reach,
    now: datetime,
    then: Callable[[Taken], None] | None,
) -> Taken:
    if not reach.everything:
        raise NotEverywhere
    with transaction.atomic(durable=True):
        current = reading(PAYLOAD_LANGUAGE)
        # Before it is looked for, for a twin that came first has made the places it names.
        (new,) = with_places([new], reach=reach)
        order, is_new = place_order(new, reach=reach, reading=current, now=now)
        if is_new:
            plan(order, current)
        elif not is_same_order(order, new):
            raise OrderNumberTaken
        taken = Taken(order.pk, is_new)
        if then is not None:
            then(taken)
    return taken
