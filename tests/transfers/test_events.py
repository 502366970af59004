"""One change is one Event with the order as the list tells it, and one WebhookEvent for each who listens."""

import json
from typing import Any

import pytest
from django.test import Client

from aktar.transfers.models import TransferOrder
from aktar.webhooks.models import Event, WebhookEvent
from tests.factories import a_transfer_order, a_user, a_webhook

pytestmark = pytest.mark.django_db

ORDERS = "/api/v1/oms/transfer_orders/"
LIFE = (
    (298, "transfer.status.ready_to_shipment"),
    (101, "transfer.status.in_transit"),
    (102, "transfer.status.transferred"),
)


def done(caller: Client, order: TransferOrder, transition: int) -> None:
    body = {"transition": transition, "input_parameters": {"cargo_company": "1"}}
    # A caller who reads Turkish changes nothing in what the webhooks are told.
    answer = caller.post(
        f"{ORDERS}{order.pk}/command/", body, "application/json", headers={"Accept-Language": "tr"}
    )
    assert answer.status_code in (200, 204), answer.content


def listed(caller: Client, language: str) -> dict[str, Any]:
    """The one transfer order as the list tells it, less its own two dates."""
    [result] = caller.get(ORDERS, headers={"Accept-Language": language}).json()["results"]
    del result["created_date"], result["modified_date"]
    found: dict[str, Any] = result
    return found


def last_event(order: TransferOrder) -> Event:
    return Event.objects.filter(content_type=6, object_id=order.pk).latest("sequence")


def assert_in_document_order(value: Any) -> None:
    """Keys by length in UTF-8 and then by code point, at every level."""
    if isinstance(value, dict):
        assert list(value) == sorted(value, key=lambda key: (len(key.encode()), key))
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        assert_in_document_order(part)


def test_every_change_is_told_as_the_list_told_it_right_after(caller: Client) -> None:
    order = a_transfer_order(items=2)
    payloads = []
    for sequence, (transition, event_type) in enumerate(((None, "transfer.status.created"), *LIFE), start=1):
        if transition is not None:
            done(caller, order, transition)
        event = last_event(order)
        assert (event.type, event.sequence) == (event_type, sequence)
        payload = json.loads(event.payload)
        assert payload == listed(caller, "en-us")
        assert payload != listed(caller, "tr-tr")
        assert_in_document_order(payload)
        payloads.append(event.payload)
    # What was frozen stays as it was.
    stored = Event.objects.filter(content_type=6).order_by("sequence").values_list("payload", flat=True)
    assert list(stored) == payloads


@pytest.mark.parametrize("transition", [694, 105])
def test_cancelling_and_renewing_are_told_as_cancelled(caller: Client, transition: int) -> None:
    order = a_transfer_order()
    done(caller, order, transition)
    event = last_event(order)
    assert (event.type, event.sequence) == ("transfer.status.cancelled", 2)
    payload = json.loads(event.payload)
    assert payload == listed(caller, "en-us")
    assert payload["commands"] == []
    assert payload["transferitem_set"][0]["package_item"]["state"]["enum_value"] == "920"


def test_an_event_is_written_though_nobody_listens(caller: Client) -> None:
    order = a_transfer_order()
    done(caller, order, 298)
    assert Event.objects.filter(content_type=6).count() == 2
    assert not WebhookEvent.objects.exists()


def test_listeners_get_a_transition_under_the_name_they_listen_to(caller: Client) -> None:
    order = a_transfer_order()
    specific = a_webhook("transfer.status.ready_to_shipment")
    general = a_webhook("transfer.status.transitioned")
    both = a_user(is_admin=True)
    one_url = {"user": both, "target_url": "https://erp.example.com/both"}
    as_specific = a_webhook("transfer.status.ready_to_shipment", **one_url)
    as_general = a_webhook("transfer.status.transitioned", **one_url)
    a_webhook("transfer.status.ready_to_shipment", is_active=False)
    a_webhook("transfer.status.transitioned", is_active=False)
    a_webhook("transfer.status.in_transit")
    a_webhook("transfer.status.created")

    done(caller, order, 298)

    owed = WebhookEvent.objects.filter(content_type=6)
    assert set(owed.values_list("webhook_id", "event_type")) == {
        (specific.pk, "transfer.status.ready_to_shipment"),
        (general.pk, "transfer.status.transitioned"),
        (as_specific.pk, "transfer.status.ready_to_shipment"),
        (as_general.pk, "transfer.status.transitioned"),
    }
    assert {row.event_id for row in owed} == {last_event(order).pk}
    assert len({row.uuid for row in owed}) == 4
    assert not any(row.delivered for row in owed)
    for told in caller.get(f"{ORDERS}{order.pk}/webhook_events/").json()["results"]:
        assert told["request_payload"]["event"] == {
            "type": told["webhook"]["event_type"],
            "uuid": told["uuid"].replace("-", ""),
        }


def test_a_new_order_is_told_as_created_and_is_no_transition(caller: Client) -> None:
    created = a_webhook("transfer.status.created")
    a_webhook("transfer.status.transitioned")
    a_transfer_order()
    assert list(WebhookEvent.objects.filter(content_type=6).values_list("webhook_id", "event_type")) == [
        (created.pk, "transfer.status.created")
    ]


def test_a_package_tells_of_its_own_moves(caller: Client) -> None:
    order = a_transfer_order()
    specific, general = a_webhook("package.status.waiting"), a_webhook("package.status.transitioned")
    for transition, _ in LIFE:
        done(caller, order, transition)

    events = Event.objects.filter(content_type=4, object_id=order.package_id).order_by("sequence")
    assert [(event.type, event.sequence) for event in events] == [
        ("package.status.waiting_for_transfer", 1),
        ("package.status.waiting", 2),
    ]
    payload = json.loads(events[1].payload)
    assert payload["state"]["enum_value"] == "100"
    assert [item["state"]["enum_value"] for item in payload["packageitem_set"]] == ["100"]
    assert_in_document_order(payload)
    assert set(WebhookEvent.objects.values_list("webhook_id", "event_type")) == {
        (specific.pk, "package.status.waiting"),
        (general.pk, "package.status.transitioned"),
    }


def test_setting_a_number_tells_nobody(caller: Client) -> None:
    order = a_transfer_order()
    a_webhook()
    before = Event.objects.count()
    caller.post(f"{ORDERS}{order.pk}/set_remote_id/", {"remote_id": "9"}, "application/json")
    assert (Event.objects.count(), WebhookEvent.objects.count()) == (before, 0)
