"""Promises 1, 2 and 4: nothing lost, nothing made up, in order, whoever is killed and whenever."""

import random
import threading
import time

import pytest
from django.db import connection

from aktar.webhooks.models import WebhookEvent
from tests.promises.load import InHand, duplicates, left, listeners, moving, owed_here, some_orders
from tests.promises.processes import LEASE, Start
from tests.webhooks.receiver import Receiver


@pytest.mark.parametrize("kills", [12, pytest.param(100, marks=pytest.mark.soak)])
def test_no_event_is_lost_and_none_made_up_when_writers_and_dispatchers_are_killed(
    kills: int,
    database_url: str,
    aktar_environment: dict[str, str],
    receiver: Receiver,
    start_dispatcher: Start,
) -> None:
    orders = some_orders(packages=60, each=3)
    paths = ("/one", "/two")
    listeners(receiver, paths=paths)
    chance = random.Random(kills)
    enough = threading.Event()
    done = []
    in_hand = InHand()

    def kill_dispatchers() -> None:
        while len(done) < kills and not enough.is_set():
            dispatcher = start_dispatcher()
            time.sleep(chance.uniform(0.05, 0.8))
            dispatcher.kill()
            in_hand.look()
            done.append(dispatcher)
        connection.close()

    killer = threading.Thread(target=kill_dispatchers)
    killer.start()
    try:
        seed = 0
        while killer.is_alive():
            # Of four writers two die in the middle of a transaction: what they began is rolled back.
            deaths = (chance.randrange(20, 300), chance.randrange(20, 300))
            with moving(
                database_url, aktar_environment, orders, processes=4, commands=60, seed=seed, dies_at=deaths
            ):
                pass
            seed += 4
    finally:
        enough.set() if not killer.is_alive() else None
        killer.join()
    assert len(done) == kills
    last = start_dispatcher()
    _wait_until_nothing_is_left()
    last.stop()
    owed, arrived = owed_here(), {one.uuid for one in receiver.arrived}
    assert owed
    assert owed - arrived == set(), "lost"
    assert arrived - owed == set(), "made up"
    assert not WebhookEvent.objects.filter(delivered=False).exists()
    receiver.require_order()
    assert duplicates(receiver) <= in_hand.count
    bodies = {(one.uuid, one.body) for one in receiver.arrived}
    assert len(bodies) == len(arrived), "the same id came with other bytes"


def _wait_until_nothing_is_left() -> None:
    until = time.monotonic() + LEASE + 60
    while left():
        assert time.monotonic() < until, left()
        time.sleep(0.1)
