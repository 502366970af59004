"""Planning orders: deciding on what there is, and carrying it out in the same transaction."""

from datetime import datetime
from functools import partial

from django.db import transaction

from aktar.accounts.models import User
from aktar.edge.references import Reading, reading
from aktar.fulfilment.actions.carrying import carry_out
from aktar.orders.actions import tell_at_risk
from aktar.orders.models import Order
from aktar.orders.rules import CANCELLABLE
from aktar.planning.queries import demands_of, is_told, situation_of
from aktar.planning.rules import Decision, Demand
from aktar.planning.solving import decided
from aktar.stock.rules import NotEnoughStock
from aktar.transfers.actions import MOST_TRIES, PAYLOAD_LANGUAGE, hold_and_decide
from aktar.workflow.queries import workflow


def plan_order(order_id: int, *, by: User | None, now: datetime) -> Decision | None:
    """Plan what no package of an order holds, and carry it out: all of it or nothing.

    None where nothing is to be planned, be it that another one is just about it: that is not waited for.
    """
    with transaction.atomic(durable=True):
        order = unclaimed_order(order_id)
        if order is None:
            return None
        return plan_locked_order(order, by=by, reading=reading(PAYLOAD_LANGUAGE), now=now)


def carry_out_decision(
    decision: Decision, *, is_batch: bool, by: User | None, now: datetime
) -> Decision | None:
    """Carry out what was decided before, or what is decided now if the stock for it is gone.

    None where nothing is to be planned any more.
    """
    with transaction.atomic(durable=True):
        order = unclaimed_order(decision.demand.key)
        if order is None:
            return None
        current = reading(PAYLOAD_LANGUAGE)
        demand = _demand(order, current)
        if demand is None:
            return None
        if demand == decision.demand:
            try:
                with transaction.atomic():
                    _carry_out(order, decision, is_batch=is_batch, by=by, reading=current, now=now)
                return decision
            except NotEnoughStock:
                pass
        return _planned(order, demand, by=by, reading=current, now=now)


def _carry_out(
    order: Order, decision: Decision, *, is_batch: bool, by: User | None, reading: Reading, now: datetime
) -> None:
    """`carry_out`, and tell if nobody may dispatch something; once, however often it is planned in vain."""
    if is_told(decision):
        return
    carry_out(order, decision, is_batch=is_batch, by=by, reading=reading, now=now)
    dispatched = [package for package in decision.packages if package.dispatching is not None]
    # A package that something is missing of has told it already.
    if len(dispatched) < len(decision.packages) and not any(package.short for package in dispatched):
        tell_at_risk(order, locations=(), reading=reading, now=now)


def unclaimed_order(order_id: int) -> Order | None:
    """An order with its row locked; None where another one holds it, or it is gone."""
    return Order.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=order_id).first()


def plan_locked_order(order: Order, *, by: User | None, reading: Reading, now: datetime) -> Decision | None:
    """`plan_order` of an order whose row is locked, within the caller's transaction."""
    demand = _demand(order, reading)
    return None if demand is None else _planned(order, demand, by=by, reading=reading, now=now)


def _demand(order: Order, reading: Reading) -> Demand | None:
    if workflow(reading).states[order.state_id].enum_value not in CANCELLABLE:
        return None
    return next(iter(demands_of([order.pk], reading)), None)


def _planned(order: Order, demand: Demand, *, by: User | None, reading: Reading, now: datetime) -> Decision:
    for _ in range(MOST_TRIES):
        decision = decided(partial(situation_of, demand, reading, now=now))
        try:
            # What was locked in vain is let go with the savepoint.
            with transaction.atomic():
                _carry_out(order, decision, is_batch=False, by=by, reading=reading, now=now)
            return decision
        except NotEnoughStock:
            continue
    # The one place where levels are held before packages are made (ADR 45).
    decision = hold_and_decide(demand, reading, now=now)
    _carry_out(order, decision, is_batch=False, by=by, reading=reading, now=now)
    return decision
