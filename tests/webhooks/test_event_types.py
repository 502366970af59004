"""Whatever the code can tell of can be listened to, by its own name and by the general one."""

import pytest
from django.test import Client

from aktar.edge.content_types import ContentType
from aktar.orders.rules import (
    ORDER_AT_RISK,
    ORDER_CANCELLED,
    PACKAGE_CREATED,
    PACKAGE_EVENTS,
    PACKAGE_TRANSITIONED,
)
from aktar.places.rules import LOCATION_CREATED, LOCATION_UPDATED
from aktar.transfers.rules import (
    CREATED_EVENT,
    SHIPMENT_EVENTS,
    TRANSITIONED_EVENT,
    TransferStatus,
    transfer_event,
)
from aktar.webhooks.rules.event_types import EVENT_TYPES, NO_TRANSITIONS, TEST_EVENT
from aktar.workflow.models import Command, State
from tests.factories import a_caller, a_user, a_workflow

MOVES = {transfer_event(status) for status in TransferStatus} - {transfer_event(TransferStatus.WAITING)}
TOLD = {
    ContentType.TRANSFER_ORDER: {CREATED_EVENT, TRANSITIONED_EVENT, *MOVES},
    ContentType.ORDER: {ORDER_AT_RISK, ORDER_CANCELLED},
    ContentType.PACKAGE: {PACKAGE_CREATED, PACKAGE_TRANSITIONED, *PACKAGE_EVENTS.values()},
    ContentType.SHIPMENT: set(SHIPMENT_EVENTS.values()),
    ContentType.STOCK_LOCATION: {LOCATION_CREATED, LOCATION_UPDATED},
}


def test_the_registry_holds_what_the_code_tells_and_nothing_else() -> None:
    listed = {
        kind: {name for name, known in EVENT_TYPES.items() if known.content_type is kind} for kind in TOLD
    }
    assert listed == TOLD
    assert sum(map(len, TOLD.values())) == len(EVENT_TYPES)
    assert EVENT_TYPES.keys() >= NO_TRANSITIONS
    assert TEST_EVENT not in EVENT_TYPES


@pytest.mark.django_db
def test_the_registry_says_what_a_general_name_stands_for() -> None:
    told = a_caller().get("/whisperer/hooks/registry/").json()
    names = {each["name"]: each for each in told["event_types"]}
    assert list(names) == list(EVENT_TYPES)
    assert set(names[TRANSITIONED_EVENT]["stands_for"]) == MOVES
    assert set(names[PACKAGE_TRANSITIONED]["stands_for"]) == set(PACKAGE_EVENTS.values())
    assert names[CREATED_EVENT] == {"name": CREATED_EVENT, "content_type": 6, "stands_for": []}
    assert told["callbacks"] == ["log_answer"]


@pytest.mark.django_db
def test_a_state_that_an_operator_adds_can_be_listened_to_by_its_name() -> None:
    a_workflow()
    name, user = transfer_event("weighed"), a_user(is_admin=True)
    caller, desk = a_caller(user), Client()
    desk.force_login(user)
    wish = {"target_url": "https://erp.example.com/in", "event_type": name}
    form = wish | {
        "user": str(user.pk),
        "retry_countdown_config": '{"choice": "fixed", "kwargs": {"seconds": 60}}',
        "additional_headers": "{}",
        "config": "{}",
    }
    refused = caller.post("/whisperer/hooks/", wish, "application/json")
    assert (refused.status_code, list(refused.json())) == (400, ["event_type"])
    assert desk.post("/admin/webhooks/webhook/add/", form).status_code == 200
    weighed = State.objects.get(pk=78)
    weighed.pk, weighed.enum_value = 780, "weighed"
    weighed.save(force_insert=True)
    Command.objects.filter(pk=101).update(destination_state=weighed)
    told = caller.get("/whisperer/hooks/registry/").json()["event_types"]
    names = {each["name"]: each for each in told}
    assert names[name] == {"name": name, "content_type": 6, "stands_for": []}
    assert name in names[TRANSITIONED_EVENT]["stands_for"]
    assert caller.post("/whisperer/hooks/", wish, "application/json").status_code == 201
    form["target_url"] = "https://erp.example.com/another"
    assert desk.post("/admin/webhooks/webhook/add/", form).status_code == 302
    nonsense = caller.post(
        "/whisperer/hooks/", wish | {"event_type": "transfer.status.nonsense"}, "application/json"
    )
    assert name in nonsense.json()["event_type"][0]
