"""What is kept for a webhook: nothing is stranded, and nothing is overtaken, whatever meets a delivery."""

from datetime import UTC, datetime

import pytest

from aktar.webhooks.actions import Kind, Outcome, keep_webhook, release_stranded, resume, switch_off
from aktar.webhooks.models import Endpoint, Standing, Webhook, WebhookEvent
from tests import factories
from tests.webhooks.deliveries import answered, claimed, standings, tell, turn

BLOCKED, DUE, REPLAY, HELD = Standing.BLOCKED, Standing.DUE, Standing.REPLAY, Standing.HELD
DELIVERED = Standing.DELIVERED
CREATED = "transfer.status.created"

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_claimed_while_a_webhook_was_off_is_sent_once_it_is_on_again() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    tell()
    switch_off(webhook, now=datetime.now(UTC))
    (one,) = claimed(webhook)
    resume(webhook, now=datetime.now(UTC))
    turn([Outcome(one, Kind.HELD, datetime.now(UTC))])
    assert standings(webhook) == [DUE, BLOCKED]
    (again,) = claimed(webhook)
    assert (again.sequence, again.tries) == (1, 1)


def test_what_is_kept_though_its_webhook_is_on_is_found_and_goes_before_what_is_newer() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    WebhookEvent.objects.update(standing=HELD, due_at=None)
    tell()
    assert standings(webhook) == [HELD, HELD]
    assert release_stranded() == 2
    assert standings(webhook) == [DUE, BLOCKED]
    assert release_stranded() == 0


def test_what_happens_while_kept_events_are_released_does_not_overtake_them() -> None:
    webhook = factories.a_webhook(CREATED)
    for _ in range(3):
        tell()
    WebhookEvent.objects.update(standing=HELD, due_at=None)
    tell()
    resume(webhook, now=datetime.now(UTC))
    assert _sent(webhook) == [1, 2, 3, 4]


def test_another_object_and_another_webhook_do_not_wait_for_what_is_kept() -> None:
    webhook, other = factories.a_webhook(CREATED), factories.a_webhook(CREATED)
    tell(1)
    WebhookEvent.objects.filter(webhook=webhook).update(standing=HELD, due_at=None)
    tell(2)
    tell(1)
    assert standings(webhook) == [HELD, HELD, DUE]
    assert standings(other) == [DUE, BLOCKED, DUE]


def test_what_waits_for_a_former_address_comes_along_to_the_new_one_in_its_order() -> None:
    webhook = factories.a_webhook(CREATED)
    former = webhook.endpoint_id
    tell()
    tell()
    _move(webhook)
    tell()
    assert not WebhookEvent.objects.filter(endpoint=former).exists()
    assert standings(webhook) == [DUE, BLOCKED, BLOCKED]
    assert _sent(webhook) == [1, 2, 3]


def test_what_others_are_owed_at_a_former_address_goes_on_there() -> None:
    specific = factories.a_webhook("transfer.status.in_transit")
    general = factories.a_webhook(
        "transfer.status.transitioned", user=specific.user, target_url=specific.target_url
    )
    tell(event_type="transfer.status.in_transit", also_as="transfer.status.transitioned")
    assert standings(specific) + standings(general) == [DUE, BLOCKED]
    _move(specific)
    assert standings(specific) + standings(general) == [DUE, DUE]


def test_nothing_goes_to_a_new_address_before_what_is_under_way_to_the_former_has_ended() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    tell()
    (under_way,) = claimed(webhook)
    _move(webhook)
    tell()
    assert standings(webhook) == [DUE, HELD, HELD]
    assert release_stranded() == 0
    assert turn([answered(under_way, 503)]).moved
    assert standings(webhook) == [HELD, HELD, HELD]
    assert release_stranded() == 3
    assert _sent(webhook) == [1, 2, 3]


def test_what_a_former_address_took_is_delivered() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    tell()
    (under_way,) = claimed(webhook)
    _move(webhook)
    turn([answered(under_way)])
    assert release_stranded() == 1
    assert standings(webhook) == [DELIVERED, DUE]


def test_a_former_address_that_is_gone_switches_nothing_off() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    (under_way,) = claimed(webhook)
    _move(webhook)
    assert turn([answered(under_way, 410)]).deactivated == {}
    row = Webhook.objects.get()
    assert row.is_active
    assert row.failing_since is None


def test_what_goes_out_again_goes_to_the_new_address() -> None:
    webhook = factories.a_webhook(CREATED)
    tell()
    WebhookEvent.objects.update(standing=REPLAY)
    _move(webhook)
    assert WebhookEvent.objects.get().endpoint_id == webhook.endpoint_id
    assert Endpoint.objects.count() == 2


def _move(webhook: Webhook) -> None:
    webhook.target_url = "https://elsewhere.example.com/"
    keep_webhook(webhook, now=datetime.now(UTC))


def _sent(webhook: Webhook) -> list[int]:
    """Deliver all that is due and what that makes due; answers the sequences as they went out."""
    sequences: list[int] = []
    while found := claimed(webhook):
        sequences += [one.sequence for one in found]
        turn([answered(one) for one in found])
    return sequences
