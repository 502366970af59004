"""The choice for one demand: the fewest transfers, then the cheapest; never worse than trying everything."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aktar.planning.rules import (
    UNPLANNED,
    Demand,
    ItemPlan,
    Line,
    Market,
    Options,
    PassedOver,
    Scenario,
    Standing,
    Tariff,
    Terms,
    Weights,
    Why,
    package_cost,
    transfer_cost,
)
from tests.planning.markets import (
    ANKARA,
    ISTANBUL,
    IZMIR,
    PIECE,
    VAN,
    a_demand,
    a_market,
    a_site,
    cheapest,
    decided,
    demands,
    is_possible,
    markets,
)


def test_a_location_that_has_everything_dispatches_without_a_transfer() -> None:
    market = a_market(a_site(1, ISTANBUL), a_site(2, VAN), stock={7: {1: 1, 2: 1}, 8: {2: 1}})
    (package,) = decided(a_demand(7, 8), market).packages
    assert package.dispatching == 2
    assert [item.source for item in package.items] == [2, 2]
    assert not package.transferred


def test_between_equals_the_one_nearer_to_the_customer_dispatches() -> None:
    market = a_market(a_site(1, VAN), a_site(2, ANKARA), a_site(3, IZMIR), stock={7: {1: 1, 2: 1, 3: 1}})
    (package,) = decided(a_demand(7, at=ISTANBUL), market).packages
    assert package.dispatching == 3


def test_what_is_missing_comes_from_the_nearest_that_has_it() -> None:
    market = a_market(
        a_site(1, ISTANBUL),
        a_site(2, VAN),
        a_site(3, ANKARA),
        stock={7: {1: 1}, 8: {1: 1}, 9: {2: 5, 3: 1}},
    )
    (package,) = decided(a_demand(7, 8, 9), market).packages
    assert package.dispatching == 1
    assert [(item.line.product, item.source) for item in package.transferred] == [(9, 3)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"priority": 11}, {"priority": 10}),
        ({"days": 4.0}, {"days": 3.0}),
    ],
)
def test_of_two_sources_at_one_place_the_better_one_sends(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    market = a_market(
        a_site(1), a_site(2, ANKARA, **first), a_site(3, ANKARA, **second), stock={7: {1: 1}, 8: {2: 1, 3: 1}}
    )
    (package,) = decided(a_demand(7, 8), market).packages
    assert package.items[1].source == 3


@pytest.mark.parametrize("worse", [Standing(open_load=3), Standing(reliability=0.8)])
def test_who_owes_much_or_fails_often_is_asked_later(worse: Standing) -> None:
    market = a_market(
        a_site(1),
        a_site(2, ANKARA),
        a_site(3, ANKARA),
        stock={7: {1: 1}, 8: {2: 1, 3: 1}},
        standings={2: worse, 3: Standing()},
    )
    (package,) = decided(a_demand(7, 8), market).packages
    assert package.items[1].source == 3


def test_safety_stock_stays_in_place() -> None:
    market = a_market(a_site(1), a_site(2, VAN), stock={7: {1: 2, 2: 2}}, safety={1: 200})
    (package,) = decided(a_demand(7), market).packages
    assert package.dispatching == 2
    assert decided(a_demand(7), market, Scenario(safety_stock=200)).items[0].source is None


@pytest.mark.parametrize(
    "terms",
    [
        Terms(kinds=frozenset({"warehouse"})),
        Terms(cities=frozenset({6})),
        Terms(tags=frozenset({"big", "new"})),
        Terms(last_priority=5),
    ],
)
def test_only_who_meets_the_terms_of_a_role_has_it(terms: Terms) -> None:
    good = a_site(3, VAN, kind="warehouse", city=6, tags=frozenset({"big"}), priority=5)
    market = a_market(a_site(1), a_site(2, ANKARA), good, stock={7: {1: 1}, 8: {2: 1, 3: 1}})
    (package,) = decided(a_demand(7, 8), market, Scenario(sources=terms)).packages
    assert (package.dispatching, package.items[1].source) == (1, 3)
    assert Why.NOT_ELIGIBLE in {passed.why for passed in package.items[1].passed_over}
    (package,) = decided(a_demand(7, 8), market, Scenario(dispatchers=terms)).packages
    assert package.dispatching == 3


def test_nobody_sends_or_dispatches_from_farther_than_allowed() -> None:
    market = a_market(a_site(1), a_site(2, VAN), stock={7: {1: 1}, 8: {2: 1}})
    near = Terms(most_kilometres=900)
    (package,) = decided(a_demand(7, 8), market, Scenario(sources=near)).packages
    assert (package.dispatching, package.items[1].source) == (1, None)
    assert [(passed.site, passed.why) for passed in package.items[1].passed_over] == [(2, Why.TOO_FAR)]
    assert decided(a_demand(8), market, Scenario(sources=near, dispatchers=near)).items[0].source is None


def test_a_place_that_is_not_known_is_neither_near_nor_far_nor_refused() -> None:
    market = a_market(a_site(1), a_site(2, None), stock={7: {1: 1}, 8: {2: 1}})
    near = Terms(most_kilometres=300)
    decision = decided(a_demand(7, 8), market, Scenario(sources=near, dispatchers=near))
    assert [(each.dispatching, each.items[1].source) for each in decision.packages] == [(1, 2)]
    assert decided(a_demand(8), market, Scenario(dispatchers=near)).packages[0].dispatching == 2
    assert decided(a_demand(7, at=None), market, Scenario(dispatchers=near)).packages[0].dispatching == 1
    # Ankara is some 350 km away, Van some 1,200.
    for at, nearest in ((ANKARA, 1), (VAN, 2)):
        market = a_market(a_site(1, at), a_site(2, None), stock={7: {1: 1, 2: 1}})
        assert decided(a_demand(7), market).packages[0].dispatching == nearest


def test_a_location_that_is_switched_off_does_nothing() -> None:
    market = a_market(a_site(1, is_active=False), a_site(2, VAN), stock={7: {1: 1, 2: 1}})
    (package,) = decided(a_demand(7), market).packages
    assert (package.dispatching, package.items[0].source) == (2, 2)


def test_what_nobody_has_is_left_at_the_best_place_and_the_rest_is_planned() -> None:
    market = a_market(a_site(1), a_site(2, VAN), stock={7: {2: 1}})
    decision = decided(a_demand(7, 8), market)
    (package,) = decision.packages
    assert package.dispatching == 2
    assert [item.line.product for item in package.short] == [8]
    assert not decision.is_complete
    (package,) = decided(a_demand(8), market).packages
    assert package.dispatching == 1


def test_where_nobody_may_dispatch_nothing_is_planned() -> None:
    market = a_market(a_site(1, dispatches=False), stock={7: {1: 1}})
    decision = decided(a_demand(7), market)
    assert [(package.dispatching, len(package.short)) for package in decision.packages] == [(None, 1)]
    assert decision.cost == UNPLANNED


def test_two_pieces_of_a_product_do_not_both_take_the_last_one() -> None:
    market = a_market(a_site(1), a_site(2, ANKARA), a_site(3, VAN), stock={7: {1: 1, 2: 1, 3: 1}})
    assert sorted(item.source or 0 for item in decided(a_demand(7, 7), market).items) == [1, 2]


def test_of_equal_dispatchers_and_sources_the_smaller_id_is_taken_and_said_to_be() -> None:
    market = a_market(*(a_site(id_) for id_ in (1, 2, 3, 4)), stock={7: {1: 1, 2: 1}, 8: {3: 1, 4: 1}})
    (package,) = decided(a_demand(7, 8), market).packages
    assert (package.dispatching, [item.source for item in package.items]) == (1, [1, 3])
    assert told(package.passed_over) == [(2, Why.TIE, 0), (3, Why.TIE, 0), (4, Why.TIE, 0)]
    assert told(package.items[1].passed_over) == [(4, Why.TIE, 0)]


def test_a_dispatcher_that_only_looked_better_is_no_better_than_a_smaller_id() -> None:
    """One that asks for less has the first one's line, but too far away to be of use to the second one."""
    market = a_market(
        a_site(1), a_site(2, ANKARA), a_site(3, VAN, priority=9), stock={7: {1: 1, 3: 1}, 8: {2: 1}}
    )
    (package,) = decided(a_demand(7, 8, at=None), market).packages
    assert package.dispatching == 1
    assert told(package.passed_over)[0] == (2, Why.TIE, 0)


