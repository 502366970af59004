"""Promise 8: a replay has the id and the bytes of the first time, says what it is, and disturbs no lane."""

import hashlib
from datetime import UTC, datetime

import pytest
from aiohttp import web

from aktar.places.rules import EVERYWHERE
from aktar.transfers.actions import run_command, set_invoice_number
from aktar.transfers.rules import CommandParameters
from aktar.webhooks.actions import retry
from aktar.webhooks.models import Standing, WebhookAttempt, WebhookEvent
from tests import factories
from tests.promises.load import RETRY_AT_ONCE, left
from tests.promises.processes import Start
from tests.webhooks.deliveries import standings, tell
from tests.webhooks.dispatching import wait_until
from tests.webhooks.receiver import Delivery, Receiver

READY, DISPATCH = 100, 101
CREATED = "transfer.status.created"

pytestmark = pytest.mark.django_db(transaction=True)


def _run(order: int, transition: int) -> None:
    run_command(
        order,
        transition=transition,
        parameters=CommandParameters(cargo_company=1 if transition == READY else None),
        by=None,
        reach=EVERYWHERE,
        now=datetime.now(UTC),
    )


def _drained() -> None:
    wait_until(lambda: left() == 0, or_say=left)


def test_8_a_replay_after_the_order_changed_has_the_same_id_and_bytes(
    receiver: Receiver, start_dispatcher: Start
) -> None:
    factories.a_workflow()
    factories.a_carrier()
    order = factories.a_transfer_order()
    webhook = factories.a_webhook(
        "transfer.status.transitioned", target_url=receiver.url(), secret_key="a secret of the receiver"
    )
    start_dispatcher()
    _run(order.pk, READY)
    [first] = receiver.wait_for(1)
    _run(order.pk, DISPATCH)
    set_invoice_number(order.pk, "INV-1", reach=EVERYWHERE, now=datetime.now(UTC))
    receiver.wait_for(2)
    _drained()
    [owed, changed] = WebhookEvent.objects.filter(webhook=webhook).order_by("sequence")
    retry(owed, now=datetime.now(UTC))
    *_, again = receiver.wait_for(3)
    _drained()
    assert hashlib.sha256(again.body).digest() == hashlib.sha256(first.body).digest()
    assert again.headers["webhook-id"] == first.headers["webhook-id"] == f"msg_{owed.uuid.hex}"
    assert again.headers["X-Whisperer-Signature"] == first.headers["X-Whisperer-Signature"]
    assert again.headers["X-Aktar-Sequence"] == first.headers["X-Aktar-Sequence"]
    assert again.headers["X-Aktar-Replay"] == "true"
    assert all("X-Aktar-Replay" not in one.headers for one in receiver.arrived[:2])
    assert len(receiver.arrived) == 3
    assert standings(webhook) == [Standing.DELIVERED] * 2
    assert [one.attempts.count() for one in (owed, changed)] == [2, 1]


def test_a_replay_goes_out_beside_a_lane_that_stands_and_leaves_it_in_its_order(
    receiver: Receiver, start_dispatcher: Start
) -> None:
    """Also one that fails: what was delivered once stays delivered, and nobody waits for it."""
    stands = True

    async def refuse_the_later(delivery: Delivery) -> web.StreamResponse:
        is_refused = stands and (delivery.sequence > 2 or "X-Aktar-Replay" in delivery.headers)
        return web.Response(status=503 if is_refused else 204)

    receiver.behaviour = refuse_the_later
    webhook = factories.a_webhook(CREATED, target_url=receiver.url(), retry_countdown_config=RETRY_AT_ONCE)
    start_dispatcher()
    for _ in range(5):
        tell(1)
    receiver.wait_for(3)
    lane = [Standing.DELIVERED, Standing.DELIVERED, Standing.DUE, Standing.BLOCKED, Standing.BLOCKED]
    wait_until(lambda: standings(webhook) == lane and WebhookAttempt.objects.count() >= 3)
    first = WebhookEvent.objects.get(webhook=webhook, sequence=1)
    retry(first, now=datetime.now(UTC))
    wait_until(lambda: any("X-Aktar-Replay" in one.headers for one in receiver.arrived))
    replayed = [Standing.REPLAY, *lane[1:]]
    assert standings(webhook) == replayed
    assert WebhookEvent.objects.get(pk=first.pk).delivered
    stands = False
    retry(first, now=datetime.now(UTC))
    _drained()
    assert standings(webhook) == [Standing.DELIVERED] * 5
    receiver.require_order()
    assert len({(one.uuid, one.body) for one in receiver.arrived}) == 5
    # The lane's own deliveries never arrived out of order, replays or not.
    own = [one.sequence for one in receiver.arrived if "X-Aktar-Replay" not in one.headers]
    assert own == sorted(own)
