"""Rules of planning: distance, eligibility, cost, the choice for one demand, and how it is explained."""

from aktar.planning.rules.choosing import Choice, best_choice, costs_alone, fixed_cost, plain_cost
from aktar.planning.rules.costs import Cost, package_cost, transfer_cost
from aktar.planning.rules.decisions import Decision, ItemPlan, PackagePlan, PassedOver, decide, explained
from aktar.planning.rules.demand import (
    BUILT_IN,
    MOST_BY_MEASURE,
    MOST_FIXED,
    UNPLANNED,
    Demand,
    Line,
    Market,
    Scenario,
    Site,
    Standing,
    Terms,
    Weights,
    scenario_for,
)
from aktar.planning.rules.geography import Neighbourhood, Point, is_within, kilometres, point
from aktar.planning.rules.options import Options, Why, spare, weigh
from aktar.planning.rules.shortlist import shortlisted
from aktar.planning.rules.situations import Situation, reliability
from aktar.planning.rules.supply import Prices
from aktar.planning.rules.tariff import Tariff
from aktar.planning.rules.terms import admits, may_dispatch

__all__ = [
    "BUILT_IN",
    "MOST_BY_MEASURE",
    "MOST_FIXED",
    "UNPLANNED",
    "Choice",
    "Cost",
    "Decision",
    "Demand",
    "ItemPlan",
    "Line",
    "Market",
    "Neighbourhood",
    "Options",
    "PackagePlan",
    "PassedOver",
    "Point",
    "Prices",
    "Scenario",
    "Site",
    "Situation",
    "Standing",
    "Tariff",
    "Terms",
    "Weights",
    "Why",
    "admits",
    "best_choice",
    "costs_alone",
    "decide",
    "explained",
    "fixed_cost",
    "is_within",
    "kilometres",
    "may_dispatch",
    "package_cost",
    "plain_cost",
    "point",
    "reliability",
    "scenario_for",
    "shortlisted",
    "spare",
    "transfer_cost",
    "weigh",
]
