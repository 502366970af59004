"""An order that comes in is planned at once: who dispatches, who sends, and the goods are promised."""

from dataclasses import replace

import pytest
from django.test import Client

from aktar.edge.references import reading
from aktar.fulfilment.actions import carry_out_decision, plan_order
from aktar.fulfilment.queries import at_risk, decisions_on, unplanned_orders
from aktar.orders.models import Order, Package
from aktar.places.models import StockLocation
from aktar.planning.models import Plan, PlanItem
from aktar.planning.rules import Cost, PackagePlan
from aktar.planning.solving import immediately
from aktar.webhooks.models import Event
from aktar.workflow.models import TransitionLog
from tests.factories import NOW, a_location
from tests.fulfilment.orders import an_order_body, put_in
from tests.fulfilment.shop import (
    PIECE,
    a_store,
    command,
    counted,
    item_states,
    only_package,
    ordered,
    product,
    states_of,
    transfers,
)
from tests.stock.books import level, require_balance
from tests.transfers.running import DELIVER, DISPATCH, READY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _balanced(db: None) -> object:
    """The books balance after each of these tests."""
    yield
    require_balance()


def test_what_the_dispatching_store_has_is_promised_there(caller: Client) -> None:
    store = a_store("A", {"TS-1": 2, "TS-2": 1})
    order = ordered(caller, "WEB-1", "TS-1", "TS-2")
    package = only_package(order)
    assert (package.number, package.stock_location_id, package.state.enum_value) == (
        "WEB-1P1",
        store.pk,
        "100",
    )
    assert item_states(package) == ["100", "100"]
    assert transfers(order) == []
    assert (level(product("TS-1"), store), level(product("TS-2"), store)) == ((2, 1, 0), (1, 1, 0))
    plan = Plan.objects.get(order=order)
    assert (
        list(plan.planitem_set.values_list("source", "destination", "quantity", "outcome"))
        == [(store.pk, store.pk, PIECE, None)] * 2
    )
    assert [event.type for event in Event.objects.order_by("pk")] == ["package.created"]


def test_what_it_lacks_others_send(caller: Client) -> None:
    here = a_store("A", {"TS-1": 1})
    there = a_store("B", {"TS-2": 1})
    far = a_store("C", {"TS-3": 1})
    order = ordered(caller, "WEB-1", "TS-1", "TS-2", "TS-3")
    package = only_package(order)
    made = transfers(order)
    dispatching = package.stock_location
    senders = {here, there, far} - {dispatching}
    assert {each.source for each in made} == senders
    assert {each.destination_id for each in made} == {dispatching.pk}
    assert [each.number for each in made] == ["WEB-1P1T1", "WEB-1P1T2"]
    assert {each.plan_item for each in made} == set(
        PlanItem.objects.filter(outcome="open").values_list("pk", flat=True)
    )
    assert len({each.target_transfer_date for each in made}) == 1
    assert package.state.enum_value == "150"
    assert sorted(item_states(package)) == ["100", "150", "150"]
    for store, sku in ((here, "TS-1"), (there, "TS-2"), (far, "TS-3")):
        assert level(product(sku), store) == (1, 1, 0)


def test_the_story_ends_with_a_package_that_is_gone_from_the_books(caller: Client) -> None:
    here, there = a_store("A", {"TS-1": 1, "TS-2": 1}), a_store("B", {"TS-3": 1})
    order = ordered(caller, "WEB-1", "TS-1", "TS-2", "TS-3")
    (transfer,) = transfers(order)
    assert (transfer.source, transfer.destination) == (there, here)
    for transition in (READY, DISPATCH, DELIVER):
        assert command(caller, transfer, transition).status_code == 204
    package = only_package(order)
    assert (package.state.enum_value, item_states(package)) == ("100", ["100", "100", "100"])
    assert level(product("TS-3"), here) == (1, 1, 0)
    assert PlanItem.objects.get(order_item__product__sku="TS-3").outcome == "sent"
    for transition in (201, 202, 203):
        path = f"/api/v1/oms/packages/{package.pk}/command/"
        body = {"transition": transition, "input_parameters": {}}
        assert caller.post(path, body, "application/json").status_code == 204
    for sku in ("TS-1", "TS-2", "TS-3"):
        assert level(product(sku), here) == (0, 0, 0)


def test_what_nobody_has_is_told(caller: Client) -> None:
    here = a_store("A", {"TS-1": 1})
    order = ordered(caller, "WEB-1", "TS-1", "TS-9")
    package = only_package(order)
    assert (package.stock_location, package.state.enum_value) == (here, "920")
    assert item_states(package) == ["100", "920"]
    assert caller.get(f"/api/v1/oms/orders/{order.pk}/").json()["at_risk"] is True
    told = [event.type for event in Event.objects.order_by("pk")]
    assert told == ["package.created", "package.status.contains_out_of_stock_products", "order.at_risk"]
    log = TransitionLog.objects.get(content_type=4)
    assert log.attributes == {"plan": Plan.objects.get(order=order).pk}
    assert list(PlanItem.objects.order_by("pk").values_list("source", flat=True)) == [here.pk, None]


def test_an_order_of_nothing_that_is_anywhere_waits_at_the_best_location(caller: Client) -> None:
    a_store("A")
    order = ordered(caller, "WEB-1", "TS-9", "TS-9")
    package = only_package(order)
    assert (package.state.enum_value, item_states(package)) == ("920", ["920", "920"])