def test_a_source_that_only_looked_better_is_no_better_than_a_smaller_id() -> None:
    """The first one takes so much longer as the second one is farther away."""
    way = transfer_cost(a_site(2, ANKARA), to=a_site(3), weights=Weights()).way
    slow = a_site(1, days=3 + way / Weights().transfer_day)
    market = a_market(
        slow, a_site(2, ANKARA), a_site(3), stock={6: {3: 1}, 7: {3: 1}, 8: {3: 1}, 9: {1: 1, 2: 1}}
    )
    (package,) = decided(a_demand(6, 7, 8, 9), market).packages
    assert (package.dispatching, package.items[3].source) == (3, 1)
    assert told(package.items[3].passed_over) == [(2, Why.TIE, 0)]


def told(passed_over: Iterable[PassedOver]) -> list[tuple[int, Why, int | None]]:
    return [(passed.site, passed.why, passed.by) for passed in passed_over]


def test_another_dispatcher_is_costlier_by_all_that_its_plan_would_cost_more() -> None:
    """The package would be cheaper from Ankara, and what it lacks would come all the way from Van."""
    market = a_market(
        a_site(1, ANKARA), a_site(2, VAN), a_site(3, VAN), stock={7: {1: 1}, 8: {2: 1, 3: 1}, 9: {2: 1}}
    )
    decision = decided(a_demand(7, 8, 9, at=ANKARA), market)
    (package,) = decision.packages
    assert package.dispatching == 2
    other = next(passed for passed in package.passed_over if passed.site == 1)
    alone = decided(a_demand(7, 8, 9, at=ANKARA, dispatching=1), market)
    assert other.why == Why.MORE_TRANSFERS
    assert other.by == alone.cost + 10_000_00 + 100_00 - decision.cost
    (package,) = decided(a_demand(7, 8, at=ANKARA), market).packages
    named = {passed.site: (passed.why, passed.by) for passed in package.passed_over}
    # The same ways there and back: neither is nearer to all of it.
    assert package.dispatching == 1
    assert named[2][0] == Why.COSTLIER
    assert named[2][1] is not None
    assert named[2][1] > 0


