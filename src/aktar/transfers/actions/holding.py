"""Holding the stock that a decision counts on, before anything is made of it."""

from collections.abc import Collection
from datetime import datetime

from aktar.planning.rules import Decision, Demand
from aktar.stock.actions import lock_levels
from aktar.stock.queries import available_levels
from aktar.stock.rules import Pair, StockLine, served


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
