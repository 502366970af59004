"""A command is taken as the contract's document writes it, and so are the two outside numbers."""

import pytest
from django.test import Client

from aktar.transfers.models import TransferOrder, TransferShipment
from aktar.webhooks.models import Event
from aktar.workflow.models import Command, TransitionLog
from tests.factories import a_transfer_order
from tests.transfers.running import ADVANCE, CANCEL_WAITING, ORDERS, READY, RENEW, run, states

pytestmark = pytest.mark.django_db


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
