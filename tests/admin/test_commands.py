"""Commands are buttons on the page of a transfer order, and run as they do from the API."""

from urllib.parse import urlsplit

from django.contrib.auth.models import Permission
from django.test import Client

from aktar.accounts.models import User
from aktar.transfers.models import CargoCompany, TransferOrder, TransferShipment
from aktar.webhooks.models import Event
from aktar.workflow.models import TransitionLog
from tests.admin.conftest import logged_in
from tests.admin.rows import address
from tests.factories import a_transfer_order, a_user

READY, ADVANCE, RENEW, DISPATCH, CANCEL_WAITING = 100, 298, 694, 101, 105


def _run(order: TransferOrder, command: int) -> str:
    return f"/admin/transfers/transferorder/{order.pk}/run/{command}/"


def _page(client: Client, order: TransferOrder) -> str:
    return client.get(address(TransferOrder, "change", order.pk)).content.decode()


def _a_boss(order: TransferOrder) -> User:
    """Staff of the source who may run commands."""
    staff = a_user("sef")
    staff.is_staff = True
    staff.save()
    staff.memberships.create(stock_location=order.source)
    for codename in ("view_transferorder", "change_transferorder"):
        staff.user_permissions.add(Permission.objects.get(codename=codename))
    return staff


def _value(order: TransferOrder) -> str:
    return TransferOrder.objects.get(pk=order.pk).state.enum_value


def test_the_page_offers_what_may_be_run_now_and_is_shown() -> None:
    order = a_transfer_order()
    page = _page(logged_in(_a_boss(order)), order)
    for command in (READY, ADVANCE, RENEW):
        assert _run(order, command) in page
    # One leaves another state, the other is shown nowhere.
    for command in (DISPATCH, CANCEL_WAITING):
        assert _run(order, command) not in page


def test_a_superuser_is_offered_what_is_shown_nowhere_too(desk: Client) -> None:
    order = a_transfer_order()
    page = _page(desk, order)
    assert _run(order, CANCEL_WAITING) in page
    assert _run(order, DISPATCH) not in page
    desk.post(_run(order, CANCEL_WAITING))
    assert _value(order) == "cancelled"


def test_a_button_runs_its_command_and_the_log_names_who_pressed_it(desk: Client, admin_user: User) -> None:
    order = a_transfer_order()
    asked = desk.get(_run(order, READY))
    assert asked.status_code == 200
    assert _value(order) == "waiting"
    carrier = CargoCompany.objects.get(pk=1)
    answer = desk.post(_run(order, READY), {"cargo_company": carrier.pk, "awb_number": "AWB-7"})
    assert urlsplit(answer.url).path == address(TransferOrder, "change", order.pk)
    assert _value(order) == "ready_to_shipment"
    desk.post(_run(order, DISPATCH))
    assert _value(order) == "in_transit"
    logs = TransitionLog.objects.filter(content_type=6, object_id=order.pk).order_by("id")
    assert [log.user for log in logs] == [admin_user, admin_user]
    assert logs[0].attributes["command"] == {
        "cargo_company": "1",
        "awb_number": "AWB-7",
        "slug": "transferorder__ready_to_ship_transfer_order__waiting__ready-for-shipping",
        "transition_id": READY,
    }
    assert Event.objects.filter(type="transfer.status.in_transit", object_id=order.pk).exists()
    assert admin_user.username in _page(desk, order)


def test_a_command_that_needs_a_carrier_asks_until_it_is_named(desk: Client) -> None:
    order = a_transfer_order()
    for body in ({}, {"cargo_company": "999"}, {"cargo_company": str(2**70)}, {"cargo_company": "x\x00"}):
        answer = desk.post(_run(order, ADVANCE), body)
        assert answer.status_code == 200
        assert answer.context["form"].errors["cargo_company"]
    refused = desk.post(
        _run(order, ADVANCE),
        {"cargo_company": "1", "awb_number": "a" * 101, "tracking_url": "javascript:alert(1)"},
    )
    assert set(refused.context["form"].errors) == {"awb_number", "tracking_url"}
    assert _value(order) == "waiting"
    desk.post(_run(order, ADVANCE), {"cargo_company": "1", "tracking_url": "https://kargo.example.com/7"})
    assert TransferShipment.objects.get(transfer_order=order).tracking_url == "https://kargo.example.com/7"


def test_looking_at_a_command_runs_nothing(desk: Client) -> None:
    order = a_transfer_order()
    assert desk.get(_run(order, RENEW)).status_code == 302
    assert _value(order) == "waiting"


def test_a_refusal_is_said_and_changes_nothing(desk: Client) -> None:
    order = a_transfer_order()
    page = desk.post(_run(order, DISPATCH), follow=True).content.decode()
    assert "cannot be run: the present state is Waiting." in page
    assert _value(order) == "waiting"
    assert not TransitionLog.objects.filter(object_id=order.pk, content_type=6).exists()


def test_a_button_pressed_without_the_page_is_refused(admin_user: User) -> None:
    order = a_transfer_order()
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.post(_run(order, RENEW)).status_code == 403
    assert _value(order) == "waiting"


def test_a_command_that_is_none_is_not_there(desk: Client) -> None:
    order = a_transfer_order()
    assert desk.post(_run(order, 999_999)).status_code == 404
    desk.post(f"/admin/transfers/transferorder/{order.pk}/run/{2**70}/")
    assert _value(order) == "waiting"


def test_an_order_that_is_none_is_refused_in_words(desk: Client) -> None:
    answer = desk.post("/admin/transfers/transferorder/999999/run/694/", follow=True)
    assert "There is no such transfer order." in answer.content.decode()


def test_staff_without_the_right_see_no_buttons_and_run_nothing() -> None:
    order = a_transfer_order()
    staff = a_user("izleyen")
    staff.is_staff = True
    staff.save()
    staff.memberships.create(stock_location=order.source)
    staff.user_permissions.add(Permission.objects.get(codename="view_transferorder"))
    client = logged_in(staff)
    assert _run(order, RENEW) not in _page(client, order)
    assert client.post(_run(order, RENEW)).status_code == 403
    assert _value(order) == "waiting"


def test_staff_run_commands_at_their_locations_only() -> None:
    mine, other = a_transfer_order(), a_transfer_order()
    client = logged_in(_a_boss(mine))
    client.post(_run(mine, RENEW))
    client.post(_run(other, RENEW))
    assert (_value(mine), _value(other)) == ("cancelled", "waiting")