def test_what_a_grouped_line_would_cost_elsewhere_tells_of_the_transfers_that_come_anyway() -> None:
    market = a_market(
        a_site(1), a_site(2, ANKARA), a_site(3, VAN), a_site(4, IZMIR),
        stock={5: {1: 1}, 6: {1: 1}, 4: {1: 1}, 7: {2: 1}, 8: {2: 1, 3: 1}, 9: {3: 1, 4: 1}},
    )  # fmt: skip
    (package,) = decided(a_demand(4, 5, 6, 7, 8, 9), market, Scenario(groups_items=True)).packages
    by = {item.line.product: {each.site: each.by for each in item.passed_over} for item in package.items}
    sources = {item.line.product: item.source for item in package.transferred}
    assert sources == {7: 2, 8: 2, 9: 4}
    # The second one sends something anyway, so that this would be a transfer more.
    assert by[8][3] is not None
    assert by[8][3] > 10_000_00
    assert 0 < (by[9][3] or 0) < 10_000_00


def reasons(item: ItemPlan) -> list[tuple[int, Why, int | None]]:
    return [(passed.site, passed.why, passed.available) for passed in item.passed_over]


def test_what_went_to_another_line_of_the_order_is_no_costlier_but_gone() -> None:
    market = a_market(a_site(1), a_site(2, ANKARA), a_site(3, VAN), stock={7: {1: 1, 2: 2, 3: 1}, 8: {1: 1}})
    items = decided(a_demand(7, 8, 7, 7, 7, 7), market).items
    assert [item.source for item in items] == [1, 1, 2, 2, 3, None]
    costlier, short = Why.COSTLIER, Why.SHORT_OF_STOCK
    assert [reasons(item) for item in items if item.line.product == 7] == [
        [(2, costlier, 200), (3, costlier, 100)],
        [(3, costlier, 100), (1, short, 0)],
        [(3, costlier, 100), (1, short, 0)],
        [(1, short, 0), (2, short, 0)],
        [(1, short, 0), (2, short, 0), (3, short, 0)],
    ]


