"""What was settled long ago goes, in small batches; what anybody still waits for stays, and numbers go on."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from aktar.webhooks.actions import Kind, Outcome, place_events, prune, prune_some, pruning, switch_off
from aktar.webhooks.delivery import Limits
from aktar.webhooks.models import (
    Event,
    EventPosition,
    FeedHead,
    ObjectSequence,
    Standing,
    Webhook,
    WebhookAttempt,
    WebhookEvent,
)
from tests import factories
from tests.webhooks.deliveries import answered, claimed, standings, tell, turn

pytestmark = pytest.mark.django_db(transaction=True)
CREATED = "transfer.status.created"
DAY = timedelta(days=1)


def later(days: int = 1) -> datetime:
    """An instant after everything that has happened."""
    return datetime.now(UTC) + days * DAY


def deliver(webhook: Webhook) -> None:
    """Deliver all that a webhook is owed."""
    while got := claimed(webhook):
        turn([answered(one) for one in got])


def test_ninety_days_are_kept_unless_the_operator_says_otherwise(settings: Any) -> None:
    assert Limits.from_settings().retention == timedelta(days=90)
    settings.AKTAR_WEBHOOK_RETENTION_DAYS = 7
    assert Limits.from_settings().retention == timedelta(days=7)


def test_what_was_delivered_or_given_up_goes_with_its_attempts_and_its_event() -> None:
    well, ill = factories.a_webhook(CREATED), factories.a_webhook(CREATED)
    tell()
    deliver(well)
    (one,) = claimed(ill)
    turn([answered(one, 500)], attempts=1)
    assert WebhookAttempt.objects.count() == 2
    place_events()
    assert prune(before=later()) > 0
    for model in (WebhookAttempt, WebhookEvent, Event, EventPosition):
        assert not model._default_manager.exists(), model
    assert Webhook.objects.count() == 2


def test_what_was_settled_lately_stays() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    deliver(webhook)
    place_events()
    assert prune(before=datetime.now(UTC) - DAY) == 0
    assert (WebhookEvent.objects.count(), Event.objects.count(), WebhookAttempt.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize("standing", ["due", "blocked", "claimed", "held", "replay"])
def test_what_is_on_its_way_stays_however_old_with_its_payload(standing: str) -> None:
    webhook = factories.a_webhook(CREATED)
    event = tell()
    match standing:
        case "blocked":
            event = tell()
        case "claimed":
            assert claimed(webhook)
        case "held":
            switch_off(webhook, now=datetime.now(UTC))
            (one,) = claimed(webhook)
            turn([Outcome(one, Kind.HELD, datetime.now(UTC))])
        case "replay":
            deliver(webhook)
            WebhookEvent.objects.update(standing=Standing.REPLAY, due_at=datetime.now(UTC))
    place_events()
    owed = list(WebhookEvent.objects.order_by("pk").values())
    prune(before=later(9999))
    assert list(WebhookEvent.objects.order_by("pk").values()) == owed
    assert Event.objects.get(pk=event.pk).payload == '{"id":1}'
    # The feed is past it, for who reads there is promised only what is not old.
    assert FeedHead.objects.get().pruned == FeedHead.objects.get().last


def test_an_event_that_is_owed_to_another_stays_until_that_is_settled() -> None:
    well, slow = factories.a_webhook(CREATED), factories.a_webhook(CREATED)
    tell()
    deliver(well)
    place_events()
    prune(before=later())
    assert (WebhookEvent.objects.get().webhook, Event.objects.count()) == (slow, 1)
    deliver(slow)
    prune(before=later())
    assert (WebhookEvent.objects.count(), Event.objects.count(), EventPosition.objects.count()) == (0, 0, 0)


def test_an_objects_numbers_go_on_after_its_events_are_gone() -> None:
    webhook = factories.a_webhook(CREATED)
    assert [tell().sequence, tell().sequence] == [1, 2]
    deliver(webhook)
    place_events()
    prune(before=later())
    assert not Event.objects.exists()
    assert tell().sequence == 3
    assert ObjectSequence.objects.get().last == 3
    assert standings(webhook) == [Standing.DUE]
    place_events()
    assert EventPosition.objects.get().position == 3


def test_an_event_without_a_place_in_the_feed_stays() -> None:
    tell()
    assert prune(before=later()) == 0
    assert Event.objects.count() == 1


def test_the_feed_begins_where_the_first_lies_that_is_not_old() -> None:
    now = datetime.now(UTC)
    # One that was made long ago and placed last, as a slow transaction or a move from elsewhere leaves it.
    for object_id, age in enumerate((100, 99, 5, 100), start=1):
        tell(object_id, now=now - age * DAY)
        place_events()
    prune(before=now - 90 * DAY)
    assert FeedHead.objects.get().pruned == 2
    assert list(Event.objects.order_by("pk").values_list("object_id", flat=True)) == [3, 4]
    prune(before=now)
    assert (FeedHead.objects.get().pruned, Event.objects.count()) == (4, 0)


def test_an_owed_event_stops_no_pruning_of_those_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "PRUNED_AT_ONCE", 2)
    webhook = factories.a_webhook(CREATED)
    for object_id in (1, 2, 3):
        tell(object_id)
    switch_off(webhook, now=datetime.now(UTC))
    for object_id in (4, 5):
        tell(object_id)
    place_events()
    prune(before=later())
    assert list(Event.objects.order_by("pk").values_list("object_id", flat=True)) == [1, 2, 3]
    assert FeedHead.objects.get().pruned == 5


def test_it_goes_in_batches_of_a_fixed_number_of_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    webhook = factories.a_webhook(CREATED)
    batches = []
    for size in (3, 30):
        monkeypatch.setattr(pruning, "PRUNED_AT_ONCE", size)
        for object_id in range(2 * size):
            tell(object_id)
        deliver(webhook)
        place_events()
        while True:
            with CaptureQueriesContext(connection) as captured:
                done = prune_some(before=later())
            if not done:
                break
            assert done <= size
            sqls = [query["sql"] for query in captured if not query["sql"].startswith(("BEGIN", "COMMIT"))]
            batches.append((size, done, len(sqls)))
    # What was owed goes first: its rows, attempts, itself, its events locked, who owes them, which of them
    # the feed is past. Then the feed: nothing is owed, the head, what comes next, the head moved, its events
    # locked, who owes them, their places, themselves.
    owed, feed = 6, 8
    assert batches == [(size, size, cost) for size in (3, 30) for cost in (owed, owed, feed, feed)], batches
    assert not Event.objects.exists()


def test_two_who_take_the_last_of_an_event_leave_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    monkeypatch.setattr(pruning, "PRUNED_AT_ONCE", 1)
    for _ in range(4):
        factories.a_webhook(CREATED)
    for object_id in range(10):
        tell(object_id)
    for webhook in Webhook.objects.all():
        deliver(webhook)
    place_events()

    def work() -> int:
        try:
            return prune(before=later())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(work) for _ in range(4)]:
            one.result()
    # What another held was left to it; the next round finds nothing that was lost.
    prune(before=later())
    assert (WebhookEvent.objects.count(), Event.objects.count(), EventPosition.objects.count()) == (0, 0, 0)


def test_what_somebody_is_writing_is_not_waited_for() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    webhook = factories.a_webhook(CREATED)
    tell(1)
    tell(2)
    deliver(webhook)
    first = WebhookEvent.objects.get(object_id=1)
    is_locked, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                WebhookEvent.objects.select_for_update().get(pk=first.pk)
                is_locked.set()
                assert may_end.wait(20)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        assert is_locked.wait(20)
        prune(before=later())
        may_end.set()
        holding.result(timeout=20)
    assert list(WebhookEvent.objects.values_list("pk", flat=True)) == [first.pk]
