"""Starts writers as processes of their own, lets them all loose at once, and gathers what they say."""

import json
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

PATIENCE = 600  # seconds
CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Life:
    """How a writer ended, what it said it had done until then, and its complaints."""

    returncode: int
    entries: list[dict[str, Any]]
    complaints: str


def life(writer: "subprocess.Popen[str]") -> Life:
    """Wait for a writer's end; a line that death cut off is left out."""
    output, complaints = writer.communicate(timeout=PATIENCE)
    entries = [json.loads(line) for line in output.splitlines() if line.endswith("}")]
    return Life(writer.returncode, entries, complaints)


@contextmanager
def writers(
    database_url: str,
    environment: dict[str, str],
    orders: Collection[int],
    *,
    seeds: Iterable[int],
    commands: int,
    dies_at: Collection[int] = (),
) -> "Iterator[list[subprocess.Popen[str]]]":
    """One writer for each seed, all let loose at the same moment and none left behind."""
    deaths = dict(enumerate(dies_at))
    started = [
        process(
            "tests.concurrency.worker",
            [str(number) for number in (seed, commands, deaths.get(place, 0), *orders)],
            environment | {"DATABASE_URL": database_url},
        )
        for place, seed in enumerate(seeds)
    ]
    with let_loose(started):
        yield started


@contextmanager
def hands(
    database_url: str, environment: dict[str, str], *, count: int, steps: int, planners: int, rounds: int
) -> "Iterator[list[subprocess.Popen[str]]]":
    """So many of a retailer's hands, and planners of so many rounds, all let loose at once."""
    roles = [*[("hand", steps)] * count, *[("planner", rounds)] * planners]
    started = [
        process(
            "tests.concurrency.retailer",
            [role, str(seed), str(turns)],
            environment | {"DATABASE_URL": database_url},
        )
        for seed, (role, turns) in enumerate(roles)
    ]
    with let_loose(started):
        yield started


@contextmanager
def let_loose(started: "Collection[subprocess.Popen[str]]") -> Iterator[None]:
    """Let processes that wait for it begin at the same moment, and leave none behind."""
    try:
        for writer in started:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n", life(writer)
        for writer in started:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        yield
    finally:
        for writer in started:
            with writer:
                writer.kill()
        _wait_for_the_dead()


def _wait_for_the_dead() -> None:
    """Wait until PostgreSQL has noticed that its clients are gone, and has finished or undone their work."""
    if connection.vendor != "postgresql":
        return
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    with connection.cursor() as cursor:
        for _ in range(PATIENCE * 20):
            cursor.execute(others)
            if cursor.fetchone() == (0,):
                return
            cursor.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("Clients that were killed are still connected.")


def process(module: str, arguments: list[str], environment: dict[str, str]) -> "subprocess.Popen[str]":
    """Start a module of the tests, which says `ready` and waits for a line."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment | {"PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
