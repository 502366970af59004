"""Who belongs to either end of a transfer order sees it and may work on it; to others it is not there."""

from collections.abc import Callable, Iterable

import pytest
from django.test import Client

from aktar.accounts.models import Reach
from aktar.places.actions import assign_user
from aktar.places.models import StockLocation
from aktar.transfers.models import TransferOrder
from aktar.webhooks.models import WebhookEvent
from aktar.workflow.models import TransitionLog
from tests.factories import a_caller, a_location, a_transfer_order, a_user, a_webhook

pytestmark = pytest.mark.django_db

ORDERS = "/api/v1/oms/transfer_orders/"


def member(*locations: StockLocation) -> Client:
    """A person who works at these locations, with a token of their own."""
    user = a_user()
    assign_user(user, erp_codes=[location.erp_code for location in locations])
    return a_caller(user, reach=Reach.USER)


def bound(*locations: StockLocation) -> Client:
    """An application whose token is bound to these locations."""
    return a_caller(locations=list(locations))


def superuser() -> Client:
    return a_caller(a_user(is_admin=True), reach=Reach.USER)


@pytest.fixture
def order() -> TransferOrder:
    """A transfer order with a log and a webhook event."""
    a_webhook("transfer.status.created")
    order = a_transfer_order()
    TransitionLog.objects.create(
        old_state_id=73,
        new_state_id=73,
        created_date=order.created_date,
        object_id=order.pk,
        content_type=6,
    )
    return order


def reads(order: TransferOrder) -> Iterable[str]:
    """Every address that reads something of a transfer order."""
    log = TransitionLog.objects.get(content_type=6, object_id=order.pk)
    of_package = TransitionLog.objects.get(content_type=4, object_id=order.package_id)
    event = WebhookEvent.objects.get(content_type=6, object_id=order.pk)
    own = f"{ORDERS}{order.pk}/"
    return (
        own,
        f"{own}transition_logs/",
        f"{own}transition_logs/short/",
        f"{own}transition_logs/{log.pk}/",
        f"/api/v1/oms/packages/{order.pk}/transition_logs/{log.pk}/",
        f"/api/v1/oms/packages/{order.package_id}/transition_logs/{of_package.pk}/",
        f"{own}webhook_events/",
        f"{own}webhook_events/short/",
        f"{own}webhook_events/{event.pk}/",
    )


WRITES = {
    "set_invoice_number": {"invoice_number": "F-1"},
    "set_remote_id": {"remote_id": "9"},
    "command": {"transition": 100, "input_parameters": {}},
}

SEES: dict[str, Callable[[TransferOrder], Client]] = {
    "bound to the source": lambda order: bound(order.source),
    "bound to the destination": lambda order: bound(order.destination),
    "bound to both and more": lambda order: bound(order.source, order.destination, a_location()),
    "a member of the source": lambda order: member(order.source),
    "a member of the destination": lambda order: member(a_location(), order.destination),
    "a superuser": lambda _order: superuser(),
    "a token for all locations": lambda _order: a_caller(),
}
SEES_NOT: dict[str, Callable[[TransferOrder], Client]] = {
    "bound elsewhere": lambda _order: bound(a_location()),
    "a member elsewhere": lambda _order: member(a_location()),
    "a member of nothing": lambda _order: a_caller(reach=Reach.USER),
    "bound elsewhere, though the user is a member": lambda order: _narrowed(order, is_admin=False),
    "bound elsewhere, though the user is a superuser": lambda order: _narrowed(order, is_admin=True),
}


def _narrowed(order: TransferOrder, *, is_admin: bool) -> Client:
    """A token that opens another location than those its user works at."""
    user = a_user(is_admin=is_admin)
    assign_user(user, erp_codes=[order.source.erp_code])
    return a_caller(user, locations=[a_location()])


