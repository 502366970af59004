"""Packages are prepared, made ready, packed and cancelled, each by its row of the workflow."""

import json
from typing import Any

import pytest
from django.test import Client

from aktar.orders.models import Package
from aktar.orders.rules import PACKAGE_EVENTS
from aktar.transfers.models import TransferOrder
from aktar.webhooks.models import Event
from aktar.workflow.models import Command, TransitionLog
from tests.factories import a_caller, a_location, a_package, a_state, a_transfer_order
from tests.transfers.running import DELIVER, DISPATCH, READY, done, states

pytestmark = pytest.mark.django_db

PREPARE, MAKE_READY, PACK = 201, 202, 203
CANCELS = {"100": 204, "150": 205, "200": 206, "400": 207, "920": 208}


def run(caller: Client, package: Package, transition: int) -> Any:
    body = {"transition": transition, "input_parameters": {"remote_user_pk": "7"}}
    return caller.post(f"/api/v1/oms/packages/{package.pk}/command/", body, "application/json")


def state(package: Package) -> str:
    return Package.objects.values_list("state__enum_value", flat=True).get(pk=package.pk)


def test_the_way_of_a_package_leaves_a_log_and_an_event_at_each_step(caller: Client) -> None:
    package = a_package()
    for transition, reached in ((PREPARE, "200"), (MAKE_READY, "400"), (PACK, "500")):
        assert run(caller, package, transition).status_code == 204
        assert state(package) == reached
        log = TransitionLog.objects.filter(content_type=4, object_id=package.pk).latest("pk")
        slug = Command.objects.get(pk=transition).slug
        assert log.attributes == {
            "command": {"remote_user_pk": "7", "slug": slug, "transition_id": transition}
        }
        assert log.user is not None
        event = Event.objects.filter(content_type=4, object_id=package.pk).latest("pk")
        assert event.type == PACKAGE_EVENTS[reached]


def test_a_packed_package_takes_no_command(caller: Client) -> None:
    package = a_package()
    for transition in (PREPARE, MAKE_READY, PACK):
        run(caller, package, transition)
    for transition in (PREPARE, MAKE_READY, PACK, *CANCELS.values()):
        refused = run(caller, package, transition)
        assert refused.status_code == 409
        assert refused.json()["state"]["enum_value"] == "500"
        assert refused.json()["allowed"] == []


@pytest.mark.parametrize("left", CANCELS)
def test_a_package_is_cancelled_from_every_state_that_is_open(caller: Client, left: str) -> None:
    package = a_package(items=2)
    Package.objects.filter(pk=package.pk).update(state=a_state(4, left))
    assert run(caller, package, CANCELS[left]).status_code == 204
    assert state(package) == "600"
    assert {item.state.enum_value for item in package.packageitem_set.all()} == {"600"}
    assert {item.state.enum_value for item in package.order.orderitem_set.all()} == {"400"}


def test_cancelling_a_package_cancels_what_is_on_its_way_to_it(caller: Client) -> None:
    package = a_package(items=3)
    waiting = a_transfer_order(package=package)
    on_its_way = a_transfer_order(package=package)
    brought = a_transfer_order(package=package)
    done(caller, on_its_way, READY, DISPATCH)
    done(caller, brought, READY, DISPATCH, DELIVER)
    versions = dict(TransferOrder.objects.values_list("pk", "version"))
    assert run(caller, package, CANCELS["150"]).status_code == 204
    for order in (waiting, on_its_way):
        assert states(order) == {
            "order": "cancelled",
            "items": {"cancelled"},
            "package items": {"600"},
            "order items": {"400"},
            "package": "600",
        }
        assert (
            TransitionLog.objects.filter(content_type=6, object_id=order.pk)
            .latest("pk")
            .attributes["command"]["transition_id"]
            == CANCELS["150"]
        )
        assert Event.objects.filter(content_type=6, object_id=order.pk).latest("pk").type == (
            "transfer.status.cancelled"
        )
    assert states(brought)["order"] == "transferred"
    # It shows its package item, which is cancelled now.
    assert dict(TransferOrder.objects.values_list("pk", "version")) == {
        pk: version + 1 for pk, version in versions.items()
    }
    # Of the package once, and not of each transfer: what it held waits to be planned anew.
    assert Event.objects.filter(type="order.at_risk").count() == 1


def test_only_who_dispatches_the_package_runs_its_commands() -> None:
    transfer = a_transfer_order()
    for location, status in ((a_location(), 404), (transfer.source, 404), (transfer.destination, 204)):
        caller = a_caller(locations=[location])
        assert run(caller, transfer.package, CANCELS["150"]).status_code == status


def test_what_is_out_of_stock_puts_the_order_at_risk(caller: Client) -> None:
    transfer = a_transfer_order()
    done(caller, transfer, 105)
    event = Event.objects.get(type="order.at_risk")
    assert (event.content_type, event.object_id) == (3, transfer.order_id)
    told = json.loads(event.payload)
    assert told["number"] == transfer.order.number
    assert [package["id"] for package in told["package_set"]] == [transfer.package_id]
