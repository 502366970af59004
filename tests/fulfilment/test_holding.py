"""What several decide at once: safety stock stays, and who has lost often enough gets what is held for it."""

from typing import Any

import pytest
from django.test import Client

from aktar.fulfilment.actions import carry_out_decision, plan_order
from aktar.fulfilment.queries import decisions_on
from aktar.orders.models import Order
from aktar.planning.solving import immediately
from aktar.stock.models import StockKeeping, StockLevel
from aktar.transfers.actions import MOST_TRIES, holding
from aktar.webhooks.models import Event
from tests.factories import NOW
from tests.fulfilment.shop import PIECE, a_store, only_package, ordered, product
from tests.stock.books import level, require_balance

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _balanced(db: None) -> object:
    yield
    require_balance()


def _left_to_plan(caller: Client, number: str) -> Order:
    return ordered(caller, number, "TS-1", query="?plan=0")


def test_two_decisions_on_one_view_leave_safety_stock_in_place(caller: Client) -> None:
    store = a_store("A", {"TS-1": 3})
    StockKeeping.objects.filter(stock_location=store).update(safety_stock=2 * PIECE)
    orders = [_left_to_plan(caller, "WEB-1"), _left_to_plan(caller, "WEB-2")]
    views = [decisions_on([order.pk], solve=immediately, now=NOW).decisions[0] for order in orders]
    assert [decision.is_complete for decision in views] == [True, True]
    done = [carry_out_decision(view, is_batch=False, by=None, now=NOW) for view in views]
    assert [decision is not None and decision.is_complete for decision in done] == [True, False]
    assert level(product("TS-1"), store) == (3, 1, 0)
    assert only_package(orders[1]).state.enum_value == "920"


def test_who_was_foiled_often_enough_decides_on_what_is_held(
    caller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes in elsewhere between the locking and the deciding may be somebody else's by then."""
    nearer, there = (a_store(f"S{n}", {"TS-1": 1}) for n in range(2))
    order = _left_to_plan(caller, "WEB-1")
    levels = StockLevel.objects.filter(product=product("TS-1"))
    levels.filter(stock_location=nearer).update(reserved=PIECE)
    locked: Any = holding.locked
    lock_levels: Any = holding.lock_levels
    tries = []

    def too_late(*arguments: Any, **options: Any) -> Any:
        tries.append(arguments)
        if len(tries) <= MOST_TRIES:
            # The planner's savepoint takes this back: it finds the same goods there each time.
            levels.filter(stock_location=there).update(reserved=PIECE)
        return locked(*arguments, **options)

    def and_some_come_in(*arguments: Any, **options: Any) -> Any:
        held = lock_levels(*arguments, **options)
        levels.filter(stock_location=nearer).update(reserved=0)
        return held

    monkeypatch.setattr(holding, "locked", too_late)
    monkeypatch.setattr(holding, "lock_levels", and_some_come_in)
    decision = plan_order(order.pk, by=None, now=NOW)
    assert decision is not None
    assert len(tries) == MOST_TRIES + 1
    assert [item.source for item in decision.items] == [there.pk]
    # What was made in vain is gone without a trace.
    assert only_package(order).number == "WEB-1P1"
    assert Event.objects.filter(type="package.created").count() == 1
