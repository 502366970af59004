"""Several dispatchers on one PostgreSQL share the work, and what a dead one had claimed moves on."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from aiohttp import web
from django.db import connection

from aktar.webhooks.models import WebhookEvent
from tests import factories
from tests.promises.load import RETRY_AT_ONCE, duplicates, left, owed_here
from tests.promises.processes import LEASE, Start
from tests.webhooks.deliveries import tell
from tests.webhooks.dispatching import wait_until
from tests.webhooks.receiver import Delivery, Receiver, never_answer

CREATED = "transfer.status.created"
EVENTS = 100
AT_LEAST = 20
ROUNDS = 20
"""On a busy machine one of them may sleep through a round or two."""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def claims(database_url: str) -> Iterator[None]:
    """The table `claims` notes who claims what; PostgreSQL only."""
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only: SQLite has one dispatcher")
    table = WebhookEvent._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE claims (who text NOT NULL, what bigint NOT NULL);"
            "CREATE FUNCTION note_claim() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "INSERT INTO claims VALUES (current_setting('application_name'), NEW.id); RETURN NEW; END $$;"
            f"CREATE TRIGGER note_claim AFTER UPDATE ON {table} FOR EACH ROW WHEN "
            "(NEW.lease IS NOT NULL AND NEW.lease IS DISTINCT FROM OLD.lease) EXECUTE FUNCTION note_claim()"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER note_claim ON {table}; DROP FUNCTION note_claim(); DROP TABLE claims")


def _claimed() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT who, what FROM claims")
        return list(cursor.fetchall())


def _listen(receiver: Receiver, paths: int) -> None:
    for number in range(paths):
        url = receiver.url(f"/{number}")
        factories.a_webhook(CREATED, target_url=url, retry_countdown_config=RETRY_AT_ONCE)


def test_two_dispatchers_share_the_work_and_send_nothing_twice(
    claims: None, receiver: Receiver, start_dispatcher: Start
) -> None:
    _listen(receiver, 4)
    # Longer leases than the test takes: whatever comes twice then was claimed twice.
    dispatchers = [start_dispatcher(PGAPPNAME=name, AKTAR_WEBHOOK_LEASE="60") for name in ("one", "two")]
    told = 0
    shares: Counter[str] = Counter()
    while told < ROUNDS * EVENTS and not (len(shares) == 2 and min(shares.values()) >= AT_LEAST):
        for number in range(EVENTS):
            tell(number % 50)
        told += EVENTS
        wait_until(lambda: left() == 0, or_say=left)
        shares = Counter(who for who, _ in _claimed())
    for dispatcher in dispatchers:
        dispatcher.stop()
    claimed = _claimed()
    assert {what for _, what in claimed} == set(WebhookEvent.objects.values_list("pk", flat=True))
    assert len(claimed) == 4 * told, "claimed twice"
    assert len(receiver.arrived) == 4 * told
    assert duplicates(receiver) == 0
    receiver.require_order()
    assert set(shares) == {"one", "two"}
    assert min(shares.values()) >= AT_LEAST, shares


def test_the_work_of_a_killed_dispatcher_moves_to_the_other_within_the_lease(
    claims: None, receiver: Receiver, start_dispatcher: Start
) -> None:
    hangs = True

    async def hang_at_first(delivery: Delivery) -> web.StreamResponse:
        return await never_answer(delivery) if hangs else web.Response(text="OK")

    receiver.behaviour = hang_at_first
    _listen(receiver, 4)
    doomed = start_dispatcher(PGAPPNAME="doomed")
    for object_id in range(4):
        tell(object_id)
    receiver.wait_for(16)
    other = start_dispatcher(PGAPPNAME="other")
    doomed.kill()
    hangs = False
    killed_at = time.monotonic()
    wait_until(lambda: left() == 0, seconds=LEASE + 5, or_say=left)
    assert time.monotonic() - killed_at < LEASE + 5
    assert {one.uuid for one in receiver.arrived} == owed_here()
    assert set(_claimed()) == {
        (who, pk) for who in ("doomed", "other") for pk in WebhookEvent.objects.values_list("pk", flat=True)
    }
    other.stop()
