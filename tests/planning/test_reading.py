"""What planning reads: the right rows, by a fixed number of queries, from the index."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aktar.catalog.models import Product
from aktar.edge.references import reading
from aktar.orders.models import PackageItem
from aktar.places.models import StockLocation
from aktar.planning.actions import record_failure, record_plan, record_success, record_withdrawal
from aktar.planning.models import FailedSource, PlanItem, TransferScenario
from aktar.planning.queries import demands_of, renewal_demand, situation_of, situation_of_all
from aktar.planning.queries.desk import STANDINGS_LAST, Desk, desk
from aktar.planning.queries.levels import holders_among, some_holders
from aktar.planning.queries.market import MOST_HOLDERS
from aktar.planning.rules import Decision, Scenario
from aktar.planning.solving import immediately, in_batch
from aktar.stock.models import StockLevel
from tests.factories import NOW, a_package, a_plan, a_product, a_workflow, an_order
from tests.planning import markets
from tests.planning.markets import a_site
from tests.planning.rows import ANKARA, VAN, a_place, an_order_of, has, products_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _workflow(db: None) -> None:
    a_workflow()


def decide_for(order_id: int) -> Decision:
    current = reading("en-us")
    (demand,) = demands_of([order_id], current)
    return immediately(situation_of(demand, current, now=NOW)).decisions[0]


def test_an_order_is_planned_from_the_stock_that_there_is() -> None:
    order = an_order(items=2)
    here, there, far = a_place(), a_place(ANKARA), a_place(VAN)
    one, other = products_of(order)
    has(here, one)
    has(there, other)
    has(far, other, 9)
    (package,) = decide_for(order.pk).packages
    assert package.dispatching == here.pk
    assert [(item.line.product, item.source) for item in package.transferred] == [(other.pk, there.pk)]


def test_what_is_promised_or_kept_for_safety_is_not_planned() -> None:
    order = an_order()
    (product,) = products_of(order)
    promised, careful, far = a_place(), a_place(), a_place(VAN)
    has(promised, product, 3, reserved=3)
    has(careful, product, 2, safety=2)
    has(far, product)
    (package,) = decide_for(order.pk).packages
    assert package.dispatching == far.pk


def test_lines_that_are_in_a_package_are_not_planned_again() -> None:
    package = a_package(items=2)
    assert demands_of([package.order_id], reading("en-us")) == []
    PackageItem.objects.filter(package=package).first().delete()
    (demand,) = demands_of([package.order_id], reading("en-us"))
    assert len(demand.lines) == 1


def test_a_customer_without_coordinates_is_in_the_middle_of_his_town() -> None:
    (demand,) = demands_of([an_order().pk], reading("en-us"))
    assert demand.point is not None
    assert demand.city is not None


def test_the_first_active_scenario_that_covers_an_order_decides() -> None:
    order = an_order()
    (product,) = products_of(order)
    store, warehouse = a_place(), a_place(VAN, stock_location_type="warehouse")
    has(store, product)
    has(warehouse, product)
    assert decide_for(order.pk).packages[0].dispatching == store.pk
    for name, priority, values in (
        ("other channel", 1, {}),
        ("off", 2, {"is_active": False, "dispatch_types": ["store"]}),
        ("warehouses", 3, {"dispatch_types": ["warehouse"]}),
        ("later", 4, {"dispatch_types": ["store"]}),
    ):
        TransferScenario.objects.create(name=name, priority=priority, **values)
    other = an_order()
    type(other.channel).objects.create(name="Pazar yeri")
    TransferScenario.objects.get(name="other channel").channels.add(
        type(other.channel).objects.get(name="Pazar yeri")
    )
    decision = decide_for(order.pk)
    assert decision.scenario.name == "warehouses"
    assert decision.packages[0].dispatching == warehouse.pk


@pytest.mark.parametrize("locations", [3, 40])
def test_a_decision_costs_at_most_four_queries_however_many_locations_there_are(locations: int) -> None:
    order = an_order(items=2)
    for _ in range(locations):
        location = a_place()
        for product in products_of(order):
            has(location, product)
    decide_for(order.pk)
    with CaptureQueriesContext(connection) as captured:
        assert decide_for(order.pk).is_complete
    # 1 reference version, 2 the order with its lines, 3 some holders; 4 the nearest ones, where there are
    # too many.
    assert len(captured) == (4 if locations >= MOST_HOLDERS else 3)


def test_the_nearest_of_very_many_is_found() -> None:
    order = an_order()
    (product,) = products_of(order)
    for _ in range(MOST_HOLDERS + 2):
        has(a_place(VAN), product)
    near = a_place()
    has(near, product)
    assert decide_for(order.pk).packages[0].dispatching == near.pk


def test_those_of_unknown_place_are_the_last_of_the_nearest() -> None:
    far, near = a_site(1, markets.VAN, priority=1), a_site(2)
    lost, first = a_site(3, None), a_site(4, None, priority=2)
    at = Desk(sites={each.id: each for each in (far, near, lost, first)}, scenarios=(), standings={})
    assert at.senders_near(near.point, Scenario(), count=3) == [2, 1, 4]
    assert at.dispatchers_near(near.point, Scenario(), count=9) == [2, 1, 4, 3]
    assert at.senders_near(near.point, Scenario(), count=1) == [2]
    assert at.senders_near(None, Scenario(), count=2) == [1, 4]


def test_levels_are_found_by_index() -> None:
    product = a_product()
    locations = [a_place() for _ in range(3)]
    for location in locations:
        has(location, product)
    ids = [location.pk for location in locations]
    with CaptureQueriesContext(connection) as captured:
        assert len(some_holders([product.pk, product.pk + 1], count=2)) == 2
        assert len(holders_among([product.pk], locations=ids[:2])) == 2
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        for query in captured:
            explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
            cursor.execute(f"{explain} {query['sql']}")
            plan = " ".join(str(part) for row in cursor.fetchall() for part in row)
            assert "SEARCH held USING" in plan or "stock_level_" in plan, plan
            assert "SCAN held" not in plan
            assert "Seq Scan on stock_stocklevel" not in plan


def test_a_batch_sees_every_order_and_every_holder() -> None:
    product, other = a_product(), a_product()
    here, there = a_place(), a_place(ANKARA)
    has(here, product)
    has(there, product)
    has(here, other)
    first, second = an_order_of(product), an_order_of(product, other)
    current = reading("en-us")
    situation = situation_of_all(demands_of([first.pk, second.pk], current), current, now=NOW)
    assert [demand.key for demand in situation.demands] == [first.pk, second.pk]
    solution = in_batch(situation, seconds=5)
    assert [decision.packages[0].dispatching for decision in solution.decisions] == [there.pk, here.pk]


def test_a_decision_is_kept_with_its_lines_and_reasons() -> None:
    order = an_order(items=3)
    here, there = a_place(), a_place(ANKARA)
    one, other, _nowhere = products_of(order)
    has(here, one)
    has(here, other)
    has(there, other)
    StockLevel.objects.filter(stock_location=here, product=other).delete()
    recorded = record_plan(decide_for(order.pk), now=NOW)
    items = list(PlanItem.objects.filter(plan=recorded.plan).order_by("id"))
    assert [recorded.items[item.order_item_id] for item in items] == [item.pk for item in items]
    assert [(item.source_id, item.destination_id, item.outcome) for item in items] == [
        (here.pk, here.pk, None),
        (there.pk, here.pk, "open"),
        (None, here.pk, None),
    ]
    assert items[1].cost > 0


def test_a_renewal_asks_nobody_who_failed_for_this_package() -> None:
    package = a_package()
    product = products_of(package.order)[0]
    first, second = a_place(), a_place(ANKARA)
    has(first, product)
    has(second, product)
    items = [item.pk for item in package.order.orderitem_set.all()]
    sources = []
    for _ in range(3):
        demand = renewal_demand(package.pk, order_items=items)
        (decision,) = immediately(situation_of(demand, reading("en-us"), now=NOW)).decisions
        (item,) = decision.items
        assert decision.packages[0].dispatching == package.stock_location_id
        sources.append(item.source)
        if item.source is not None:
            record_failure(
                package=package.pk, products=[product.pk], location=item.source, reason="damaged", now=NOW
            )
    assert sources == [first.pk, second.pk, None]
    with CaptureQueriesContext(connection) as captured:
        renewal_demand(package.pk, order_items=items)
    assert len(captured) == 3


def test_failing_twice_is_remembered_once() -> None:
    package, location = a_package(), a_place()
    product = products_of(package.order)[0]
    for reason in ("not_found", "damaged"):
        record_failure(
            package=package.pk, products=[product.pk], location=location.pk, reason=reason, now=NOW
        )
    assert FailedSource.objects.values_list("reason", flat=True).get() == "not_found"


def test_standings_follow_what_became_of_planned_lines() -> None:
    order = an_order(items=2)
    here, there = a_place(), a_place(ANKARA)
    one, other = products_of(order)
    has(here, one)
    has(there, other, 5)
    plan = a_plan(order)
    (sent,) = PlanItem.objects.filter(plan=plan, outcome="open").values_list("pk", flat=True)
    later = NOW + STANDINGS_LAST
    assert desk(reading("en-us"), now=later).standings[there.pk].open_load == 1
    record_success([sent], now=later)
    record_withdrawal([sent], now=later)
    assert PlanItem.objects.get(pk=sent).outcome == "sent"
    assert (
        desk(reading("en-us"), now=later).standings[there.pk].open_load == 1
    )  # remembered for half a minute
    later += STANDINGS_LAST
    standing = desk(reading("en-us"), now=later).standings[there.pk]
    assert (standing.open_load, standing.reliability) == (0, 1.0)
    package = a_package()
    record_failure(package=package.pk, products=[other.pk], location=there.pk, reason="not_found", now=later)
    later += STANDINGS_LAST
    assert desk(reading("en-us"), now=later).standings[there.pk].reliability == pytest.approx(6 / 7)
    assert desk(reading("en-us"), now=later + timedelta(days=91)).standings.get(there.pk) is None


def test_reference_data_that_is_written_meanwhile_leaves_the_standings_alone() -> None:
    order = an_order()
    (one,) = products_of(order)
    has(a_place(), one)
    a_plan(order)
    held = desk(reading("en-us"), now=NOW)
    Product.objects.filter(pk=one.pk).update(name="something else")
    with CaptureQueriesContext(connection) as queries:
        assert desk(reading("en-us"), now=NOW).standings is held.standings
    assert not any("planning_planitem" in query["sql"] for query in queries)
    assert desk(reading("en-us"), now=NOW + STANDINGS_LAST).standings is not held.standings


def test_standings_are_counted_from_indexes_alone() -> None:
    with CaptureQueriesContext(connection) as queries, connection.cursor() as cursor:
        desk(reading("en-us"), now=NOW)
        counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
        assert len(counts) == 3
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
        for sql in counts:
            cursor.execute(f"{'EXPLAIN QUERY PLAN' if connection.vendor == 'sqlite' else 'EXPLAIN'} {sql}")
            plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
            assert re.search("COVERING INDEX|Index Only Scan", plan), plan


def test_a_location_that_is_changed_is_planned_as_it_is_now() -> None:
    order = an_order()
    (product,) = products_of(order)
    near, far = a_place(), a_place(VAN)
    has(near, product)
    has(far, product)
    assert decide_for(order.pk).packages[0].dispatching == near.pk
    StockLocation.objects.filter(pk=near.pk).update(is_active=False)
    assert decide_for(order.pk).packages[0].dispatching == far.pk
