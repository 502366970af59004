"""Holding the stock that a decision counts on, before anything is made of it."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from aktar.planning.queries import situation_of, situation_of_all
from aktar.planning.rules import Decision, Demand
from aktar.planning.solving import immediately
from aktar.stock.actions import lock_levels
from aktar.stock.queries import available_levels
from aktar.stock.rules import NotEnoughStock, Pair, StockLine, served

MOST_TRIES = 4
"""Decisions that others may foil by taking the stock; the one after them holds it before it decides."""


def hold(decision: Decision, *, beside: Collection[Pair] = (), now: datetime) -> None:
    """Lock every level that a decision takes from, and those `beside`; all at once and in one order.

    Raises NotEnoughStock where others were quicker. What is held is promised by nobody but the caller, within
    whose transaction it stays.
    """
    lines = [
        StockLine(item.line.product, item.source, item.line.quantity)
        for item in decision.items
        if item.source is not None
    ]
    levels = lock_levels({line.pair for line in lines} | set(beside), now=now)
    served(lines, levels)


def hold_market(demand: Demand, *, beside: Collection[Pair] = (), now: datetime) -> None:
    """Lock every level that has something of what is wanted: whatever is decided next, it can be had."""
    held = available_levels({line.product for line in demand.lines})
    lock_levels({(product, location) for product, location, _ in held} | set(beside), now=now)


def decide_and_hold(demand: Demand, *, beside: Collection[Pair] = (), now: datetime) -> Decision:
    """Decide where the goods of a package that is there shall come from, and hold them and those `beside`."""
    for _ in range(MOST_TRIES):
        (decision,) = immediately(situation_of(demand, now=now)).decisions
        try:
            # What was locked in vain is let go with the savepoint.
            with transaction.atomic():
                hold(decision, beside=beside, now=now)
            return decision
        except NotEnoughStock:
            continue
    hold_market(demand, beside=beside, now=now)
    (decision,) = immediately(situation_of_all([demand], now=now)).decisions
    return decision
