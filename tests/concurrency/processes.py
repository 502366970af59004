"""Starts writers as processes of their own, lets them all loose at once, and gathers what they say."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from django.db import connection

PATIENCE = 120  # seconds


@dataclass(frozen=True)
class Writer:
    """A running writer, and the file that its complaints go to."""

    process: "subprocess.Popen[str]"
    complaints: IO[str]

    def said(self) -> list[dict[str, Any]]:
        """What it did until its end, in order; a line that death cut off is left out."""
        output, _ = self.process.communicate(timeout=PATIENCE)
        return [json.loads(line) for line in output.splitlines() if line.endswith("}")]

    def complained(self) -> str:
        self.complaints.seek(0)
        return self.complaints.read()


@contextmanager
def writers(
    database_url: str,
    environment: dict[str, str],
    orders: Collection[int],
    *,
    seeds: Iterable[int],
    commands: int,
    dies_at: Collection[int] = (),
) -> Iterator[list[Writer]]:
    """One writer for each seed, all started at the same moment and none left behind."""
    deaths = dict(enumerate(dies_at))
    started = [
        _started(
            [str(number) for number in (seed, commands, deaths.get(place, 0), *orders)],
            environment | {"DATABASE_URL": database_url},
        )
        for place, seed in enumerate(seeds)
    ]
    try:
        for writer in started:
            assert writer.process.stdout is not None
            assert writer.process.stdout.readline() == "ready\n", writer.complained()
        for writer in started:
            assert writer.process.stdin is not None
            writer.process.stdin.write("go\n")
            writer.process.stdin.flush()
        yield started
    finally:
        for writer in started:
            writer.process.kill()
            writer.process.wait()
            writer.complaints.close()
        wait_for_the_dead()


def wait_for_the_dead() -> None:
    """Wait until PostgreSQL has noticed that its clients are gone, and has finished or undone their work."""
    if connection.vendor != "postgresql":
        return
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    with connection.cursor() as cursor:
        for _ in range(PATIENCE * 20):
            cursor.execute(others)
            if cursor.fetchone() == (0,):
                return
            cursor.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("Clients that were killed are still connected.")


def _started(arguments: list[str], environment: dict[str, str]) -> Writer:
    complaints = tempfile.TemporaryFile("w+")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.concurrency.worker", *arguments],
        env=environment | {"PYTHONPATH": os.getcwd()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        text=True,
    )
    return Writer(process, complaints)
