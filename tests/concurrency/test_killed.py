"""A process that dies in the middle of a write leaves the whole of it or nothing, and what it said it did."""

import random
import signal
import time
from collections import Counter
from collections.abc import Collection

import pytest

from aktar.transfers.models import TransferOrder
from tests.concurrency.ledger import require_agreement
from tests.concurrency.processes import Life, life, writers
from tests.concurrency.rows import contested_orders

PROCESSES = 6
ENDLESS = 100_000
ENOUGH = 400  # commands: every death that is arranged comes sooner
# Two rounds of six deaths each time; in the long tests as many more as make a hundred.
ROUNDS = [0, 1, *(pytest.param(round_, marks=pytest.mark.soak) for round_ in range(2, 19))]


@pytest.mark.parametrize("round_", ROUNDS)
def test_death_within_a_transaction_leaves_nothing_half_done(
    round_: int, database_url: str, aktar_environment: dict[str, str]
) -> None:
    orders = contested_orders(packages=10, each=3)
    chance = random.Random(round_)
    deaths = [chance.randrange(1, 120) for _ in range(PROCESSES)]
    seeds = range(100 * round_, 100 * round_ + PROCESSES)
    with writers(
        database_url, aktar_environment, orders, seeds=seeds, commands=ENOUGH, dies_at=deaths
    ) as started:
        lives = [life(writer) for writer in started]
    _require_killed(lives)
    require_agreement()
    # Each died before its transaction's end: what it said is all there is.
    assert _versions(orders) == _said(orders, lives)


@pytest.mark.parametrize("round_", ROUNDS)
def test_death_at_any_moment_leaves_nothing_half_done(
    round_: int, database_url: str, aktar_environment: dict[str, str]
) -> None:
    orders = contested_orders(packages=20, each=3)
    chance = random.Random(1000 + round_)
    seeds = range(200 * round_, 200 * round_ + PROCESSES)
    with writers(database_url, aktar_environment, orders, seeds=seeds, commands=ENDLESS) as started:
        lives = []
        for writer in started:
            time.sleep(chance.uniform(0.02, 0.25))
            writer.kill()
            lives.append(life(writer))
    _require_killed(lives)
    require_agreement()
    versions, said = _versions(orders), _said(orders, lives)
    assert all(versions[order] >= said[order] for order in orders)
    # A write may have been done and not told of, one for each of the dead.
    assert sum(versions.values()) - sum(said.values()) <= PROCESSES


def _require_killed(lives: Collection[Life]) -> None:
    for lived in lives:
        assert lived.returncode == -signal.SIGKILL, lived.complaints
    assert sum(len(lived.entries) for lived in lives)


def _versions(orders: Collection[int]) -> dict[int, int]:
    return dict(TransferOrder.objects.filter(pk__in=orders).values_list("pk", "version"))


def _said(orders: Collection[int], lives: Collection[Life]) -> dict[int, int]:
    writes = Counter(entry["order"] for lived in lives for entry in lived.entries if entry["done"])
    return {order: 1 + writes[order] for order in orders}
