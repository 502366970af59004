"""Promise 4: in order for an object at an endpoint, whatever the receiver answers and whoever is frozen."""

import asyncio
import random
import time

import pytest
from aiohttp import web

from aktar.webhooks.models import WebhookEvent
from tests import factories
from tests.promises.load import RETRY_AT_ONCE, left, owed_here
from tests.promises.processes import LEASE, TIMEOUT, Start
from tests.webhooks.deliveries import tell
from tests.webhooks.receiver import Delivery, Receiver

OBJECTS, EACH = 8, 4

pytestmark = pytest.mark.django_db(transaction=True)


def test_4_an_objects_events_arrive_in_their_order(receiver: Receiver, start_dispatcher: Start) -> None:
    """Errors and silences at random; one dispatcher is frozen past its lease, while another goes on."""
    chance = random.Random(4)

    async def moody(_delivery: Delivery) -> web.StreamResponse:
        mood = chance.random()
        if mood < 0.02:
            await asyncio.sleep(TIMEOUT + 0.5)
        return web.Response(status=500 if mood < 0.12 else 200)

    receiver.behaviour = moody
    for path in ("/one", "/two"):
        factories.a_webhook(
            "transfer.status.created", target_url=receiver.url(path), retry_countdown_config=RETRY_AT_ONCE
        )
    for _ in range(EACH):
        for object_id in range(OBJECTS):
            tell(object_id)
    frozen = start_dispatcher()
    receiver.wait_for(20)
    frozen.freeze()
    start_dispatcher()
    time.sleep(LEASE + 1)
    frozen.thaw()
    until = time.monotonic() + 300
    while left():
        assert time.monotonic() < until, left()
        time.sleep(0.1)
    assert {one.uuid for one in receiver.arrived} == owed_here()
    assert not WebhookEvent.objects.filter(delivered=False).exists()
    receiver.require_order()
    assert len(receiver.first_arrivals()) == 2 * OBJECTS
