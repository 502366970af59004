"""Lanes: an object's events go to an endpoint one after the other, and nothing gets stuck."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from aktar.webhooks.actions import Kind, Outcome, due_endpoints, keep_webhook, resume, sweep, switch_off
from aktar.webhooks.models import Deactivation, Endpoint, Standing, Webhook, WebhookAttempt, WebhookEvent
from tests import factories
from tests.webhooks.deliveries import answered, claimed, make_due, standings, tell, turn

BLOCKED, DUE, REPLAY, HELD = Standing.BLOCKED, Standing.DUE, Standing.REPLAY, Standing.HELD
DELIVERED, GIVEN_UP = Standing.DELIVERED, Standing.GIVEN_UP
CREATED = "transfer.status.created"

pytestmark = pytest.mark.django_db(transaction=True)


def test_only_the_head_of_a_lane_is_due_and_its_end_opens_the_next() -> None:
    webhook = factories.a_webhook(CREATED)
    for _ in range(3):
        tell()
    assert standings(webhook) == [DUE, BLOCKED, BLOCKED]
    (first,) = claimed(webhook)
    assert claimed(webhook) == []
    turn([answered(first)])
    assert standings(webhook) == [DELIVERED, DUE, BLOCKED]
    (second,) = claimed(webhook)
    assert (first.sequence, second.sequence) == (1, 2)


def test_lanes_of_different_objects_and_endpoints_do_not_wait_for_one_another() -> None:
    one, other = factories.a_webhook(CREATED), factories.a_webhook(CREATED)
    for object_id in (1, 2, 3):
        tell(object_id)
    assert standings(one) == standings(other) == [DUE] * 3
    assert len(claimed(one)) == len(claimed(other)) == 3


def test_webhooks_of_one_endpoint_share_its_lanes() -> None:
    specific = factories.a_webhook("transfer.status.in_transit")
    general = factories.a_webhook(
        "transfer.status.transitioned", user=specific.user, target_url=specific.target_url
    )
    assert specific.endpoint == general.endpoint
    tell(event_type="transfer.status.in_transit", also_as="transfer.status.transitioned")
    assert standings(specific) + standings(general) == [DUE, BLOCKED]


def test_a_failure_is_tried_again_and_its_lane_waits() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    tell()
    (first,) = claimed(webhook)
    before = datetime.now(UTC)
    turn([answered(first, 500)])
    assert standings(webhook) == [DUE, BLOCKED]
    row = WebhookEvent.objects.get(pk=first.id)
    assert row.due_at is not None
    assert timedelta(seconds=50) < row.due_at - before < timedelta(seconds=70)
    assert (row.lease, row.tries, row.delivered) == (None, 1, False)
    assert claimed(webhook) == []


def test_after_the_last_attempt_the_lane_goes_on_and_the_gap_stays_visible() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    tell()
    for _ in range(2):
        make_due()
        (first,) = claimed(webhook)
        turn([answered(first, 500)], attempts=2)
    assert standings(webhook) == [GIVEN_UP, DUE]
    assert WebhookAttempt.objects.filter(webhook_event=first.id).count() == 2


def test_a_claim_counts_as_a_try_whether_it_is_settled_or_not() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    for number in (1, 2, 3):
        (one,) = claimed(webhook)
        assert one.tries == number
        make_due()


def test_what_was_not_sent_goes_back_without_a_try() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    (one,) = claimed(webhook)
    turn([Outcome(one, Kind.UNSENT, datetime.now(UTC))])
    (again,) = claimed(webhook)
    assert again.tries == 1
    assert not WebhookAttempt.objects.exists()


def test_a_lost_lease_leaves_an_attempt_and_changes_nothing_else() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    (stalled,) = claimed(webhook)
    make_due()
    (taken_over,) = claimed(webhook)
    turn([answered(stalled, 500)])
    row = WebhookEvent.objects.get(pk=stalled.id)
    assert (row.lease, row.standing) == (taken_over.lease, DUE)
    turn([answered(taken_over)])
    assert standings(webhook) == [DELIVERED]
    assert WebhookAttempt.objects.count() == 2


def test_what_goes_out_again_comes_after_what_is_new() -> None:
    webhook = factories.a_webhook(CREATED)
    for object_id in range(5):
        tell(object_id)
    turn([answered(one) for one in claimed(webhook)])
    WebhookEvent.objects.update(standing=REPLAY, due_at=datetime.now(UTC) - timedelta(hours=1))
    tell(5)
    tell(6)
    assert [one.is_replay for one in claimed(webhook, 3)] == [False, False, True]
    assert [one.is_replay for one in claimed(webhook)] == [True] * 4


def test_an_inactive_webhooks_events_are_kept_and_let_the_others_pass() -> None:
    leaving = factories.a_webhook("transfer.status.in_transit")
    staying = factories.a_webhook(
        "transfer.status.transitioned", user=leaving.user, target_url=leaving.target_url
    )
    for _ in range(2):
        tell(event_type="transfer.status.in_transit", also_as="transfer.status.transitioned")
    switch_off(leaving, now=datetime.now(UTC))
    for _ in range(4):
        turn([_sent_if_active(one) for one in claimed(leaving)])
    assert standings(leaving) == [HELD, HELD]
    assert standings(staying) == [DELIVERED, DELIVERED]
    leaving.refresh_from_db()
    assert (leaving.is_active, leaving.deactivation) == (False, Deactivation.BY_HAND)
    assert resume(leaving, now=datetime.now(UTC)) == 2
    assert standings(leaving) == [DUE, BLOCKED]


def test_410_switches_the_webhook_off_and_keeps_its_events() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    tell()
    (one,) = claimed(webhook)
    ended = turn([answered(one, 410)])
    assert ended.deactivated == {webhook.pk: Deactivation.GONE}
    make_due()
    for _ in range(2):
        turn([_sent_if_active(one) for one in claimed(webhook)])
    assert standings(webhook) == [HELD, HELD]


def test_five_days_of_nothing_but_failure_switch_the_webhook_off() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    (one,) = claimed(webhook)
    assert turn([answered(one, 500)]).deactivated == {}
    webhook.refresh_from_db()
    assert webhook.failing_since is not None
    Webhook.objects.update(failing_since=webhook.failing_since - timedelta(days=5))
    make_due()
    (one,) = claimed(webhook)
    assert turn([answered(one, 500)]).deactivated == {webhook.pk: Deactivation.FAILING}


def test_a_success_ends_the_count_of_failures() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    (one,) = claimed(webhook)
    turn([answered(one, 500)])
    make_due()
    (one,) = claimed(webhook)
    turn([answered(one)])
    webhook.refresh_from_db()
    assert webhook.failing_since is None
    assert Endpoint.objects.get().failures == 0


def test_an_endpoint_that_keeps_failing_is_paused_and_probed() -> None:
    webhook = factories.a_webhook(CREATED)
    for object_id in range(6):
        tell(object_id)
    for one in claimed(webhook, 5):
        turn([answered(one, 500)])
    make_due_only()
    assert due_endpoints() == []
    Endpoint.objects.update(paused_until=datetime.now(UTC) - timedelta(seconds=1))
    (found,) = due_endpoints()
    assert (found.id, found.failures) == (webhook.endpoint_id, 5)


def test_the_sweep_frees_a_lane_that_stands_still() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    tell()
    WebhookEvent.objects.filter(standing=DUE).update(standing=DELIVERED, due_at=None)
    assert standings(webhook) == [DELIVERED, BLOCKED]
    assert sweep() == 1
    assert standings(webhook) == [DELIVERED, DUE]
    assert sweep() == 0


def test_the_database_refuses_a_second_head() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    tell()
    behind = WebhookEvent.objects.filter(webhook=webhook, standing=BLOCKED)
    with pytest.raises(IntegrityError), transaction.atomic():
        behind.update(standing=DUE, due_at=datetime.now(UTC))


def test_a_changed_address_is_another_endpoint() -> None:
    webhook = factories.a_webhook(CREATED)
    before = webhook.endpoint_id
    webhook.target_url = "https://elsewhere.example.com/"
    keep_webhook(webhook, now=datetime.now(UTC))
    assert webhook.endpoint_id != before
    assert webhook.endpoint.target_url == webhook.target_url


def test_what_was_kept_is_released_after_the_commit_that_switches_a_webhook_on() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    switch_off(webhook, now=datetime.now(UTC))
    turn([_sent_if_active(one) for one in claimed(webhook)])
    assert standings(webhook) == [HELD]
    with transaction.atomic():
        # Releasing waits for who holds the object, and that one may wait for the rows written here.
        keep_webhook(webhook, now=datetime.now(UTC))
        assert standings(webhook) == [HELD]
    assert standings(webhook) == [DUE]


def make_due_only() -> None:
    """Make the events due, and leave the endpoint's pause."""
    WebhookEvent.objects.filter(standing=DUE).update(due_at=datetime.now(UTC) - timedelta(seconds=1))


def _sent_if_active(one: object) -> Outcome:
    from aktar.webhooks.actions import Claimed

    assert isinstance(one, Claimed)
    if one.listener.is_active:
        return answered(one)
    return Outcome(one, Kind.HELD, datetime.now(UTC))
