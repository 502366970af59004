"""`aktar plan` asks once more for what was out of stock; found, it puts the order at risk no longer."""

from collections import Counter
from typing import Any

import pytest
from django.test import Client

from aktar.fulfilment.actions import resupply_package
from aktar.fulfilment.queries import lacking_packages
from aktar.orders.models import Order, Package
from aktar.places.models import StockLocation
from aktar.planning.models import Plan, PlanItem
from aktar.stock.models import StockMovement
from aktar.transfers.models import TransferOrder
from aktar.webhooks.models import Event
from aktar.workflow.models import TransitionLog
from tests.factories import NOW
from tests.fulfilment.shop import (
    a_store,
    command,
    counted,
    item_states,
    only_package,
    ordered,
    product,
    transfers,
)
from tests.fulfilment.test_plan_command import at_risk, planned
from tests.stock.books import level, require_balance
from tests.transfers.running import CANCEL_WAITING, DELIVER, DISPATCH, READY, RENEW

pytestmark = pytest.mark.django_db

NOTHING = "0 orders planned, 0 of them with something out of stock."


@pytest.fixture(autouse=True)
def _balanced(db: None) -> object:
    yield
    require_balance()


def what_is_written() -> dict[type, int]:
    """How many rows there are of all that planning writes."""
    kept = (Event, Package, Plan, PlanItem, StockMovement, TransferOrder, TransitionLog)
    return {model: model.objects.count() for model in kept}


def told(order: Order) -> list[str]:
    """The events of the order and its only package."""
    rows = Event.objects.filter(content_type=3, object_id=order.pk) | Event.objects.filter(
        content_type=4, object_id=only_package(order).pk
    )
    return list(rows.order_by("pk").values_list("type", flat=True))


def lacking(caller: Client, *more: str) -> tuple[Order, StockLocation]:
    """An order of which nobody has TS-9, nor what `more` names; HOME dispatches it and has TS-1."""
    home = a_store("HOME", {"TS-1": 1})
    order = ordered(caller, "WEB-1", "TS-1", "TS-9", *more)
    assert only_package(order).state.enum_value == "920"
    return order, home


def test_what_somebody_has_by_now_is_asked_for(caller: Client) -> None:
    order, home = lacking(caller)
    before = told(order)
    other = a_store("B", {"TS-9": 1})
    assert planned() == [
        "WEB-1P1: 1 from B.",
        "1 packages got what was out of stock, 0 of them only a part.",
        NOTHING,
    ]
    package = only_package(order)
    assert (package.state.enum_value, item_states(package)) == ("150", ["100", "150"])
    (transfer,) = transfers(order)
    assert (transfer.number, transfer.source, transfer.destination) == ("WEB-1P1T1", other, home)
    assert level(product("TS-9"), other) == (1, 1, 0)
    item = PlanItem.objects.get(pk=transfer.plan_item)
    assert (item.source, item.destination, item.outcome) == (other, home, "open")
    assert told(order) == [*before, "package.status.waiting_for_transfer"]
    assert (at_risk(caller), lacking_packages()) == ([], [])
    for transition in (READY, DISPATCH, DELIVER):
        assert command(caller, transfer, transition).status_code == 204
    assert only_package(order).state.enum_value == "100"
    assert level(product("TS-9"), home) == (1, 1, 0)


def test_what_the_dispatching_location_has_by_now_is_promised_there(caller: Client) -> None:
    order, home = lacking(caller)
    counted(home, {"TS-9": 1})
    a_store("B", {"TS-9": 1})
    assert planned()[0] == "WEB-1P1: HOME has 1 itself."
    package = only_package(order)
    assert (package.state.enum_value, item_states(package)) == ("100", ["100", "100"])
    assert (level(product("TS-9"), home), transfers(order)) == ((1, 1, 0), [])
    assert told(order)[-1] == "package.status.waiting"
    log = TransitionLog.objects.filter(content_type=4, object_id=package.pk).order_by("pk")
    assert [line.attributes for line in log][-1] == {"plan": Plan.objects.latest("pk").pk}
    assert at_risk(caller) == []


def test_nothing_is_written_or_told_while_nobody_has_it(caller: Client) -> None:
    order, _ = lacking(caller)
    cautious = a_store("B", {"TS-9": 1})
    StockLocation.objects.filter(pk=cautious.pk).update(is_active=False)
    before = what_is_written()
    # Somebody has it, and may not send it.
    assert lacking_packages() == [only_package(order).pk]
    for options in ((), ("--dry-run",), ("--batch",)):
        assert planned(*options)[-1].startswith("0 orders")
        assert len(planned(*options)) == 1
    assert what_is_written() == before
    assert at_risk(caller) == ["WEB-1"]


def test_who_failed_the_package_before_is_not_asked_again(caller: Client) -> None:
    a_store("HOME", {"TS-1": 1, "TS-2": 1})
    failing = a_store("B", {"TS-9": 1})
    order = ordered(caller, "WEB-1", "TS-1", "TS-2", "TS-9")
    assert command(caller, transfers(order)[0], RENEW).json()["transfer_order"] is None
    counted(failing, {"TS-9": 5})
    before = what_is_written()
    assert (planned(), lacking_packages()) == ([NOTHING], [])
    assert what_is_written() == before
    a_store("C", {"TS-9": 1})
    assert planned()[0] == "WEB-1P1: 1 from C."
    assert at_risk(caller) == []


