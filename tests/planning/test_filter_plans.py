"""A store's plans, and those of a location that is asked for, are found from indexes among very many."""

import re

import pytest
from django.db.models import QuerySet
from django.http import QueryDict

from aktar.edge.filters import filtered
from aktar.edge.inserting import Row
from aktar.places.models import StockLocation
from aktar.places.rules import Reach
from aktar.planning.filters import PlanFilters
from aktar.planning.models import Plan, PlanItem
from aktar.planning.queries import visible_plans
from tests.analyzing import analyze
from tests.factories import NOW, a_plan, a_workflow, an_order
from tests.planning.rows import a_place, has, products_of
from tests.reads.crowd import FIRST, many

PLANS = 25_000
LOCATIONS = 500
WHOLE_TABLE = re.compile(r"Seq Scan on planning_plan|SCAN (planning_plan|U\d)")

pytestmark = pytest.mark.django_db


def a_crowd() -> None:
    """Plans of two lines, one of its own and one that another location sends."""
    a_workflow()
    order, location = an_order(), a_place()
    has(location, products_of(order)[0])
    plan = a_plan(order)
    many(StockLocation, location, LOCATIONS, lambda n: Row(erp_code=f"L{n}"))
    many(Plan, plan, PLANS, lambda _n: Row())
    many(
        PlanItem,
        plan.planitem_set.get(),
        2 * PLANS,
        lambda n: Row(
            plan_id=FIRST + n // 2,
            destination_id=FIRST + n // 2 % LOCATIONS,
            source_id=FIRST + (n // 2 + n % 2 * 7) % LOCATIONS,
        ),
    )
    analyze()


def _asked(name: str, value: str) -> "QuerySet[Plan]":
    query = QueryDict(mutable=True)
    query[name] = value
    found: QuerySet[Plan] = filtered(Plan.objects.all(), PlanFilters, query, now=NOW)
    return found


@pytest.mark.usefixtures("unchecked")
def test_plans_of_a_location_are_found_from_an_index(subtests: pytest.Subtests) -> None:
    a_crowd()
    each = PLANS // LOCATIONS
    here = Reach(everything=False, locations=frozenset({FIRST}))
    asked = {
        "what a store sees": (visible_plans(here), 2 * each),
        "source": (_asked("source", str(FIRST)), 2 * each),
        "destination": (_asked("destination", str(FIRST)), each),
        "source__erp_code": (_asked("source__erp_code", "L0"), 2 * each),
        "destination__erp_code": (_asked("destination__erp_code", "L0"), each),
    }
    for name, (found, count) in asked.items():
        with subtests.test(name):
            assert found.count() == count
            plans = (rows.values("pk").explain() for rows in (found.order_by("-id")[:20], found.order_by()))
            assert [plan for plan in plans if WHOLE_TABLE.search(plan)] == []
