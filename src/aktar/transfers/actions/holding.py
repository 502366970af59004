"""Holding the stock that a decision counts on, before any of it is promised."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from django.db import transaction

from aktar.edge.references import Reading
from aktar.planning.queries import situation_of, situation_of_all
from aktar.planning.rules import Decision, Demand
from aktar.planning.solving import decided, immediately
from aktar.stock.actions import lock_levels, locked
from aktar.stock.queries import available_levels, safety_stocks
from aktar.stock.rules import NotEnoughStock, Pair, StockLine, served

MOST_TRIES = 4
"""Decisions that others may foil by taking the stock; the one after them holds it before it decides."""


def hold(decision: Decision, *, beside: Collection[Pair] = (), now: datetime) -> None:
    """Lock every level that a decision takes from, and those `beside`; all at once and in one order.

    Raises NotEnoughStock where others were quicker; safety stock stays in place, however many decide at once.
    What is held is promised by nobody but the caller, within whose transaction it stays.
    """
    lines = [
        StockLine(item.line.product, item.source, item.line.quantity)
        for item in decision.items
        if item.source is not None
    ]
    pairs = {line.pair for line in lines} | set(beside)
    safety = safety_stocks({location for _, location in pairs})
    levels = locked(frozenset(pair for pair in pairs if pair[1] in safety), now=now)
    least = decision.scenario.safety_stock
    served(lines, levels, leaving={location: max(own, least) for location, own in safety.items()})


def hold_and_decide(
    demand: Demand, reading: Reading, *, beside: Collection[Pair] = (), now: datetime
) -> Decision:
    """Lock every level that has something of what is wanted, and those `beside`, and only then decide.

    Whatever is decided can be had. What comes in meanwhile elsewhere does not count: another one may take it.
    Locations and scenarios are those of `reading`, however long was waited.
    """
    held = {
        (product, place) for product, place, _ in available_levels({line.product for line in demand.lines})
    }
    lock_levels(held | set(beside), now=now)
    (decision,) = immediately(situation_of_all([demand], reading, now=now, among=held)).decisions
    return decision


def decide_and_hold(
    demand: Demand, reading: Reading, *, beside: Collection[Pair] = (), now: datetime
) -> Decision:
    """Decide where the goods of a package that is there shall come from, and hold them and those `beside`."""
    for _ in range(MOST_TRIES):
        decision = decided(partial(situation_of, demand, reading, now=now))
        try:
            # What was locked in vain is let go with the savepoint.
            with transaction.atomic():
                hold(decision, beside=beside, now=now)
            return decision
        except NotEnoughStock:
            continue
    return hold_and_decide(demand, reading, beside=beside, now=now)
