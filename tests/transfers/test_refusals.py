"""A command that is refused, or that fails half way, has changed nothing."""

from typing import Any

import pytest
from django.test import Client

from aktar.places.rules import EVERYWHERE
from aktar.transfers.actions import run_command
from aktar.transfers.rules import CommandParameters
from aktar.workflow.models import Command, State
from aktar.workflow.rules import WorkflowFault
from tests.factories import NOW, a_transfer_order, a_webhook
from tests.transfers.running import (
    ADVANCE,
    CANCEL_IN_TRANSIT,
    CANCEL_READY,
    CANCEL_WAITING,
    DELIVER,
    DISPATCH,
    ORDERS,
    READY,
    RENEW,
    done,
    everything,
    run,
)

pytestmark = pytest.mark.django_db


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
    for transition in Command.objects.filter(source_state__content_type=6).values_list("pk", flat=True):
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
