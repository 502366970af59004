"""Plans as the API shows them: complete, explained in the caller's language, to those who take part."""

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from aktar.places.models import StockLocation
from aktar.planning.admin import TransferScenarioPage
from aktar.planning.models import Plan, TransferScenario
from aktar.planning.rules import Why
from tests.factories import a_caller, a_plan, a_workflow, an_order
from tests.planning.rows import ANKARA, VAN, a_place, has, products_of

pytestmark = pytest.mark.django_db

PLANS = "/api/v1/oms/orderexecutionplans/"


@pytest.fixture
def planned() -> tuple[Plan, StockLocation, StockLocation]:
    """A plan by which one location dispatches two items, one of them sent by another location."""
    a_workflow()
    order = an_order(items=2)
    here, there, far, scarce = a_place(), a_place(ANKARA), a_place(VAN), a_place(VAN)
    one, other = products_of(order)
    has(here, one)
    has(there, other)
    has(far, other)
    has(scarce, other, safety=1)
    return a_plan(order), here, there


def test_a_plan_says_what_comes_from_where_and_why(
    planned: tuple[Plan, StockLocation, StockLocation],
) -> None:
    plan, here, there = planned
    answer = a_caller().get(f"{PLANS}{plan.pk}/")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["order"], told["scenario"], told["is_batch"]) == (plan.order_id, None, False)
    (package,) = told["packages"]
    assert package["dispatching"]["erp_code"] == here.erp_code
    own, sent = told["planitem_set"]
    assert (own["source"], own["outcome"], own["cost"]["total"]) == (own["destination"], None, "0.00")
    assert (sent["source"]["erp_code"], sent["outcome"]) == (there.erp_code, "open")
    assert sent["cost"]["fixed"] == "10000.00"
    assert 340 < sent["cost"]["kilometres"] < 360
    costlier, careful = sent["passed_over"]
    assert costlier["why"] == "costlier"
    assert costlier["detail"] == f"It costs {costlier['by']} points more."
    assert (careful["why"], careful["available"], careful["by"]) == ("safety_stock", "1.00", None)


def test_a_plan_is_shown_still_when_a_location_that_it_weighed_is_gone(
    planned: tuple[Plan, StockLocation, StockLocation],
) -> None:
    plan, *_ = planned
    read = a_caller()
    before = read.get(f"{PLANS}{plan.pk}/").json()["planitem_set"][1]["passed_over"]
    # As if it had been deleted at a console, which nothing keeps from locations that were only weighed.
    kept = Plan.objects.get(pk=plan.pk).planitem_set.order_by("pk")[1]
    for passed_over in kept.explanation["passed_over"]:
        passed_over["location"] += 900_000
    kept.save()
    answer = read.get(f"{PLANS}{plan.pk}/")
    assert answer.status_code == 200, answer.content
    assert before
    assert answer.json()["planitem_set"][1]["passed_over"] == []


def test_reasons_are_told_in_the_language_of_the_caller(
    planned: tuple[Plan, StockLocation, StockLocation],
) -> None:
    plan = planned[0]
    told = a_caller().get(f"{PLANS}{plan.pk}/", headers={"accept-language": "tr-tr"}).json()
    costlier, careful = told["planitem_set"][1]["passed_over"]
    assert costlier["detail"] == f"{costlier['by']} puan daha pahalıdır."
    assert careful["detail"].startswith("1.00 var")


def test_a_tie_is_called_one() -> None:
    a_workflow()
    order = an_order()
    here, there = a_place(), a_place()
    for place in (here, there):
        has(place, products_of(order)[0])
    plan = a_plan(order)
    (package,) = a_caller().get(f"{PLANS}{plan.pk}/").json()["packages"]
    assert package["dispatching"]["id"] == here.pk
    (passed,) = [each for each in package["passed_over"] if each["stock_location"]["id"] == there.pk]
    assert (passed["why"], passed["by"]) == ("tie", "0.00")
    assert passed["detail"] == "It costs the same; of equals the one with the smaller id is taken."


def test_the_page_on_planning_has_every_reason_and_every_price() -> None:
    page = (Path(__file__).parents[2] / "docs" / "planning.md").read_text()
    assert [why for why in Why if f"| `{why}` |" not in page] == []
    words = TransferScenarioPage.words
    prices = [name for name in words if name.startswith("weight_")]
    for name in prices:
        default = TransferScenario._meta.get_field(name).default // 100
        assert f"| {words[name]} | {default:,} |" in page


def test_who_takes_part_in_a_plan_sees_it_and_nobody_else(
    planned: tuple[Plan, StockLocation, StockLocation],
) -> None:
    plan, here, there = planned
    for location, count in ((here, 1), (there, 1), (a_place(), 0)):
        caller: Client = a_caller(locations=[location])
        assert caller.get(PLANS).json()["count"] == count
        assert caller.get(f"{PLANS}{plan.pk}/").status_code == (200 if count else 404)


def test_a_scenario_whose_weights_would_leave_lines_is_refused_by_the_database() -> None:
    for values in ({"weight_transfer": 10**9}, {"weight_open_load": -1}, {"safety_stock": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TransferScenario.objects.create(name="x", **values)
