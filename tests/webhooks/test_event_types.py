"""Whatever the code can tell of can be listened to, by its own name and by the general one."""

import pytest

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
from tests.factories import a_caller

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