@pytest.mark.parametrize("who", SEES)
def test_those_at_either_end_see_everything_and_may_work(order: TransferOrder, who: str) -> None:
    caller = SEES[who](order)
    for path in (ORDERS, f"{ORDERS}list-simple/"):
        answer = caller.get(path).json()
        assert (answer["count"], [result["id"] for result in answer["results"]]) == (1, [order.pk])
    for path in reads(order):
        assert caller.get(path).status_code == 200, path
    for action, body in WRITES.items():
        answer = caller.post(f"{ORDERS}{order.pk}/{action}/", body, "application/json")
        assert answer.status_code == 204, action


@pytest.mark.parametrize("who", SEES_NOT)
def test_to_everybody_else_it_is_not_there(order: TransferOrder, who: str) -> None:
    caller = SEES_NOT[who](order)
    for path in (ORDERS, f"{ORDERS}list-simple/"):
        assert caller.get(path).json() == {"count": 0, "next": None, "previous": None, "results": []}
    before = TransferOrder.objects.values().get(pk=order.pk)
    for path in reads(order):
        assert caller.get(path).status_code == 404, path
    for action, body in WRITES.items():
        answer = caller.post(f"{ORDERS}{order.pk}/{action}/", body, "application/json")
        assert answer.status_code == 404, action
    assert TransferOrder.objects.values().get(pk=order.pk) == before


def test_what_is_hidden_is_answered_as_what_does_not_exist(order: TransferOrder) -> None:
    caller = bound(a_location())
    for path in reads(order):
        absent = path.replace(f"/{order.pk}/", "/987654321/", 1)
        assert caller.get(path).json() == caller.get(absent).json(), path
    for action, body in WRITES.items():
        hidden, missing = (
            caller.post(f"{ORDERS}{pk}/{action}/", body, "application/json") for pk in (order.pk, 987654321)
        )
        assert (hidden.status_code, hidden.json()) == (missing.status_code, missing.json())


@pytest.mark.parametrize("make", [bound, member])
def test_each_sees_the_transfers_of_their_own_locations_only(
    order: TransferOrder, make: Callable[..., Client]
) -> None:
    other = a_transfer_order(source=order.source)
    elsewhere = a_transfer_order()
    for locations, expected in (
        ([order.source], [other.pk, order.pk]),
        ([order.destination], [order.pk]),
        ([order.destination, elsewhere.source], [elsewhere.pk, order.pk]),
    ):
        assert [found["id"] for found in make(*locations).get(ORDERS).json()["results"]] == expected


def test_a_log_or_an_event_of_another_order_is_not_there(order: TransferOrder) -> None:
    other, caller = a_transfer_order(), a_caller()
    log = TransitionLog.objects.get(content_type=6, object_id=order.pk)
    of_package = TransitionLog.objects.get(content_type=4, object_id=order.package_id)
    event = WebhookEvent.objects.get(content_type=6, object_id=order.pk)
    for path in (
        f"{ORDERS}{other.pk}/transition_logs/{log.pk}/",
        f"/api/v1/oms/packages/{other.pk}/transition_logs/{log.pk}/",
        f"/api/v1/oms/packages/{other.package_id}/transition_logs/{of_package.pk}/",
        f"{ORDERS}{other.pk}/webhook_events/{event.pk}/",
        # A package's log is not one of a transfer order, whatever the ids.
        f"{ORDERS}{order.package_id}/transition_logs/{of_package.pk}/",
    ):
        assert caller.get(path).status_code == 404, path


def test_a_packages_log_is_seen_from_where_the_package_is_dispatched_and_by_its_transfers(
    order: TransferOrder,
) -> None:
    log = TransitionLog.objects.get(content_type=4, object_id=order.package_id)
    path = f"/api/v1/oms/packages/{order.package_id}/transition_logs/{log.pk}/"
    for location, status in ((order.source, 200), (order.destination, 200), (a_location(), 404)):
        answer = bound(location).get(path)
        assert answer.status_code == status
    assert a_caller().get(path).json()["content_type"] == 4