def test_what_went_to_another_line_of_the_order_leaves_the_safety_stock() -> None:
    market = a_market(a_site(1), stock={7: {1: 2}}, safety={1: PIECE})
    (_, short) = decided(a_demand(7, 7), market).items
    assert reasons(short) == [(1, Why.SAFETY_STOCK, PIECE)]


@settings(max_examples=100, deadline=None)
@given(markets(), demands(), st.booleans(), st.booleans())
def test_of_what_comes_from_nowhere_nobody_is_the_costlier_source(
    market: Market, demand: Demand, groups_items: bool, is_split_allowed: bool
) -> None:
    scenario = Scenario(groups_items=groups_items, is_split_allowed=is_split_allowed)
    for item in decided(demand, market, scenario).items:
        assert item.source is not None or Why.COSTLIER not in {passed.why for passed in item.passed_over}
        assert all(passed.available is None or passed.available >= 0 for passed in item.passed_over)


def test_a_package_that_is_there_keeps_its_place_and_remembers_who_failed() -> None:
    market = a_market(a_site(1, VAN), a_site(2, VAN), a_site(3, ISTANBUL), stock={7: {2: 1, 3: 1}})
    demand = a_demand(7, dispatching=1, failed=frozenset({(7, 2)}))
    (package,) = decided(demand, market).packages
    assert (package.dispatching, package.items[0].source) == (1, 3)
    assert Why.FAILED_BEFORE in {passed.why for passed in package.items[0].passed_over}
    assert package.cost.total == 0


def test_grouped_items_come_from_as_few_senders_as_can_be() -> None:
    market = a_market(
        a_site(1), a_site(2, ISTANBUL), a_site(3, VAN), a_site(4, ISTANBUL),
        stock={6: {1: 1}, 7: {1: 1}, 5: {1: 1}, 8: {2: 1, 3: 1}, 9: {3: 1, 4: 1}},
    )  # fmt: skip
    apart = decided(a_demand(5, 6, 7, 8, 9), market).packages[0]
    grouped = decided(a_demand(5, 6, 7, 8, 9), market, Scenario(groups_items=True)).packages[0]
    assert [item.source for item in apart.transferred] == [2, 4]
    assert [item.source for item in grouped.transferred] == [3, 3]
    assert [item.cost.total > 0 for item in grouped.transferred] == [True, False]


def test_packages_are_split_where_that_is_allowed_and_cheaper() -> None:
    market = a_market(a_site(1), a_site(2, ANKARA), stock={7: {1: 1}, 8: {2: 1}})
    whole = decided(a_demand(7, 8), market)
    dear_transfers = Weights(transfer=20_000_00, package=1_000_00)
    split = decided(a_demand(7, 8), market, Scenario(is_split_allowed=True, weights=dear_transfers))
    assert len(whole.packages) == 1
    assert {package.dispatching: len(package.kept) for package in split.packages} == {1: 1, 2: 1}


@settings(max_examples=150, deadline=None)
@given(markets(), demands(), st.booleans(), st.integers(0, 1))
def test_no_decision_is_cheaper_than_the_one_that_is_made(
    market: Market, demand: Demand, groups_items: bool, safety: int
) -> None:
    scenario = Scenario(groups_items=groups_items, safety_stock=safety * 100)
    decision = decided(demand, market, scenario)
    sources = {item.line.key: item.source for item in decision.items}
    assert is_possible(demand, market, scenario, tuple(sources[line.key] for line in demand.lines))
    twins = len({line.product for line in demand.lines}) < len(demand.lines)
    if not (groups_items and twins):
        assert decision.cost == cheapest(demand, market, scenario)
    else:
        assert decision.cost >= cheapest(demand, market, scenario)


