"""What happened is written once, in the change's own transaction, for everybody who listens, and stays."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from aktar.webhooks.actions import record_event
from aktar.webhooks.models import Event, WebhookEvent
from tests.factories import NOW, a_webhook

IN_TRANSIT, TRANSITIONED = "transfer.status.in_transit", "transfer.status.transitioned"


def recorded(
    event_type: str = IN_TRANSIT, *, object_id: int = 1, content_type: int = 6, payload: str = "{}"
) -> Event:
    return record_event(
        event_type,
        also_as=TRANSITIONED,
        content_type=content_type,
        object_id=object_id,
        payload=payload,
        audience=Q(),
        now=NOW,
    )


@pytest.mark.django_db(transaction=True)
def test_an_event_is_refused_outside_of_the_transaction_of_its_change() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        recorded()
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_undone_leaves_no_event_and_no_gap() -> None:
    a_webhook(IN_TRANSIT)
    with transaction.atomic():
        recorded()
    with transaction.atomic():
        recorded()
        transaction.set_rollback(True)
    with transaction.atomic():
        recorded()
    assert list(Event.objects.order_by("id").values_list("sequence", flat=True)) == [1, 2]
    assert WebhookEvent.objects.count() == 2


@pytest.mark.django_db
def test_each_object_counts_its_own_events_from_one() -> None:
    for object_id, content_type, sequence in ((1, 6, 1), (1, 6, 2), (2, 6, 1), (1, 4, 1), (1, 6, 3)):
        assert recorded(object_id=object_id, content_type=content_type).sequence == sequence


@pytest.mark.django_db
def test_only_active_webhooks_of_either_name_are_owed_the_news() -> None:
    specific, general = a_webhook(IN_TRANSIT), a_webhook(TRANSITIONED)
    a_webhook(IN_TRANSIT, is_active=False)
    a_webhook(TRANSITIONED, is_active=False)
    a_webhook("transfer.status.transferred")
    event = recorded()
    assert list(event.webhook_events.order_by("id").values_list("webhook_id", "event_type")) == [
        (specific.pk, IN_TRANSIT),
        (general.pk, TRANSITIONED),
    ]
    assert not a_webhook(IN_TRANSIT).webhook_events.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("listeners", [0, 1, 30])
def test_recording_costs_four_queries_at_most(listeners: int, django_assert_num_queries: Any) -> None:
    for _ in range(listeners):
        a_webhook(IN_TRANSIT)
    # The next sequence, the event, its place in the feed: three, or one where a statement can write to
    # several tables. What is owed to whom: one.
    with django_assert_num_queries(2 if connection.vendor == "postgresql" else 4):
        recorded()


@pytest.mark.django_db
def test_the_payload_is_kept_to_the_byte() -> None:
    payload = '{ "b":1,"a" :[1.0, "Sıra \\u0131"] }'
    recorded(payload=payload)
    assert Event.objects.values_list("payload", flat=True).get() == payload


@pytest.mark.django_db
def test_the_database_refuses_to_change_an_event() -> None:
    event = recorded()
    before = list(Event.objects.values())
    event.payload = "[]"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.save()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.update(sequence=9)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE webhooks_event SET payload = payload")
    assert list(Event.objects.values()) == before


@pytest.mark.django_db
def test_the_database_refuses_two_events_of_one_sequence() -> None:
    event = recorded()
    event.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        event.save(force_insert=True)
