"""The list, the short list and the detail of webhook events are the contract's, value for value."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from aktar.edge.references import reading
from aktar.edge.shapes import encode_document
from aktar.transfers.queries import transfer_order_payload
from aktar.webhooks.actions import endpoint_of
from aktar.webhooks.models import Event, Webhook, WebhookAttempt
from tests.contract.comparison import differences
from tests.contract.printed import sample
from tests.contract.rows import store_transfer_order
from tests.factories import NOW, a_caller, a_user, a_workflow, an_owed_event

pytestmark = pytest.mark.django_db

EVENTS = "/api/v1/oms/transfer_orders/1292/webhook_events"
SAYS_TWICE = {
    # The country stands under both locations; the list prints two longitudes of it, ours is the last one.
    "request_payload.payload.source.address.country.longitude",
}
CITY_SAYS_TWICE = {
    # Both locations are in one city, and the detail prints its place twice; ours is the last one.
    "request_payload.payload.source.address.city.longitude",
    "request_payload.payload.source.address.city.latitude",
}
LOST = "request_datetimes"
"""This array lost its elements in print: ours holds the instant of the one attempt."""


@pytest.fixture
def caller() -> Client:
    a_workflow()
    return a_caller()


def store(printed: Any) -> None:
    """The printed webhook event, its payload made by our own code from the rows that it prints."""
    payload = printed["request_payload"]["payload"]
    made = {"created_date": "2023-02-02T13:38:46.800000Z", "modified_date": "2023-02-10T07:12:19.600000Z"}
    store_transfer_order(payload | made)
    event = Event.objects.create(
        type=printed["request_payload"]["event"]["type"],
        content_type=6,
        object_id=1292,
        sequence=1,
        payload=encode_document(transfer_order_payload(1292, reading("en-us"))),
        created_at=NOW,
    )
    owner, shown = a_user(), printed["webhook"]
    webhook = Webhook.objects.create(**shown, user=owner, endpoint=endpoint_of(owner, shown["target_url"]))
    owed = an_owed_event(
        event,
        webhook,
        pk=printed["id"],
        created_date=datetime.fromisoformat(printed["created_date"]),
        modified_date=datetime.fromisoformat(printed["modified_date"]),
        uuid=printed["request_payload"]["event"]["uuid"],
        event_type=event.type,
        delivered=True,
    )
    WebhookAttempt.objects.create(
        webhook_event=owed, started_at=NOW, response_http_status=200, response_content=b"200 OK"
    )


@pytest.mark.parametrize("language", ["en-us", "tr-tr"])
def test_the_list_of_events_is_the_samples(caller: Client, language: str) -> None:
    printed = sample("webhook_events.list")
    store(printed["results"][0])

    answer = caller.get(f"{EVENTS}/", headers={"Accept-Language": language})

    found = differences(printed, answer.json())
    assert set(found) == {f"results[0].{path}" for path in {LOST, *SAYS_TWICE}}
    assert found[f"results[0].{LOST}"] == ([], ["2026-11-02T09:30:15.123456Z"])


@pytest.mark.parametrize("language", ["en-us", "tr-tr"])
def test_the_short_list_of_events_is_the_samples(caller: Client, language: str) -> None:
    store(sample("webhook_events.list")["results"][0])

    answer = caller.get(f"{EVENTS}/short/", headers={"Accept-Language": language})

    assert differences(sample("webhook_events.short"), answer.json()) == {}


@pytest.mark.parametrize("language", ["en-us", "tr-tr"])
def test_an_event_is_the_samples(caller: Client, language: str) -> None:
    printed = sample("webhook_events.detail")
    store(printed)

    answer = caller.get(f"{EVENTS}/2549/", headers={"Accept-Language": language})

    found = differences(printed, answer.json())
    # The sample's uuid has another digit than the same uuid without dashes in its own payload.
    assert set(found) == {LOST, "uuid", *CITY_SAYS_TWICE}
    assert found[LOST] == ([], ["2026-11-02T09:30:15.123456Z"])
    assert found["uuid"][1] == "28d0c015-b7d7-4bc9-a031-6379055bd4fd"
    assert found["uuid"][1].replace("-", "") == printed["request_payload"]["event"]["uuid"]


def test_the_payload_of_a_sample_stands_in_document_order() -> None:
    """By length, then by code point: so the samples print payloads, and so ours are frozen."""
    printed = sample("webhook_events.detail")["request_payload"]["payload"]
    assert encode_document(printed) == json.dumps(printed, ensure_ascii=False, separators=(",", ":"))
