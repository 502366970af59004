"""A transfer order that its source cannot fulfil is renewed elsewhere, and the source not asked again."""

from typing import Any

import pytest
from django.test import Client

from aktar.orders.models import Package
from aktar.planning.models import FailedSource, PlanItem, TransferScenario
from aktar.transfers.actions import renewing
from aktar.transfers.models import TransferOrder
from aktar.webhooks.models import Event
from aktar.workflow.models import TransitionLog
from tests.factories import a_caller, a_state
from tests.fulfilment.shop import (
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
from tests.transfers.running import DELIVER, DISPATCH, READY, RENEW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _balanced(db: None) -> object:
    yield
    require_balance()


def renewed(caller: Client, order: TransferOrder, **parameters: Any) -> Any:
    answer = command(caller, order, RENEW, **parameters)
    assert answer.status_code == 200, answer.content
    return answer.json()


def a_transfer(caller: Client, *senders: str) -> TransferOrder:
    """A store that has TS-1 and TS-2 lacks TS-3, which the senders have; the first of them is asked."""
    a_store("HOME", {"TS-1": 1, "TS-2": 1})
    for place, code in enumerate(senders):
        a_store(code, {"TS-3": 1}, priority=20 + place)
    (transfer,) = transfers(ordered(caller, "WEB-1", "TS-1", "TS-2", "TS-3"))
    return transfer


def test_another_source_is_asked_and_both_are_told(caller: Client) -> None:
    old = a_transfer(caller, "B", "C")
    assert old.source.erp_code == "B"
    new = TransferOrder.objects.get(pk=renewed(caller, old, reason="damaged")["transfer_order"]["id"])
    assert (new.number, new.source.erp_code, new.renews) == ("WEB-1P1T2", "C", old)
    assert new.destination_id == old.destination_id
    assert states_of([old, new]) == ["cancelled", "waiting"]
    package = only_package(new.order)
    assert (package.state.enum_value, item_states(package)) == ("150", ["100", "100", "150"])
    assert level(product("TS-3"), old.source) == (1, 0, 0)
    assert level(product("TS-3"), new.source) == (1, 1, 0)
    told = {(event.object_id, event.type) for event in Event.objects.filter(content_type=6)}
    assert {(old.pk, "transfer.status.cancelled"), (new.pk, "transfer.status.created")} <= told
    failed = FailedSource.objects.get()
    assert (failed.package_id, failed.stock_location_id, failed.reason) == (
        package.pk,
        old.source_id,
        "damaged",
    )
    assert PlanItem.objects.get(pk=old.plan_item).outcome == "failed"
    assert PlanItem.objects.get(pk=new.plan_item).outcome == "open"
    shown = caller.get(f"/api/v1/oms/packages/{package.pk}/").json()["transfer_order_set"]
    assert [(each["id"], each["renews"]) for each in shown] == [(old.pk, None), (new.pk, old.pk)]
    logged = TransitionLog.objects.get(content_type=6, object_id=old.pk).attributes["command"]
    assert (logged["slug"], logged["reason"]) == ("renew_transfer", "damaged")


def test_who_failed_is_never_asked_again_for_this_package(caller: Client) -> None:
    first = a_transfer(caller, "B", "C")
    second = TransferOrder.objects.get(pk=renewed(caller, first)["transfer_order"]["id"])
    answer = renewed(caller, second)
    assert answer == {
        "transfer_order": None,
        "detail": "No other source was found; the goods are out of stock.",
    }
    # Both have it, as far as the books know, and both were asked.
    assert [level(product("TS-3"), each.source) for each in (first, second)] == [(1, 0, 0)] * 2
    package = only_package(first.order)
    assert (package.state.enum_value, item_states(package)) == ("920", ["100", "100", "920"])
    assert Event.objects.filter(type="order.at_risk", object_id=first.order_id).count() == 1
    orders = caller.get("/api/v1/oms/orders/?at_risk=true").json()["results"]
    assert [order["id"] for order in orders] == [first.order_id]


def test_another_package_may_ask_it(caller: Client) -> None:
    renewed(caller, a_transfer(caller, "B"))
    package = only_package(ordered(caller, "WEB-2", "TS-3"))
    assert (package.stock_location.erp_code, package.state.enum_value) == ("B", "100")


def test_goods_that_are_lost_are_written_off(caller: Client) -> None:
    old = a_transfer(caller, "B", "C")
    renewed(caller, old, reason="not_found", declare_loss=True)
    assert level(product("TS-3"), old.source) == (0, 0, 0)


def test_for_a_closed_package_nobody_is_asked_and_the_levels_are_taken_once(
    caller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calling off and writing off lock for themselves; between them another one may make levels."""
    old = a_transfer(caller, "B", "C")
    Package.objects.filter(pk=old.package_id).update(state=a_state(4, "500"))
    taken: list[set[tuple[int, int]]] = []
    lock_levels: Any = renewing.lock_levels
    call_off: Any = renewing.call_off

    def lock_them(pairs: set[tuple[int, int]], **options: Any) -> Any:
        taken.append(pairs)
        return lock_levels(pairs, **options)

    def call_off_when_taken(*arguments: Any) -> None:
        assert len(taken) == 1
        call_off(*arguments)

    monkeypatch.setattr(renewing, "lock_levels", lock_them)
    monkeypatch.setattr(renewing, "call_off", call_off_when_taken)
    assert renewed(caller, old, reason="not_found", declare_loss=True)["transfer_order"] is None
    lacked = product("TS-3").pk
    assert taken == [{(lacked, old.source_id), (lacked, old.destination_id)}]
    assert level(product("TS-3"), old.source) == (0, 0, 0)


def test_only_who_works_at_the_source_writes_its_goods_off(caller: Client) -> None:
    old = a_transfer(caller, "B", "C")
    receiving, sending = (a_caller(locations=[end]) for end in (old.destination, old.source))
    lost = {"reason": "not_found", "declare_loss": True}
    answer = command(receiving, old, RENEW, **lost)
    assert answer.status_code == 403
    sentence = "Only who works at the source writes its goods off; renew without it."
    assert answer.json() == {"input_parameters": {"declare_loss": [sentence]}}
    assert level(product("TS-3"), old.source) == (1, 1, 0)
    assert command(sending, old, RENEW, **lost).status_code == 200
    assert level(product("TS-3"), old.source) == (0, 0, 0)
    second = transfers(old.order)[-1]
    assert command(receiving, second, RENEW, reason="not_found").status_code == 200


def test_the_dispatching_store_itself_may_have_it_by_now(caller: Client) -> None:
    old = a_transfer(caller, "B")
    counted(old.destination, {"TS-3": 1})
    answer = renewed(caller, old)
    assert answer == {
        "transfer_order": None,
        "detail": "No other transfer is needed: the dispatching location has the goods itself.",
    }
    package = only_package(old.order)
    assert (package.state.enum_value, item_states(package)) == ("100", ["100", "100", "100"])
    assert level(product("TS-3"), old.destination) == (1, 1, 0)


def test_what_a_form_left_empty_is_not_said(caller: Client) -> None:
    old = a_transfer(caller, "B", "C")
    assert renewed(caller, old, reason="", declare_loss=None)["transfer_order"]
    assert FailedSource.objects.get().reason == "not_found"


def test_a_part_that_is_there_by_now_does_not_hide_the_rest(caller: Client) -> None:
    TransferScenario.objects.create(name="a box a sender", priority=1, groups_items=True)
    a_store("HOME", {"TS-1": 1, "TS-2": 1, "TS-3": 1})
    a_store("B", {"TS-4": 1, "TS-5": 1})
    (old,) = transfers(ordered(caller, "WEB-1", "TS-1", "TS-2", "TS-3", "TS-4", "TS-5"))
    counted(old.destination, {"TS-4": 1})
    assert renewed(caller, old) == {
        "transfer_order": None,
        "detail": "The dispatching location has a part of the goods itself; the rest is out of stock.",
    }
    package = only_package(old.order)
    assert (package.state.enum_value, item_states(package)) == ("920", [*3 * ["100"], "100", "920"])


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"reason": "lost my keys"}, "reason"),
        ({"reason": 7}, "reason"),
        ({"reason": ["damaged"]}, "reason"),
        ({"declare_loss": "yes"}, "declare_loss"),
        ({"declare_loss": 1}, "declare_loss"),
        ({"reason": []}, "reason"),
        ({"reason": 0}, "reason"),
        ({"declare_loss": 0}, "declare_loss"),
        ({"declare_loss": {}}, "declare_loss"),
    ],
)
def test_a_reason_that_is_none_is_refused(caller: Client, parameters: dict[str, Any], field: str) -> None:
    old = a_transfer(caller, "B", "C")
    refused = command(caller, old, RENEW, **parameters)
    assert (refused.status_code, list(refused.json()["input_parameters"])) == (400, [field])
    assert states_of([old]) == ["waiting"]
    assert not FailedSource.objects.exists()


def test_the_renewed_transfer_goes_its_way(caller: Client) -> None:
    old = a_transfer(caller, "B", "C")
    new = TransferOrder.objects.get(pk=renewed(caller, old)["transfer_order"]["id"])
    for transition in (READY, DISPATCH, DELIVER):
        assert command(caller, new, transition).status_code == 204
    assert only_package(new.order).state.enum_value == "100"
    assert level(product("TS-3"), new.destination) == (1, 1, 0)
