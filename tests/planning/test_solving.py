"""Both ways share the stock fairly; the batch way is never worse than the other, and near its bound."""

import random
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aktar.planning.rules import (
    UNPLANNED,
    Choice,
    Decision,
    Demand,
    Market,
    Scenario,
    Why,
    best_choice,
    spare,
)
from aktar.planning.solving import Solution, SolverMissing, batch, immediately, in_batch
from tests.planning.markets import (
    ANKARA,
    ISTANBUL,
    PIECE,
    VAN,
    a_demand,
    a_market,
    a_site,
    a_situation,
    demands,
    markets,
)


def require_shared(solution: Solution, market: Market, scenario: Scenario) -> None:
    """Hold that nothing is promised twice and no safety stock touched."""
    taken: dict[tuple[int, int], int] = {}
    for decision in solution.decisions:
        for item in decision.items:
            if item.source is not None:
                key = (item.source, item.line.product)
                taken[key] = taken.get(key, 0) + item.line.quantity
    for (site, product), quantity in taken.items():
        assert quantity <= spare(market, site=site, product=product, scenario=scenario)


def a_crowd(seed: int, *, orders: int, sites: int, products: int, pieces: int) -> tuple[Market, list[Demand]]:
    """Many demands for scarce goods over a map of sites."""
    chance = random.Random(seed)
    places = [a_site(id_, (chance.uniform(36, 41), chance.uniform(27, 44))) for id_ in range(1, sites + 1)]
    stock = {
        product: {id_: chance.randint(1, pieces) for id_ in chance.sample(range(1, sites + 1), sites // 5)}
        for product in range(products)
    }
    wanted = [
        a_demand(
            *chance.sample(range(products), chance.randint(1, 4)),
            at=(chance.uniform(36, 41), chance.uniform(27, 44)),
            key=key,
        )
        for key in range(1, orders + 1)
    ]
    return a_market(*places, stock=stock), wanted


def test_the_immediate_way_gives_the_last_piece_once() -> None:
    market = a_market(a_site(1), a_site(2, VAN), stock={7: {1: 1, 2: 1}})
    solution = immediately(
        a_situation(market, [a_demand(7, key=1), a_demand(7, key=2), a_demand(7, key=3)], Scenario())
    )
    assert [decision.items[0].source for decision in solution.decisions] == [1, 2, None]
    assert market.stock[7][1] == PIECE


def test_the_batch_way_leaves_goods_to_the_order_that_needs_them_more() -> None:
    # Who comes first takes the piece in Istanbul, which alone saves the second one a transfer.
    market = a_market(a_site(1), a_site(2, ANKARA), stock={7: {1: 1, 2: 1}, 8: {1: 1}})
    situation = a_situation(market, [a_demand(7, key=1), a_demand(7, 8, key=2)], Scenario())
    at_once, together = immediately(situation), in_batch(situation, seconds=5)
    assert [len(decision.packages[0].transferred) for decision in at_once.decisions] == [0, 1]
    assert [len(decision.packages[0].transferred) for decision in together.decisions] == [0, 0]
    assert together.cost < at_once.cost
    assert together.bound == pytest.approx(together.cost, rel=1e-6)
    # The first one would go without the way to Ankara, and is told neither that this is dearer nor a tie.
    (left,) = together.decisions[0].packages[0].passed_over
    assert (left.site, left.why, (left.by or 0) < 0) == (1, Why.NO_COSTLIER, True)


def test_a_batch_says_of_what_it_leaves_that_others_have_it() -> None:
    # Who comes first would have to have the piece brought; who comes second has the rest beside it.
    market = a_market(a_site(1), a_site(2, ANKARA), stock={7: {1: 1}, 8: {1: 1}, 9: {2: 1}})
    wanted = [a_demand(7, 9, key=1), a_demand(7, 8, key=2)]
    first, second = in_batch(a_situation(market, wanted, Scenario()), seconds=5).decisions
    assert [[item.source for item in each.items] for each in (first, second)] == [[None, 2], [1, 1]]
    (passed,) = first.items[0].passed_over
    assert (passed.site, passed.why, passed.available) == (1, Why.SHORT_OF_STOCK, 0)


@settings(max_examples=40, deadline=None)
@given(
    markets(),
    st.lists(st.integers(1, 6), min_size=1, max_size=5, unique=True).flatmap(
        lambda keys: st.tuples(*(demands(key=key) for key in keys))
    ),
    st.booleans(),
    st.booleans(),
)
def test_a_batch_is_possible_never_worse_and_never_below_its_bound(
    market: Market, wanted: tuple[Demand, ...], groups_items: bool, is_split_allowed: bool
) -> None:
    scenario = Scenario(groups_items=groups_items, is_split_allowed=is_split_allowed)
    situation = a_situation(market, list(wanted), scenario)
    at_once, together = immediately(situation), in_batch(situation, seconds=5)
    for solution in (at_once, together):
        require_shared(solution, market, scenario)
        assert [decision.demand for decision in solution.decisions] == list(wanted)
        assert solution.cost == sum(decision.cost for decision in solution.decisions)
    assert together.cost <= at_once.cost
    assert together.bound is not None
    assert together.bound <= together.cost * (1 + 1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_a_batch_is_within_three_per_cent_of_its_bound(seed: int) -> None:
    market, wanted = a_crowd(seed, orders=150, sites=40, products=60, pieces=2)
    situation = a_situation(market, wanted, Scenario())
    at_once, together = immediately(situation), in_batch(situation, seconds=20)
    require_shared(together, market, Scenario())
    assert together.cost < at_once.cost
    assert together.bound is not None
    # Of what is left when the fixed prices are taken off, which outweigh the rest a hundred times.
    fixed = sum(fixed_part(decision) for decision in together.decisions)
    assert together.cost - together.bound <= 0.03 * (together.cost - fixed)


def fixed_part(decision: Decision) -> int:
    """What of a decision's cost is the price of packages, transfers and lines that are left."""
    return sum(
        package.cost.fixed
        + sum(UNPLANNED if item.source is None else item.cost.fixed for item in package.items)
        for package in decision.packages
    )


def test_without_time_a_batch_answers_what_the_immediate_way_does() -> None:
    market, wanted = a_crowd(7, orders=40, sites=20, products=20, pieces=1)
    situation = a_situation(market, wanted, Scenario())
    ticks = iter(range(10_000))
    hurried = in_batch(situation, seconds=0, clock=lambda: float(next(ticks)))
    assert hurried.cost <= immediately(situation).cost


def test_without_time_nothing_is_weighed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    market, wanted = a_crowd(7, orders=40, sites=20, products=20, pieces=1)
    situation = a_situation(market, wanted, Scenario())
    weighed = 0

    def counted(*given: Any, **named: Any) -> Choice:
        nonlocal weighed
        weighed += 1
        return best_choice(*given, **named)

    monkeypatch.setattr(batch, "best_choice", counted)
    hurried = in_batch(situation, seconds=0, clock=lambda: 0.0)
    assert weighed == len(wanted)
    assert (hurried.cost, hurried.bound) == (immediately(situation).cost, 0)


def test_the_solver_is_not_loaded_before_a_batch_is_asked_for() -> None:
    program = (
        "import sys; import aktar.planning.solving; "
        "sys.exit('highspy' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_missing_solver_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    situation = a_situation(
        a_market(a_site(1), stock={7: {1: 1}}), [a_demand(7), a_demand(7, key=2)], Scenario()
    )
    with pytest.raises(SolverMissing):
        in_batch(situation, seconds=1)
    assert "aktar[plan]" in str(SolverMissing.__doc__)
    assert immediately(situation).cost > 0


def test_the_order_of_the_demands_does_not_cost_the_far_customer_his_goods() -> None:
    market = a_market(a_site(1, ISTANBUL), a_site(2, VAN), stock={7: {1: 1, 2: 1}})
    far = a_demand(7, at=VAN, key=1)
    near = a_demand(7, at=ISTANBUL, key=2)
    for wanted in ([far, near], [near, far]):
        together = in_batch(a_situation(market, wanted, Scenario()), seconds=5)
        assert {decision.demand.key: decision.items[0].source for decision in together.decisions} == {
            1: 2,
            2: 1,
        }
