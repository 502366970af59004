"""What each command does to everything around a transfer order, and that a refused one does nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from aktar.accounts.models import User
from aktar.orders.models import OrderItem, Package, PackageItem
from aktar.places.rules import EVERYWHERE
from aktar.transfers.actions import run_command
from aktar.transfers.models import TransferItem, TransferOrder, TransferShipment
from aktar.transfers.rules import CommandParameters
from aktar.webhooks.models import Event, WebhookEvent
from aktar.workflow.models import Command, State, TransitionLog
from aktar.workflow.rules import WorkflowFault
from tests.factories import (
    NOW,
    a_caller,
    a_carrier,
    a_package,
    a_state,
    a_transfer_order,
    a_user,
    a_webhook,
    a_workflow,
)

pytestmark = pytest.mark.django_db

ORDERS = "/api/v1/oms/transfer_orders/"
READY, ADVANCE, RENEW, DISPATCH, DELIVER = 100, 298, 694, 101, 102
CANCEL_READY, CANCEL_IN_TRANSIT, CANCEL_WAITING = 103, 104, 105
ROWS = (
    TransferOrder,
    TransferItem,
    TransferShipment,
    Package,
    PackageItem,
    OrderItem,
    TransitionLog,
    Event,
    WebhookEvent,
)


@pytest.fixture(autouse=True)
def _workflow(db: None) -> None:
    a_workflow()
    a_carrier()


@pytest.fixture
def user() -> User:
    return a_user("depo", email="depo@example.com")


@pytest.fixture
def caller(user: User) -> Client:
    return a_caller(user)


def run(caller: Client, order: TransferOrder, transition: int, **parameters: Any) -> Any:
    """The answer to a command that is asked for by its id."""
    body = {"transition": transition, "input_parameters": parameters}
    return caller.post(f"{ORDERS}{order.pk}/command/", body, "application/json")


def done(caller: Client, order: TransferOrder, *transitions: int) -> None:
    """Commands that succeed, one after the other."""
    for transition in transitions:
        answer = run(caller, order, transition, **({"cargo_company": "1"} if transition == ADVANCE else {}))
        assert answer.status_code in (200, 204), answer.content


def states(order: TransferOrder) -> dict[str, Any]:
    """The enum value of the order, its items, their package items and order items, and the package."""
    order = TransferOrder.objects.get(pk=order.pk)
    items = TransferItem.objects.filter(transfer_order=order)
    return {
        "order": order.state.enum_value,
        "items": {item.state.enum_value for item in items},
        "package items": {item.package_item.state.enum_value for item in items},
        "order items": {item.package_item.order_item.state.enum_value for item in items},
        "package": order.package.state.enum_value,
    }


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row that a command could touch."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in ROWS}


def test_a_new_transfer_order_waits_and_its_package_waits_for_it() -> None:
    order = a_transfer_order(items=2)
    assert states(order) == {
        "order": "waiting",
        "items": {"waiting"},
        "package items": {"150"},
        "order items": {"400"},
        "package": "150",
    }


EFFECTS: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "ready": ((READY,), {"order": "ready_to_shipment", "items": {"ready_to_shipment"}}),
    "ready in advance": ((ADVANCE,), {"order": "ready_to_shipment", "items": {"ready_to_shipment"}}),
    "dispatch": ((READY, DISPATCH), {"order": "in_transit", "items": {"in_transit"}}),
    "deliver": (
        (READY, DISPATCH, DELIVER),
        {"order": "transferred", "items": {"transferred"}, "package items": {"100"}, "package": "100"},
    ),
    "renew": (
        (RENEW,),
        {"order": "cancelled", "items": {"cancelled"}, "package items": {"920"}, "package": "920"},
    ),
    "cancel from waiting": (
        (CANCEL_WAITING,),
        {"order": "cancelled", "items": {"cancelled"}, "package items": {"920"}, "package": "920"},
    ),
    "cancel from ready": (
        (READY, CANCEL_READY),
        {"order": "cancelled", "items": {"cancelled"}, "package items": {"920"}, "package": "920"},
    ),
    "cancel from in transit": (
        (READY, DISPATCH, CANCEL_IN_TRANSIT),
        {"order": "cancelled", "items": {"cancelled"}, "package items": {"920"}, "package": "920"},
    ),
}


@pytest.mark.parametrize("name", EFFECTS)
def test_a_command_moves_the_order_its_items_and_what_waits_for_them(caller: Client, name: str) -> None:
    transitions, moved = EFFECTS[name]
    order = a_transfer_order(items=2)
    other = a_transfer_order(items=2)
    untouched = states(other)

    done(caller, order, *transitions)

    stays = {"package items": {"150"}, "order items": {"400"}, "package": "150"}
    assert states(order) == stays | moved
    assert states(other) == untouched
    assert TransferOrder.objects.get(pk=order.pk).version == 1 + len(transitions)
    assert TransferOrder.objects.get(pk=other.pk).version == 1


def test_every_command_of_the_workflow_is_tried_here() -> None:
    tried = {transition for transitions, _ in EFFECTS.values() for transition in transitions}
    assert tried == set(Command.objects.values_list("pk", flat=True))


def test_a_package_waits_for_the_last_of_its_transfers(caller: Client) -> None:
    package = a_package(items=2)
    first, second = a_transfer_order(package=package), a_transfer_order(package=package)
    done(caller, first, READY, DISPATCH, DELIVER)
    assert states(first)["package items"] == {"100"}
    assert states(second)["package items"] == {"150"}
    assert states(first)["package"] == "150"

    done(caller, second, READY, DISPATCH, DELIVER)
    assert states(second)["package"] == "100"


def test_a_package_that_lacks_something_stays_so_when_the_rest_arrives(caller: Client) -> None:
    package = a_package(items=2)
    lost, found = a_transfer_order(package=package), a_transfer_order(package=package)
    done(caller, lost, RENEW)
    done(caller, found, READY, DISPATCH, DELIVER)
    assert states(lost)["package items"] == {"920"}
    assert states(found)["package items"] == {"100"}
    assert states(found)["package"] == "920"


@pytest.mark.parametrize("closed", ["500", "600"])
def test_a_closed_package_is_no_longer_moved(caller: Client, closed: str) -> None:
    order = a_transfer_order()
    Package.objects.filter(pk=order.package_id).update(state=a_state(4, closed))
    done(caller, order, CANCEL_WAITING)
    assert states(order)["package"] == closed
    assert not Event.objects.filter(type="package.status.contains_out_of_stock_products").exists()


# -- The document's own bodies ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b'{"transition": 100, "input_parameters": {"cargo_company": "1"}}',
        b'{"slug": "transferorder__ready_to_ship_transfer_order__waiting__ready-for-shipping", '
        b'"input_parameters": {"cargo_company": "1"}}',
    ],
)
def test_the_documents_commands_work_word_for_word(caller: Client, body: bytes) -> None:
    order = a_transfer_order()
    answer = caller.post(f"{ORDERS}{order.pk}/command/", body, "application/json")
    assert (answer.status_code, answer.content) == (204, b"")
    assert states(order)["order"] == "ready_to_shipment"
    # Command 100 is configured not to make a shipment; whom it named is in the log.
    assert not TransferShipment.objects.exists()
    log = TransitionLog.objects.get(content_type=6)
    assert log.attributes["command"]["cargo_company"] == "1"


@pytest.mark.parametrize(
    ("action", "body", "field", "value"),
    [
        ("set_invoice_number", b'{"invoice_number": "123-XYZ-ABC"}', "invoice_number", "123-XYZ-ABC"),
        ("set_remote_id", b'{"remote_id": "123"}', "remote_id", "123"),
    ],
)
def test_the_documents_numbers_are_set_word_for_word(
    caller: Client, action: str, body: bytes, field: str, value: str
) -> None:
    order = a_transfer_order()
    events = Event.objects.count()

    answer = caller.post(f"{ORDERS}{order.pk}/{action}/", body, "application/json")

    assert (answer.status_code, answer.content) == (204, b"")
    stored = TransferOrder.objects.get(pk=order.pk)
    assert getattr(stored, field) == value
    assert stored.version == order.version + 1
    assert stored.modified_date > order.modified_date
    for path in (f"{ORDERS}{order.pk}/", f"{ORDERS}list-simple/", ORDERS):
        told = caller.get(path).json()
        assert told.get("results", [told])[0][field] == value
    assert Event.objects.count() == events
    assert states(order)["order"] == "waiting"


# -- The shipment -----------------------------------------------------------------------------------------


def test_ready_in_advance_records_who_carries_the_goods_and_under_which_number(caller: Client) -> None:
    order = a_transfer_order()
    answer = run(
        caller,
        order,
        ADVANCE,
        cargo_company=1,
        awb_number="AWB-77",
        tracking_url="https://cargo.example.com/AWB-77",
    )
    assert answer.status_code == 204

    shipment = caller.get(f"{ORDERS}{order.pk}/").json()["transfer_shipment"]
    assert list(shipment) == [
        "id",
        "created_date",
        "modified_date",
        "state",
        "cargo_company",
        "awb_number",
        "tracking_url",
    ]
    assert shipment["cargo_company"] == {
        "pk": 1,
        "name": "Kargo",
        "erp_code": None,
        "shipping_company": "custom",
    }
    assert (shipment["awb_number"], shipment["tracking_url"]) == (
        "AWB-77",
        "https://cargo.example.com/AWB-77",
    )
    assert shipment["state"]["enum_value"] == "created"
    assert caller.get(ORDERS).json()["results"][0]["transfer_shipment"] == shipment


def test_the_shipment_follows_the_transfer_order(caller: Client) -> None:
    sent, stopped = a_transfer_order(), a_transfer_order()
    found = []
    for order, transition in (
        (sent, ADVANCE),
        (sent, DISPATCH),
        (sent, DELIVER),
        (stopped, ADVANCE),
        (stopped, CANCEL_READY),
    ):
        done(caller, order, transition)
        found.append(TransferShipment.objects.get(transfer_order=order).state.enum_value)
    assert found == ["created", "in_transit", "delivered", "created", "cancelled"]


# -- Renewing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en-us", "No other source was left; the goods are out of stock.")],
)
def test_renewing_without_another_source_says_so(caller: Client, language: str, sentence: str) -> None:
    order = a_transfer_order()
    answer = caller.post(
        f"{ORDERS}{order.pk}/command/",
        {"slug": "renew_transfer", "input_parameters": {}},
        "application/json",
        headers={"Accept-Language": language},
    )
    assert (answer.status_code, answer.json()) == (200, {"transfer_order": None, "detail": sentence})
    assert TransferOrder.objects.count() == 1


# -- The log ----------------------------------------------------------------------------------------------


def test_a_command_is_logged_with_who_what_and_when(caller: Client, user: User) -> None:
    order = a_transfer_order()
    start = datetime.now(UTC)
    run(
        caller, order, READY, cargo_company="1", remote_user_pk="288", remote_user_mail="a@example.com", x=[1]
    )

    log = TransitionLog.objects.get(content_type=6)

    assert (log.old_state.enum_value, log.new_state.enum_value) == ("waiting", "ready_to_shipment")
    assert (log.object_id, log.user) == (order.pk, user)
    assert start <= log.created_date <= datetime.now(UTC)
    assert log.attributes == {
        "command": {
            "cargo_company": "1",
            "remote_user_pk": "288",
            "remote_user_mail": "a@example.com",
            "x": [1],
            "slug": "transferorder__ready_to_ship_transfer_order__waiting__ready-for-shipping",
            "transition_id": READY,
        }
    }
    told = caller.get(f"{ORDERS}{order.pk}/transition_logs/{log.pk}/").json()
    assert told["attributes"] == log.attributes
    assert told["user"] == {
        "pk": user.pk,
        "first_name": "",
        "last_name": "",
        "email": "depo@example.com",
        "username": "depo",
    }


def test_no_parameter_can_pretend_to_be_another_command(caller: Client) -> None:
    order = a_transfer_order()
    run(caller, order, READY, slug="renew_transfer", transition_id=694)
    logged = TransitionLog.objects.get(content_type=6).attributes["command"]
    assert (logged["slug"], logged["transition_id"]) == (Command.objects.get(pk=READY).slug, READY)


def test_the_log_replays_to_the_state(caller: Client) -> None:
    order = a_transfer_order()
    done(caller, order, READY, DISPATCH, DELIVER)
    logs = list(TransitionLog.objects.filter(content_type=6).order_by("id"))
    state = a_state(6, "waiting").pk
    for log in logs:
        assert log.old_state_id == state
        state = log.new_state_id
    assert state == TransferOrder.objects.get(pk=order.pk).state_id
    assert len(logs) == 3


def test_a_package_that_moves_is_logged_with_the_same_command(caller: Client, user: User) -> None:
    order = a_transfer_order()
    run(caller, order, RENEW, remote_user_pk="288")
    made, missed = TransitionLog.objects.filter(content_type=4).order_by("id")
    assert (made.old_state.enum_value, made.new_state.enum_value) == ("100", "150")
    assert made.attributes == {"transfer_order": order.pk}
    assert (missed.old_state.enum_value, missed.new_state.enum_value) == ("150", "920")
    assert missed.user == user
    assert missed.attributes == TransitionLog.objects.get(content_type=6).attributes


# -- What is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize("transition", [DISPATCH, DELIVER, CANCEL_READY, CANCEL_IN_TRANSIT])
def test_a_command_from_another_state_is_refused_and_changes_nothing(caller: Client, transition: int) -> None:
    order = a_transfer_order()
    before = everything()

    answer = run(caller, order, transition)

    assert answer.status_code == 409
    told = answer.json()
    assert told["state"] == {"id": 73, "name": "Waiting", "enum_value": "waiting"}
    # What may be run is more than what is shown: cancelling from waiting is offered to nobody, but allowed.
    assert [command["id"] for command in told["allowed"]] == [RENEW, ADVANCE, CANCEL_WAITING, READY]
    assert everything() == before


@pytest.mark.parametrize("last", [(READY, DISPATCH, DELIVER), (RENEW,)])
def test_nothing_leaves_a_last_state(caller: Client, last: tuple[int, ...]) -> None:
    order = a_transfer_order()
    done(caller, order, *last)
    assert caller.get(f"{ORDERS}{order.pk}/").json()["commands"] == []
    before = everything()
    for transition in Command.objects.values_list("pk", flat=True):
        parameters = {"cargo_company": 1} if transition == ADVANCE else {}
        answer = run(caller, order, transition, **parameters)
        assert (answer.status_code, answer.json()["allowed"]) == (409, [])
    assert everything() == before


@pytest.mark.parametrize(
    ("transition", "parameters"),
    [
        (READY, {"cargo_company": "999"}),
        (ADVANCE, {"cargo_company": "999", "awb_number": "A"}),
        (ADVANCE, {}),
    ],
)
def test_an_unknown_or_missing_cargo_company_undoes_everything(
    caller: Client, transition: int, parameters: dict[str, Any]
) -> None:
    order = a_transfer_order()
    a_webhook()
    before = everything()

    answer = run(caller, order, transition, **parameters)

    assert (answer.status_code, list(answer.json())) == (400, ["input_parameters"])
    assert list(answer.json()["input_parameters"]) == ["cargo_company"]
    assert everything() == before


def test_an_effect_that_fails_half_way_undoes_what_it_did() -> None:
    order = a_transfer_order()
    a_webhook()
    # By the time it is missed, the transfer order's items are already cancelled.
    State.objects.filter(content_type=5, enum_value="920").delete()
    before = everything()

    with pytest.raises(WorkflowFault):
        run_command(
            order.pk,
            slug="renew_transfer",
            parameters=CommandParameters(),
            by=None,
            reach=EVERYWHERE,
            now=NOW,
        )

    assert everything() == before


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"transition": 1}, "transition"),
        ({"transition": None, "slug": "no_such"}, "slug"),
        ({"slug": "renew_transfer"}, "slug"),
        ({"transition": None}, "non_field_errors"),
        ({"input_parameters": None}, "input_parameters"),
        ({"package": 987654321}, "package"),
        ({"transfer": 987654321}, "transfer"),
    ],
)
def test_a_body_that_means_no_one_command_is_a_400_and_changes_nothing(
    caller: Client, more: dict[str, Any], field: str
) -> None:
    order = a_transfer_order()
    before = everything()
    body = {"transition": READY, "input_parameters": {}} | more

    answer = caller.post(
        f"{ORDERS}{order.pk}/command/",
        {key: value for key, value in body.items() if value is not None},
        "application/json",
    )

    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert everything() == before


def test_the_ids_that_other_clients_send_along_are_taken_when_they_agree(caller: Client) -> None:
    order = a_transfer_order()
    body = {
        "transition": READY,
        "slug": Command.objects.get(pk=READY).slug,
        "transfer": order.pk,
        "package": order.package_id,
        "input_parameters": {},
    }
    answer = caller.post(f"{ORDERS}{order.pk}/command/", body, "application/json")
    assert answer.status_code == 204


def test_a_command_that_is_not_shown_can_be_run(caller: Client) -> None:
    order = a_transfer_order()
    shown = caller.get(f"{ORDERS}{order.pk}/").json()["commands"]
    assert [command["id"] for command in shown] == [RENEW, ADVANCE, READY]
    assert run(caller, order, CANCEL_WAITING).status_code == 204
