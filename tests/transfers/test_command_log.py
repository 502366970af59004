"""Every command is logged, with who ran it and what was given."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from aktar.accounts.models import User
from aktar.transfers.models import TransferOrder
from aktar.workflow.models import Command, TransitionLog
from tests.factories import a_state, a_transfer_order
from tests.transfers.running import DELIVER, DISPATCH, ORDERS, READY, RENEW, done, run

pytestmark = pytest.mark.django_db


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
