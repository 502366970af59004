"""Fixtures of the promises: a receiver, and a way to start dispatchers that are gone after the test."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.promises.processes import SHORT, DispatcherProcess, Start, started
from tests.webhooks.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def start_dispatcher(database_url: str, aktar_environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts `aktar dispatch` on the test's database; call it with more environment variables."""
    running: list[DispatcherProcess] = []
    numbers = count(1)

    def start(**environment: str) -> DispatcherProcess:
        # SQLite has one writer's lock a file, so several dispatchers there are only a test of locking.
        known = aktar_environment | SHORT | {"DATABASE_URL": database_url, "PGAPPNAME": "dispatcher"}
        found = started(known | environment, tmp_path / f"dispatcher-{next(numbers)}.log")
        running.append(found)
        return found

    yield start
    for one in running:
        if one.process.poll() is None:
            one.thaw()
            one.process.kill()
            one.process.wait(timeout=10)
