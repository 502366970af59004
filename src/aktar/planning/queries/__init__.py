"""Reads of planning: what is to be decided and on which market, and plans as they are shown."""

from aktar.planning.queries.demands import demands_of, renewal_demand
from aktar.planning.queries.market import situation_of, situation_of_all
from aktar.planning.queries.plans import SORTS, plan_shapes, visible_plans
from aktar.planning.queries.undispatched import is_told, undispatched_items

__all__ = [
    "SORTS",
    "demands_of",
    "is_told",
    "plan_shapes",
    "renewal_demand",
    "situation_of",
    "situation_of_all",
    "undispatched_items",
    "visible_plans",
]
