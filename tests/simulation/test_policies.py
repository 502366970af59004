"""The planner's rivals do what they are called after."""

from aktar.planning.rules import Demand, Scenario
from aktar.site.simulation.policies import Policy, first_with_stock, nearest_with_stock
from tests.planning.markets import ANKARA, ISTANBUL, IZMIR, VAN, a_demand, a_market, a_site, a_situation

FAR, NEAR, MIDDLE = a_site(1, VAN, priority=5), a_site(2, ISTANBUL), a_site(3, ANKARA)


def decided(policy: Policy, demand: Demand, stock: dict[int, dict[int, int]]) -> list[tuple[int | None, ...]]:
    """For each line who dispatches it and who sends it."""
    situation = a_situation(a_market(FAR, NEAR, MIDDLE, stock=stock), [demand], Scenario())
    (decision,) = policy(situation).decisions
    return [(package.dispatching, item.source) for package in decision.packages for item in package.items]


def test_the_first_goes_by_the_list_whatever_the_way() -> None:
    stock = {7: {1: 1, 2: 1, 3: 1}, 8: {2: 1, 3: 1}}
    assert decided(first_with_stock, a_demand(7, 8), stock) == [(1, 1), (1, 2)]


def test_the_nearest_goes_by_the_way_whatever_it_lacks() -> None:
    stock = {7: {2: 1}, 8: {1: 1, 3: 1}, 9: {1: 1, 3: 1}}
    assert decided(nearest_with_stock, a_demand(7, 8, 9), stock) == [(2, 2), (2, 3), (2, 3)]
    assert decided(nearest_with_stock, a_demand(8, at=IZMIR), stock) == [(3, 3)]


def test_what_nobody_has_comes_from_nowhere() -> None:
    for policy in (first_with_stock, nearest_with_stock):
        assert decided(policy, a_demand(7, 8), {8: {3: 1}}) == [(3, None), (3, 3)]


def test_who_failed_is_not_asked_again() -> None:
    stock = {7: {1: 1, 3: 1}}
    again = a_demand(7, dispatching=2, failed=frozenset({(7, 1)}))
    assert decided(first_with_stock, again, stock) == [(2, 3)]


def test_two_orders_do_not_get_one_piece() -> None:
    market = a_market(FAR, NEAR, stock={7: {1: 1, 2: 1}})
    demands = [a_demand(7, key=1), a_demand(7, key=2), a_demand(7, key=3)]
    solution = nearest_with_stock(a_situation(market, demands, Scenario()))
    assert [decision.items[0].source for decision in solution.decisions] == [2, 1, None]