@settings(max_examples=60, deadline=None)
@given(markets(most_sites=3), demands(most_lines=2), st.sampled_from([1_000_00, 10_000_00]))
def test_a_split_decision_is_possible_and_as_cheap_as_any_of_two_packages(
    market: Market, demand: Demand, package: int
) -> None:
    scenario = Scenario(is_split_allowed=True, weights=Weights(package=package))
    decision = decided(demand, market, scenario)
    sources = {item.line.key: item.source for item in decision.items}
    assert is_possible(demand, market, scenario, tuple(sources[line.key] for line in demand.lines))
    assert decision.cost <= decided(demand, market, Scenario(weights=scenario.weights)).cost
    if len({line.product for line in demand.lines}) == len(demand.lines):
        assert decision.cost == cheapest(demand, market, scenario, most_packages=2)


@settings(max_examples=60, deadline=None)
@given(markets(), demands())
def test_every_decision_accounts_for_its_cost_and_for_every_location_that_has_the_goods(
    market: Market, demand: Demand
) -> None:
    decision = decided(demand, market)
    parts = sum(package.cost.total for package in decision.packages)
    parts += sum(UNPLANNED if item.source is None else item.cost.total for item in decision.items)
    assert decision.cost == parts
    for package in decision.packages:
        for item in package.items:
            having = {id_ for id_, amount in market.stock[item.line.product].items() if amount}
            having -= {item.source, package.dispatching}
            named = {passed.site for passed in item.passed_over} - {package.dispatching}
            if package.dispatching is not None:
                assert len(named) + item.others >= len(having)
                assert named <= having
            for passed in item.passed_over:
                assert (passed.by is not None) == (passed.why in (Why.COSTLIER, Why.TIE))
                assert passed.by is None or (passed.by > 0) == (passed.why == Why.COSTLIER)
        for passed in package.passed_over:
            alone = decided(replace(demand, dispatching=passed.site), market)
            site, standing = market.sites[passed.site], market.standings.get(passed.site)
            there = package_cost(site, to=demand.point, weights=Weights(), standing=standing).total
            assert passed.by == alone.cost + there - decision.cost
            if passed.why == Why.TIE:
                assert (passed.by, passed.site > (package.dispatching or 0)) == (0, True)
            else:
                assert (passed.by > 0, passed.why in (Why.COSTLIER, Why.MORE_TRANSFERS)) == (True, True)


def test_a_line_of_more_than_a_piece_comes_from_one_place() -> None:
    market = a_market(a_site(1), a_site(2, VAN), stock={7: {1: 1, 2: 2}})
    demand = Demand(key=1, number="N1", lines=(Line(1, 7, 150),))
    assert decided(demand, market).items[0].source == 2


@pytest.mark.parametrize(
    "scenario",
    [Scenario(), Scenario(groups_items=True), Scenario(is_split_allowed=True)],
    ids=["a transfer a piece", "grouped", "split"],
)
def test_many_pieces_of_one_product_are_not_looked_for_one_by_one(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = [a_site(n, (36 + n % 7 / 3, 27 + n % 13)) for n in range(1, 101)]
    market = a_market(*sites, stock={7: dict.fromkeys(range(1, 101), 2)})
    looks = 0
    way, spare = Tariff.way, Options.spare

    def counted_way(tariff: Tariff, source: int, dispatcher: int) -> int:
        nonlocal looks
        looks += 1
        return way(tariff, source, dispatcher)

    def counted_spare(options: Options, site: int, product: int) -> int:
        nonlocal looks
        looks += 1
        return spare(options, site, product)

    monkeypatch.setattr(Tariff, "way", counted_way)
    monkeypatch.setattr(Options, "spare", counted_spare)
    decision = decided(a_demand(*200 * [7]), market, scenario)
    taken = Counter(item.source for item in decision.items)
    assert set(taken.values()) == {2}
    # A few for each of the hundred sites at each of those that are tried, and for what is said of a line.
    assert looks < 200_000


def test_of_more_lines_than_are_tried_in_every_way_the_answer_is_still_a_good_one() -> None:
    products = range(10)
    stock = {product: {1 + product: 1, 50: 1} for product in products} | {10: {60: 1}}
    market = a_market(*(a_site(n) for n in (*range(1, 11), 50, 60)), stock=stock)
    for groups_items in (False, True):
        (package,) = decided(a_demand(*products, 10), market, Scenario(groups_items=groups_items)).packages
        assert package.dispatching == 50
        assert [item.source for item in package.transferred] == [60]
