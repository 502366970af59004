"""Promise 6: the database crashes and comes back, again and again under load, and no event is lost."""

import random
import threading
import time
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import Error, connection

from aktar.webhooks.models import Event, WebhookEvent
from tests import factories
from tests.promises.cluster import Cluster, a_cluster, programs
from tests.promises.load import RETRY_AT_ONCE, InHand, duplicates, left, owed_here
from tests.promises.processes import LEASE, Start
from tests.webhooks.deliveries import tell
from tests.webhooks.dispatching import wait_until
from tests.webhooks.receiver import Receiver

CREATED = "transfer.status.created"
RESUMES = 5  # seconds
WRITERS = 2
OBJECTS = 30


@pytest.fixture
def cluster(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A database server of the test's own, which this process's connections lead to as well."""
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only: SQLite has no server that could crash")
    found = programs()
    if found is None:
        pytest.skip("needs initdb and pg_ctl, to crash a server of its own")
    with a_cluster(found) as own:
        connection.close()
        with monkeypatch.context() as patch:
            for name, value in {
                "HOST": "127.0.0.1",
                "PORT": own.port,
                "NAME": "postgres",
                "USER": "postgres",
                "PASSWORD": "",
            }.items():
                patch.setitem(connection.settings_dict, name, value)
            call_command("migrate", verbosity=0, interactive=False)
            yield own
            connection.close()


class Writers:
    """Threads that record events until they are told to stop, whatever becomes of the database."""

    def __init__(self) -> None:
        self.committed: list[int] = []
        """The events whose commit was confirmed."""
        self.failures = 0
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(seed,)) for seed in range(WRITERS)]

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(60)

    def _write(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self._stopping.is_set():
            try:
                self.committed.append(tell(chance.randrange(OBJECTS)).pk)
            except Error:
                self.failures += 1
                connection.close()
                time.sleep(0.1)
            time.sleep(0.01)
        connection.close()


@pytest.mark.parametrize("crashes", [3, pytest.param(20, marks=pytest.mark.soak)])
def test_6_no_event_is_lost_when_the_database_crashes_under_load(
    crashes: int, cluster: Cluster, receiver: Receiver, start_dispatcher: Start
) -> None:
    chance = random.Random(crashes)
    owner = factories.a_user(is_admin=True)
    for path in ("/one", "/two"):
        factories.a_webhook(
            CREATED, user=owner, target_url=receiver.url(path), retry_countdown_config=RETRY_AT_ONCE
        )
    connection.close()
    dispatcher = start_dispatcher(DATABASE_URL=cluster.url)
    in_hand = InHand()
    with Writers() as writers:
        for _ in range(crashes):
            heard = len(receiver.arrived)
            wait_until(lambda heard=heard: len(receiver.arrived) > heard + 20)
            time.sleep(chance.uniform(0.0, 0.5))
            cluster.crash()
            time.sleep(chance.uniform(0.0, 1.0))
            before = len(receiver.arrived)
            # So that it settles nothing between the database's coming back and the look.
            dispatcher.freeze()
            cluster.start()
            connection.close()
            in_hand.look()
            dispatcher.thaw()
            back_at = time.monotonic()
            wait_until(lambda before=before: len(receiver.arrived) > before, seconds=RESUMES)
            assert time.monotonic() - back_at < RESUMES
    assert dispatcher.process.poll() is None, dispatcher.log.read_text()
    wait_until(lambda: left() == 0, seconds=LEASE + 30, or_say=left)
    dispatcher.stop()
    assert b"database_failed" in dispatcher.log.read_bytes()
    kept = set(Event.objects.values_list("pk", flat=True))
    assert set(writers.committed) - kept == set(), "a commit that was confirmed is gone"
    owed, arrived = owed_here(), {one.uuid for one in receiver.arrived}
    assert len(owed) == 2 * len(kept)
    assert owed - arrived == set(), "lost"
    assert arrived - owed == set(), "made up"
    assert not WebhookEvent.objects.filter(delivered=False).exists()
    receiver.require_order()
    # A crash doubles at most what was in hand: what could not be settled then is settled later.
    assert duplicates(receiver) <= in_hand.count
