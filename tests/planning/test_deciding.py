"""Nothing is told out of stock that somebody has and may give, however many others have it and may not."""

from collections.abc import Callable
from functools import partial

import pytest

from aktar.edge.references import reading
from aktar.orders.models import Order
from aktar.places.models import StockLocation
from aktar.planning.models import TransferScenario
from aktar.planning.queries import demands_of, situation_of, situation_of_all
from aktar.planning.queries.market import MOST_BESIDE, MOST_HOLDERS, MOST_NEAR
from aktar.planning.rules import Decision, Scenario
from aktar.planning.rules.shortlist import MOST_SITES
from aktar.planning.solving import Promised, decided, immediately
from tests.factories import NOW, a_workflow, an_order
from tests.planning.markets import a_demand, a_market, a_site, a_situation
from tests.planning.rows import VAN, a_place, an_order_of, has, products_of


def _nobody_may(_place: StockLocation) -> None:
    """What makes a location one that may not give, beside its stock: nothing."""


def _closed(place: StockLocation) -> None:
    StockLocation.objects.filter(pk=place.pk).update(is_active=False)


def _decided(order: Order, promised: Promised | None = None) -> Decision:
    (demand,) = demands_of([order.pk], reading("en-us"))
    return decided(partial(situation_of, demand, reading("en-us"), now=NOW), promised=promised)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pieces", "safety", "spoil"),
    [(2, 2, _nobody_may), (2, 0, _closed)],
    ids=["safety stock", "closed"],
)
def test_many_near_ones_that_may_not_give_do_not_hide_one_far_away(
    pieces: int, safety: int, spoil: Callable[[StockLocation], None]
) -> None:
    a_workflow()
    order = an_order()
    (product,) = products_of(order)
    for _ in range(max(MOST_HOLDERS, MOST_NEAR, MOST_SITES) + 6):
        place = a_place()
        has(place, product, pieces, safety=safety)
        spoil(place)
    far = a_place(VAN)
    has(far, product)
    decision = _decided(order)
    assert [item.source for item in decision.items] == [far.pk]
    # In words alone it is gone, and then nobody has any.
    promised = Promised()
    promised.promise(decision)
    assert not _decided(order, promised).is_complete
    (demand,) = demands_of([order.pk], reading("en-us"))
    (whole,) = immediately(situation_of_all([demand], reading("en-us"), now=NOW)).decisions
    assert [item.source for item in whole.items] == [far.pk]


@pytest.mark.django_db
def test_a_scenario_that_admits_few_finds_them() -> None:
    a_workflow()
    order = an_order()
    (product,) = products_of(order)
    for _ in range(MOST_HOLDERS + MOST_NEAR):
        has(a_place(), product)
        a_place(stock_location_type="warehouse")
    far = a_place(VAN, stock_location_type="warehouse")
    has(far, product)
    TransferScenario.objects.create(
        name="warehouses", source_types=["warehouse"], dispatch_types=["warehouse"]
    )
    assert [item.source for item in _decided(order).items] == [far.pk]


@pytest.mark.django_db
def test_a_warehouse_far_away_that_has_everything_is_thought_of() -> None:
    a_workflow()
    order = an_order(items=2)
    products = products_of(order)
    for number in range(2 * (MOST_HOLDERS + MOST_NEAR)):
        has(a_place(), products[number % 2])
    warehouse = a_place(VAN, stock_location_type="warehouse")
    for product in products:
        has(warehouse, product)
    (package,) = _decided(order).packages
    assert package.dispatching == warehouse.pk
    assert not package.transferred


@pytest.mark.django_db
def test_what_nobody_has_is_looked_for_once_more_alone(django_assert_num_queries: object) -> None:
    a_workflow()
    order = an_order(items=2)
    common, nowhere = products_of(order)
    for _ in range(MOST_HOLDERS):
        has(a_place(), common)
    other = an_order_of(common, nowhere)
    _decided(order)
    (demand,) = demands_of([other.pk], reading("en-us"))
    with django_assert_num_queries(3):
        # 1 reference version, 2 some holders, 3 the nearest: of what nobody has all was seen.
        decision = decided(partial(situation_of, demand, reading("en-us"), now=NOW))
    assert decision.short == {nowhere.pk}


def test_a_shortlist_does_not_leave_a_line_that_one_who_is_not_on_it_has() -> None:
    count = MOST_SITES + 40
    sites = [a_site(id_) for id_ in range(1, count + 1)]
    market = a_market(*sites, stock={7: {site.id: 1 for site in sites}})
    demand = a_demand(*[7] * count)
    (decision,) = immediately(a_situation(market, [demand], Scenario())).decisions
    assert sorted(item.source or 0 for item in decision.items) == [site.id for site in sites]


def test_many_near_ones_that_may_not_give_are_no_reason_to_leave_a_line() -> None:
    sites = [a_site(id_) for id_ in range(1, MOST_SITES + 20)]
    far = a_site(999, (38.49, 43.38))
    stock = {7: {site.id: 2 for site in sites} | {far.id: 1}}
    market = a_market(*sites, far, stock=stock, safety={site.id: 200 for site in sites})
    (decision,) = immediately(a_situation(market, [a_demand(7)], Scenario())).decisions
    assert [item.source for item in decision.items] == [far.id]
    failed = frozenset((7, site.id) for site in sites)
    market = a_market(*sites, far, stock=stock)
    (decision,) = immediately(a_situation(market, [a_demand(7, failed=failed)], Scenario())).decisions
    assert [item.source for item in decision.items] == [far.id]


@pytest.mark.django_db
def test_who_may_dispatch_near_the_goods_is_seen_where_transfers_may_not_go_far() -> None:
    a_workflow()
    order = an_order()
    (product,) = products_of(order)
    for _ in range(MOST_BESIDE + 1):
        a_place()
    has(a_place(VAN, is_fulfillment_center=False), product)
    centre = a_place(VAN)
    TransferScenario.objects.create(name="not far", priority=1, source_most_kilometres=100)
    decision = _decided(order)
    assert ([package.dispatching for package in decision.packages], decision.is_complete) == (
        [centre.pk],
        True,
    )
    (demand,) = demands_of([order.pk], reading("en-us"))
    (whole,) = immediately(situation_of_all([demand], reading("en-us"), now=NOW)).decisions
    assert whole.packages[0].dispatching == centre.pk