def test_a_part_that_is_found_is_brought_and_the_order_stays_at_risk_untold(caller: Client) -> None:
    order, _ = lacking(caller, "TS-8", "TS-8")
    before = told(order)
    store = a_store("B", {"TS-8": 1})
    assert planned()[:2] == [
        "WEB-1P1: 1 from B, 2 still out of stock.",
        "1 packages got what was out of stock, 1 of them only a part.",
    ]
    package = only_package(order)
    assert (package.state.enum_value, Counter(item_states(package))) == (
        "920",
        {"100": 1, "150": 1, "920": 2},
    )
    assert (at_risk(caller), told(order)) == (["WEB-1"], before)
    plan = Plan.objects.latest("pk")
    assert (plan.planitem_set.count(), plan.cost < 1_000_000_00) == (1, True)
    counted(store, {"TS-8": 2, "TS-9": 1})
    assert planned()[0] == "WEB-1P1: 2 from B."
    assert (only_package(order).state.enum_value, at_risk(caller)) == ("150", [])


def test_what_is_there_at_last_waits_for_what_is_still_coming(caller: Client) -> None:
    order, home = lacking(caller, "TS-8")
    a_store("B", {"TS-8": 1})
    planned()
    counted(home, {"TS-9": 1})
    assert planned()[0] == "WEB-1P1: HOME has 1 itself."
    assert (only_package(order).state.enum_value, at_risk(caller)) == ("150", [])
    for transition in (READY, DISPATCH, DELIVER):
        assert command(caller, transfers(order)[0], transition).status_code == 204
    assert only_package(order).state.enum_value == "100"


def test_who_holds_the_tag_of_a_cancelled_transfer_hears_that_its_piece_is_there(caller: Client) -> None:
    home = a_store("HOME", {"TS-1": 1, "TS-2": 1})
    a_store("B", {"TS-9": 1})
    order = ordered(caller, "WEB-1", "TS-1", "TS-2", "TS-9")
    (transfer,) = transfers(order)
    assert command(caller, transfer, CANCEL_WAITING).status_code == 204
    path = f"/api/v1/oms/transfer_orders/{transfer.pk}/"
    tag = caller.get(path)["etag"]
    counted(home, {"TS-9": 1})
    planned()
    again = caller.get(path, headers={"if-none-match": tag})
    assert again.status_code == 200
    assert again.json()["transferitem_set"][0]["package_item"]["state"]["enum_value"] == "100"


def test_a_dry_run_says_the_same_and_promises_nothing_twice(caller: Client) -> None:
    """Two packages and an order that waits want the two pieces that came."""
    a_store("HOME", {"TS-1": 1})
    for number in (1, 2):
        ordered(caller, f"WEB-{number}", "TS-9")
    ordered(caller, "WEB-3", "TS-9", query="?plan=0")
    a_store("B", {"TS-9": 2})
    before = what_is_written()
    said = {options: planned("--dry-run", *options) for options in ((), ("--batch",))}
    assert what_is_written() == before
    assert (
        said[()]
        == said["--batch",]
        == [
            "WEB-1P1: 1 from B.",
            "WEB-2P1: 1 from B.",
            "WEB-3: HOME dispatches 1 line: 1 out of stock.",
            "2 packages would get what was out of stock, 0 of them only a part.",
            "1 orders would be planned, 1 of them with something out of stock.",
        ]
    )
    assert planned()[:3] == said[()][:3]


def test_a_limit_counts_what_was_found_and_then_orders(caller: Client) -> None:
    a_store("HOME", {"TS-1": 1})
    for number, sku in enumerate(("TS-7", "TS-9", "TS-9"), start=1):
        ordered(caller, f"WEB-{number}", sku)
    for number in (4, 5):
        ordered(caller, f"WEB-{number}", "TS-1", query="?plan=0")
    idle = a_store("IDLE", {"TS-7": 1})
    StockLocation.objects.filter(pk=idle.pk).update(is_active=False)
    a_store("B", {"TS-9": 2})
    # Nobody may send what the oldest one wants; it is in nobody's way.
    assert planned("--limit", "1")[0] == "WEB-2P1: 1 from B."
    assert [line.split(":")[0] for line in planned("--limit", "2")[:2]] == ["WEB-3P1", "WEB-4"]


@pytest.mark.parametrize("transition", [203, 208])
def test_a_closed_package_lacks_nothing(caller: Client, transition: int) -> None:
    order, home = lacking(caller)
    package = only_package(order)
    if transition == 203:
        # As if it had been packed without the piece, in another workflow.
        Package.objects.filter(pk=package.pk).update(state=44)
    path = f"/api/v1/oms/packages/{package.pk}/command/"
    body: Any = {"transition": transition, "input_parameters": {}}
    assert caller.post(path, body, "application/json").status_code == 204
    counted(home, {"TS-9": 1})
    assert lacking_packages() == []
    assert resupply_package(package.pk, by=None, now=NOW) is None


def test_a_cancelled_order_lacks_nothing(caller: Client) -> None:
    order, home = lacking(caller)
    assert caller.post(f"/api/v1/oms/orders/{order.pk}/cancel/", {}, "application/json").status_code == 204
    counted(home, {"TS-9": 1})
    assert lacking_packages() == []
