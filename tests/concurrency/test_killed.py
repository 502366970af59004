"""A process that dies in the middle of a write leaves the whole of it or nothing."""

import random
import signal
import time

import pytest

from tests.concurrency.ledger import require_agreement
from tests.concurrency.processes import writers
from tests.concurrency.rows import contested_orders

PROCESSES = 6
ROUNDS = 2
ENDLESS = 100_000


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_death_before_any_statement_leaves_nothing_half_done(
    round_: int, database_url: str, aktar_environment: dict[str, str]
) -> None:
    orders = contested_orders(packages=10, each=3)
    chance = random.Random(round_)
    deaths = [chance.randrange(5, 150) for _ in range(PROCESSES)]
    with writers(
        database_url,
        aktar_environment,
        orders,
        seeds=range(100 * round_, 100 * round_ + PROCESSES),
        commands=ENDLESS,
        dies_at=deaths,
    ) as started:
        for writer in started:
            writer.said()
        assert [writer.process.returncode for writer in started] == [-signal.SIGKILL] * PROCESSES, [
            writer.complained() for writer in started
        ]
    require_agreement()


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_death_at_any_moment_leaves_nothing_half_done(
    round_: int, database_url: str, aktar_environment: dict[str, str]
) -> None:
    orders = contested_orders(packages=30, each=3)
    chance = random.Random(1000 + round_)
    with writers(
        database_url,
        aktar_environment,
        orders,
        seeds=range(200 * round_, 200 * round_ + PROCESSES),
        commands=ENDLESS,
    ) as started:
        for writer in started:
            time.sleep(chance.uniform(0.02, 0.25))
            assert writer.process.poll() is None, writer.complained()
            writer.process.kill()
    require_agreement()