def test_where_nobody_may_dispatch_the_plan_says_so(caller: Client) -> None:
    a_location(is_fulfillment_center=False)
    product("TS-1")
    order = ordered(caller, "WEB-1", "TS-1")
    assert order.packages.count() == 0
    assert list(PlanItem.objects.values_list("source", "destination")) == [(None, None)]


def test_an_order_that_nobody_may_dispatch_is_at_risk_until_somebody_may(caller: Client) -> None:
    closed = a_store("A", {"TS-1": 1})
    StockLocation.objects.update(is_fulfillment_center=False)
    left = ordered(caller, "WEB-0", "TS-1", query="?plan=0")
    order = ordered(caller, "WEB-1", "TS-1")
    detail = f"/api/v1/oms/orders/{order.pk}/"
    assert caller.get(detail).json()["at_risk"] is True
    at_risk = caller.get("/api/v1/oms/orders/?at_risk=true").json()["results"]
    assert [each["number"] for each in at_risk] == ["WEB-1"]
    # Planned in vain again it is not told again, nor kept.
    for _ in range(3):
        assert plan_order(order.pk, by=None, now=NOW) is not None
    assert list(Plan.objects.values_list("order", flat=True)) == [order.pk]
    told = list(Event.objects.values_list("type", "object_id"))
    assert told == [("order.at_risk", order.pk)]
    assert unplanned_orders() == [left.pk, order.pk]
    fresh = ordered(caller, "WEB-2", "TS-1", query="?plan=0")
    assert unplanned_orders(limit=2) == [left.pk, fresh.pk]
    assert unplanned_orders(limit=3) == [left.pk, order.pk, fresh.pk]
    StockLocation.objects.update(is_fulfillment_center=True)
    assert plan_order(order.pk, by=None, now=NOW) is not None
    assert only_package(order).stock_location == closed
    assert caller.get(detail).json()["at_risk"] is False
    assert unplanned_orders() == [left.pk, fresh.pk]


def test_a_part_that_nobody_may_dispatch_waits_and_the_rest_goes(caller: Client) -> None:
    """Two packages, the second of which has no dispatcher: as a scenario that splits may decide."""
    store = a_store("A", {"TS-1": 1, "TS-2": 1})
    order = ordered(caller, "WEB-1", "TS-1", "TS-2", query="?plan=0")
    (whole,) = decisions_on([order.pk], solve=immediately, now=NOW).decisions
    (package,) = whole.packages
    kept, left = package.items
    nowhere = PackagePlan(None, (replace(left, source=None),), Cost(), ())
    decision = replace(whole, packages=(replace(package, items=(kept,)), nowhere))
    assert carry_out_decision(decision, is_batch=False, by=None, now=NOW) == decision
    assert caller.get(f"/api/v1/oms/orders/{order.pk}/").json()["at_risk"] is True
    assert Event.objects.filter(type="order.at_risk").count() == 1
    assert unplanned_orders() == [order.pk]
    assert plan_order(order.pk, by=None, now=NOW) is not None
    assert list(order.packages.order_by("pk").values_list("number", "stock_location")) == [
        ("WEB-1P1", store.pk),
        ("WEB-1P2", store.pk),
    ]
    assert (at_risk([order.pk], reading("en-us")), unplanned_orders()) == (frozenset(), [])


def test_cancelling_the_order_frees_whatever_was_promised(caller: Client) -> None:
    here, there = a_store("A", {"TS-1": 1, "TS-2": 1}), a_store("B", {"TS-3": 1, "TS-4": 1})
    order = ordered(caller, "WEB-1", "TS-1", "TS-2", "TS-3", "TS-4")
    first, second = transfers(order)
    dispatching = only_package(order).stock_location
    for transition in (READY, DISPATCH):
        assert command(caller, first, transition).status_code == 204
    assert caller.post(f"/api/v1/oms/orders/{order.pk}/cancel/", {}, "application/json").status_code == 204
    assert states_of([first, second]) == ["cancelled", "cancelled"]
    assert dispatching in (here, there)
    for store, sku in ((here, "TS-1"), (here, "TS-2"), (there, "TS-3"), (there, "TS-4")):
        assert level(product(sku), store) == (1, 0, 0)
    assert set(PlanItem.objects.exclude(outcome=None).values_list("outcome", flat=True)) == {"withdrawn"}
    # Nothing of it is left to be planned.
    assert put_in(caller, an_order_body("WEB-2", items=[])).status_code == 400
    assert Order.objects.get(pk=order.pk).state.enum_value == "100"


def test_two_orders_share_what_there_is(caller: Client) -> None:
    store = a_store("A", {"TS-1": 1})
    first, second = (ordered(caller, f"WEB-{n}", "TS-1") for n in (1, 2))
    assert [only_package(order).state.enum_value for order in (first, second)] == ["100", "920"]
    assert level(product("TS-1"), store) == (1, 1, 0)
    counted(store, {"TS-1": 2})
    assert only_package(ordered(caller, "WEB-3", "TS-1")).state.enum_value == "100"


def test_a_package_number_that_another_order_took_is_passed_over(caller: Client) -> None:
    a_store("A", {"TS-1": 3})
    ordered(caller, "WEB-1", "TS-1")
    Package.objects.filter(order__number="WEB-1").update(number="WEB-2P1")
    order = ordered(caller, "WEB-2", "TS-1")
    assert only_package(order).number == "WEB-2P2"
