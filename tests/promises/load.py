"""Load for the promises: transfer orders that writers move, and what the database says was owed."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from aktar.webhooks.models import Standing, Webhook, WebhookEvent
from tests import factories
from tests.concurrency.processes import writers
from tests.concurrency.rows import contested_orders
from tests.webhooks.receiver import Receiver

RETRY_AT_ONCE = {"choice": "fixed", "kwargs": {"seconds": 1}}
LISTENED_TO = ("transfer.status.transitioned", "transfer.status.in_transit", "package.status.transitioned")


def listeners(receiver: Receiver, *, paths: tuple[str, ...] = ("/hook",)) -> list[Webhook]:
    """A webhook for each event type at each of the receiver's paths, one owner for all."""
    owner = factories.a_user(is_admin=True)
    return [
        factories.a_webhook(
            event_type, user=owner, target_url=receiver.url(path), retry_countdown_config=RETRY_AT_ONCE
        )
        for path in paths
        for event_type in LISTENED_TO
    ]


def some_orders(*, packages: int, each: int) -> list[int]:
    """Transfer orders to move; the webhooks that come with them lead nowhere and are gone."""
    orders = contested_orders(packages=packages, each=each)
    WebhookEvent.objects.all().delete()
    Webhook.objects.all().delete()
    return orders


@contextmanager
def moving(
    database_url: str,
    environment: dict[str, str],
    orders: list[int],
    *,
    processes: int,
    commands: int,
    seed: int = 0,
    dies_at: tuple[int, ...] = (),
) -> Iterator[None]:
    """Let writers move the orders at random; left, they have ended."""
    seeds = range(seed, seed + processes)
    with writers(
        database_url, environment, orders, seeds=seeds, commands=commands, dies_at=dies_at
    ) as started:
        yield
        for writer in started:
            writer.wait(timeout=300)


def owed_here() -> set[str]:
    """The uuids of everything that is owed to anybody, without dashes."""
    return {uuid.hex for uuid in WebhookEvent.objects.values_list("uuid", flat=True)}


def left() -> int:
    """How many events are still on their way."""
    on_the_way = (Standing.BLOCKED, Standing.DUE, Standing.REPLAY)
    return WebhookEvent.objects.filter(standing__in=on_the_way).count()


class InHand:
    """What was claimed and not settled when somebody fell: sent or not, that is all that can come twice."""

    def __init__(self) -> None:
        self._leases: set[UUID] = set()
        self.count = 0

    def look(self) -> None:
        """Count the events of each lease that was not seen before; one may outlast several falls."""
        held = WebhookEvent.objects.filter(lease__isnull=False).values_list("lease", flat=True)
        new = [lease for lease in held if lease is not None and lease not in self._leases]
        self.count += len(new)
        self._leases |= set(new)


def duplicates(receiver: Receiver) -> int:
    """How many requests carried an event that had arrived before."""
    return sum(Counter(one.uuid for one in receiver.arrived).values()) - len(
        {one.uuid for one in receiver.arrived}
    )
