"""Prometheus reads how deliveries stand, the same from any process, and at a fixed cost."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aktar.webhooks.actions import Kind, Outcome, place_events, switch_off
from aktar.webhooks.models import Endpoint, Standing, WebhookAttempt, WebhookEvent
from tests.factories import a_webhook
from tests.metrics.scraping import scraped
from tests.webhooks.deliveries import answered, claimed, tell, turn

pytestmark = pytest.mark.django_db(transaction=True)
CREATED = "transfer.status.created"
QUIET = {
    ("aktar_webhook_events", "due"): 0,
    ("aktar_webhook_events", "replay"): 0,
    ("aktar_webhook_events", "blocked"): 0,
    ("aktar_webhook_events", "held"): 0,
    ("aktar_webhook_oldest_due_seconds", None): 0,
    ("aktar_webhook_recent_attempts", "delivered"): 0,
    ("aktar_webhook_recent_attempts", "refused"): 0,
    ("aktar_webhook_recent_attempts", "unanswered"): 0,
    ("aktar_webhook_recent_latency_seconds", "average"): 0,
    ("aktar_webhook_recent_latency_seconds", "longest"): 0,
    ("aktar_webhook_recent_answer_seconds", None): 0,
    ("aktar_feed_oldest_unplaced_seconds", None): 0,
    ("aktar_webhook_endpoints_paused", None): 0,
    ("aktar_webhooks_deactivated", "by_hand"): 0,
    ("aktar_webhooks_deactivated", "gone"): 0,
    ("aktar_webhooks_deactivated", "failing"): 0,
}


def of_webhooks(caller: Client) -> dict[tuple[str, str | None], float]:
    """The samples that tell of webhooks and the feed, each by its name and its label."""
    return {
        (name, next(iter(labels), None)): value
        for (name, labels), value in scraped(caller).items()
        if name.startswith(("aktar_webhook", "aktar_feed"))
    }


def changed(caller: Client) -> dict[tuple[str, str | None], float]:
    """The samples that are not as where nothing has happened."""
    return {key: value for key, value in of_webhooks(caller).items() if value != QUIET[key]}


def test_where_nothing_happens_every_metric_is_there_and_zero(prometheus: Client) -> None:
    assert of_webhooks(prometheus) == QUIET


def test_the_backlog_is_told_by_standing_with_the_age_of_its_oldest(prometheus: Client) -> None:
    webhook, resting = a_webhook(CREATED), a_webhook(CREATED)
    for _ in range(3):
        tell(1)
    tell(2)
    tell(3)
    now = datetime.now(UTC)
    of_resting = WebhookEvent.objects.filter(webhook=resting)
    of_resting.update(due_at=None, standing=Standing.HELD)
    heads = WebhookEvent.objects.filter(webhook=webhook, standing=Standing.DUE)
    heads.filter(object_id=2).update(due_at=now - timedelta(seconds=100))
    heads.filter(object_id=3).update(standing=Standing.REPLAY, due_at=now + timedelta(seconds=50))
    found = of_webhooks(prometheus)
    standings = {label: value for (name, label), value in found.items() if name == "aktar_webhook_events"}
    assert standings == {"due": 2, "replay": 1, "blocked": 2, "held": 5}
    assert 100 <= found["aktar_webhook_oldest_due_seconds", None] < 110
    # What is in somebody's hand, and what a paused endpoint is owed, is nobody's delay.
    Endpoint.objects.filter(pk=webhook.endpoint_id).update(paused_until=now + timedelta(hours=1))
    found = of_webhooks(prometheus)
    assert found["aktar_webhook_oldest_due_seconds", None] == 0
    assert found["aktar_webhook_endpoints_paused", None] == 1
    Endpoint.objects.update(paused_until=now - timedelta(hours=1))
    assert of_webhooks(prometheus)["aktar_webhook_oldest_due_seconds", None] >= 100
    assert len(claimed(webhook)) == 2
    assert of_webhooks(prometheus)["aktar_webhook_oldest_due_seconds", None] == 0


def test_the_attempts_of_the_last_five_minutes_are_told_by_outcome(prometheus: Client) -> None:
    webhook = a_webhook(CREATED)
    for object_id in (1, 2, 3):
        tell(object_id)
    one, other, third = claimed(webhook)
    turn(
        [
            answered(one),
            answered(other, 500),
            Outcome(third, Kind.FAILED, datetime.now(UTC), error_kind="timeout", content=b"timeout"),
        ]
    )
    delivered = WebhookAttempt.objects.get(webhook_event=one.id)
    created = WebhookEvent.objects.get(pk=one.id).created_date
    WebhookAttempt.objects.filter(pk=delivered.pk).update(
        started_at=created + timedelta(seconds=2), duration_ms=40
    )
    found = changed(prometheus)
    for outcome in ("delivered", "refused", "unanswered"):
        assert found["aktar_webhook_recent_attempts", outcome] == 1
    for statistic in ("average", "longest"):
        assert found["aktar_webhook_recent_latency_seconds", statistic] == 2
    assert found["aktar_webhook_recent_answer_seconds", None] == 0.04
    # What was recorded long ago says nothing of how prompt deliveries are now, and neither do old attempts.
    WebhookEvent.objects.filter(pk=one.id).update(created_date=created - timedelta(days=3))
    assert ("aktar_webhook_recent_latency_seconds", "longest") not in changed(prometheus)
    WebhookAttempt.objects.update(started_at=datetime.now(UTC) - timedelta(minutes=5, seconds=1))
    assert not {key for key in changed(prometheus) if key[0] == "aktar_webhook_recent_attempts"}


def test_webhooks_that_are_off_are_told_by_reason(prometheus: Client) -> None:
    gone, off = a_webhook(CREATED), a_webhook(CREATED)
    tell()
    turn([answered(one, 410) for one in claimed(gone)])
    switch_off(off, now=datetime.now(UTC))
    found = of_webhooks(prometheus)
    reasons = [found["aktar_webhooks_deactivated", reason] for reason in ("by_hand", "gone", "failing")]
    assert reasons == [1, 1, 0]


def test_an_event_without_a_place_in_the_feed_is_told_by_its_age(prometheus: Client) -> None:
    tell(1, now=datetime.now(UTC) - timedelta(seconds=100))
    assert 100 <= of_webhooks(prometheus)["aktar_feed_oldest_unplaced_seconds", None] < 160
    place_events()
    assert of_webhooks(prometheus)["aktar_feed_oldest_unplaced_seconds", None] == 0


def test_what_may_be_many_is_read_from_an_index(no_statistics: None, prometheus: Client) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL prefers to read small tables as a whole")
    with CaptureQueriesContext(connection) as captured:
        of_webhooks(prometheus)
    asked = [query["sql"] for query in captured if "webhooks_webhookevent" in query["sql"]]
    indexes = ("webhooks_due", "webhooks_blocked", "webhooks_held", "webhooks_attempt_started")
    for sql, index in zip(asked, indexes, strict=True):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            assert index in " ".join(row[3] for row in cursor.fetchall())
