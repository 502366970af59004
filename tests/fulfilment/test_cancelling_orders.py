"""An order is cancelled with everything that was to be done for it, or not at all."""

from typing import Any

import pytest
from django.test import Client

from aktar.orders.models import Order, Package
from aktar.webhooks.models import Event
from aktar.workflow.models import TransitionLog
from tests.factories import a_caller, a_location, a_package, a_state, a_transfer_order, an_order
from tests.transfers.running import states

pytestmark = pytest.mark.django_db


def cancel(caller: Client, order: Order) -> Any:
    return caller.post(f"/api/v1/oms/orders/{order.pk}/cancel/", {}, "application/json")


def test_everything_of_a_cancelled_order_is_cancelled(caller: Client) -> None:
    transfer = a_transfer_order(items=2)
    assert cancel(caller, transfer.order).status_code == 204
    assert states(transfer) == {
        "order": "cancelled",
        "items": {"cancelled"},
        "package items": {"600"},
        "order items": {"100"},
        "package": "600",
    }
    order = Order.objects.get(pk=transfer.order_id)
    assert order.state.enum_value == "100"
    log = TransitionLog.objects.get(content_type=3)
    assert (log.object_id, log.old_state.enum_value, log.new_state.enum_value) == (order.pk, "400", "100")
    told = [
        (event.content_type, event.type)
        for event in Event.objects.filter(type__endswith="cancelled").order_by("pk")
    ]
    assert told == [
        (6, "transfer.status.cancelled"),
        (4, "package.status.cancelled"),
        (3, "order.cancelled"),
    ]


def test_what_a_transfer_order_shows_is_fresh_after_its_order_is_cancelled(caller: Client) -> None:
    transfer = a_transfer_order()
    path = f"/api/v1/oms/transfer_orders/{transfer.pk}/"
    body = {"transition": 205, "input_parameters": {}}
    package = f"/api/v1/oms/packages/{transfer.package_id}/command/"
    assert caller.post(package, body, "application/json").status_code == 204
    before = caller.get(path)
    assert cancel(caller, transfer.order).status_code == 204
    after = caller.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    item = after.json()["transferitem_set"][0]["package_item"]
    assert (item["state"]["enum_value"], item["order_item"]["state"]["enum_value"]) == ("600", "100")


def test_an_order_without_a_package_is_cancelled_too(caller: Client) -> None:
    order = an_order()
    assert cancel(caller, order).status_code == 204
    refused = cancel(caller, order)
    assert (refused.status_code, refused.json()) == (
        409,
        {"detail": "The order cannot be cancelled: its state is Canceled (100)."},
    )


def test_what_is_packed_in_part_is_not_cancelled(caller: Client) -> None:
    package = a_package()
    Package.objects.filter(pk=package.pk).update(state=a_state(4, "500"))
    refused = cancel(caller, package.order)
    assert (refused.status_code, refused.json()) == (
        409,
        {"detail": f"The order cannot be cancelled: {package.number} is packed."},
    )
    assert Order.objects.get(pk=package.order_id).state.enum_value == "400"


def test_it_takes_whoever_works_at_every_location_that_dispatches() -> None:
    transfer = a_transfer_order()
    for locations, status in (
        ([a_location()], 404),
        ([transfer.source], 403),
        ([transfer.destination], 204),
    ):
        assert cancel(a_caller(locations=locations), transfer.order).status_code == status


def test_a_package_that_was_cancelled_binds_nobody_any_more() -> None:
    order = an_order()
    gone, left = (a_package(order=order, location=a_location()) for _ in range(2))
    Package.objects.filter(pk=gone.pk).update(state=a_state(4, "600"))
    assert cancel(a_caller(locations=[gone.stock_location]), order).status_code == 403
    assert cancel(a_caller(locations=[left.stock_location]), order).status_code == 204
    told = Event.objects.get(type="order.cancelled")
    assert told.destination_location == left.stock_location_id
    assert told.source_location == gone.stock_location_id


def test_a_sender_does_not_cancel_what_nobody_dispatches_any_more() -> None:
    transfer = a_transfer_order()
    Package.objects.filter(pk=transfer.package_id).update(state=a_state(4, "600"))
    assert cancel(a_caller(locations=[transfer.source]), transfer.order).status_code == 403
