"""A live installation is moved over HTTP, killed on the way and resumed, and then answers the same bytes."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from aktar.site.demo import load_demo
from aktar.transfers.models import TransferOrder
from tests.conftest import ServerProcess
from tests.factories import NOW, a_key, a_workflow

Start = Callable[..., ServerProcess]
ORDERS_PATH = "/api/v1/oms/transfer_orders/"
PATIENCE = 600.0  # seconds
UNTHROTTLED = {"AKTAR_THROTTLE_TOKEN": "off"}


@dataclass(frozen=True)
class Installation:
    """A second installation, on the same kind of database as this process's own."""

    environment: dict[str, str]

    @property
    def database_url(self) -> str:
        return self.environment["DATABASE_URL"]

    def run(self, *arguments: str) -> str:
        """What a command prints; it must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "aktar", *arguments], env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def load(self, url: str, key: str, *options: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "aktar", "load", "--from", url, *options],
            env=self.environment | {"AKTAR_LOAD_TOKEN": key},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def orders(self) -> int:
        """How many transfer orders it holds."""
        asked = "SELECT count(*) FROM transfers_transferorder"
        if self.database_url.startswith("postgresql"):
            with psycopg.connect(self.database_url) as client:
                return int((client.execute(asked).fetchone() or [0])[0])
        import sqlite3

        file = sqlite3.connect(self.database_url.removeprefix("sqlite:///"))
        try:
            return int(file.execute(asked).fetchone()[0])
        finally:
            file.close()


@pytest.fixture
def other(aktar_environment: dict[str, str], database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """A second installation with tables and workflow, and not a row more."""
    name = f"{connection.settings_dict['NAME']}_other"
    is_postgresql = connection.vendor == "postgresql"
    if is_postgresql:
        _in_no_database(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
        url = f"{database_url.rpartition('/')[0]}/{name}"
    else:
        url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    folder = str(tmp_path / "other")
    installation = Installation(aktar_environment | {"AKTAR_DATA_DIR": folder, "DATABASE_URL": url})
    installation.run("migrate")
    installation.run("workflow", "load")
    yield installation
    if is_postgresql:
        _in_no_database(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _in_no_database(*statements: str) -> None:
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _kill_after(loading: "subprocess.Popen[str]", other: Installation, orders: int) -> None:
    """Kill a loading process once so many orders have come."""
    until = time.monotonic() + PATIENCE
    while other.orders() < orders:
        assert loading.poll() is None, loading.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)
    loading.send_signal(signal.SIGKILL)
    loading.communicate()
    assert loading.returncode == -signal.SIGKILL


def _move_in_and_be_killed_twice(source: ServerProcess, other: Installation, *options: str) -> str:
    """The summary of the third run, the only one that lives."""
    key, orders = a_key(), TransferOrder.objects.count()
    _kill_after(other.load(source.url, key, *options), other, orders // 4)
    _kill_after(other.load(source.url, key, *options), other, orders // 2)
    assert other.orders() < orders
    last = other.load(source.url, key, *options)
    summary, complaints = last.communicate(timeout=PATIENCE)
    assert last.returncode == 0, complaints
    assert complaints == "Going on where an earlier run was broken off.\n"
    assert other.orders() == orders
    return summary


def _answers(server: ServerProcess, key: str, path: str) -> bytes:
    headers = {"Authorization": f"Token {key}", "Accept-Language": "tr-tr"}
    answered = server.get(ORDERS_PATH + path, **headers)
    assert answered.status == 200, answered.body
    # The links of a page name the server that made it; its results are the last member.
    return answered.body.partition(b'"results":')[2] or answered.body


def _assert_same(source: ServerProcess, moved: ServerProcess, other: Installation, paths: list[str]) -> None:
    key, their_key = a_key(), other.run("token", "create", "reader", "--all-locations")
    for path in paths:
        assert _answers(source, key, path) == _answers(moved, their_key, path), path


def _a_demo(orders: int) -> list[int]:
    a_workflow()
    load_demo(orders, now=NOW, progress=lambda _done, _total: None)
    return list(TransferOrder.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_move_that_was_killed_twice_ends_with_the_same_answers(
    database_url: str, other: Installation, live_server_process: Start
) -> None:
    ids = _a_demo(250)
    source = live_server_process(database_url, **UNTHROTTLED)

    _move_in_and_be_killed_twice(source, other, "--details", "--limit", "10", "--pause", "0.002")

    moved = live_server_process(other.database_url, **UNTHROTTLED)
    chosen = random.Random(3).sample(range(len(ids)), 50)
    pages = [f"?sort=id&limit=1&page={place + 1}" for place in chosen]
    _assert_same(source, moved, other, [*pages, *(f"{ids[place]}/" for place in chosen)])

    again = other.load(source.url, a_key(), "--details")
    summary, _ = again.communicate(timeout=PATIENCE)
    assert summary.startswith(f"Transfer orders: 0 created, 0 updated, {len(ids)} unchanged, 0 older")


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_a_hundred_thousand_orders_are_moved(
    database_url: str, other: Installation, live_server_process: Start
) -> None:
    ids = _a_demo(82_000)
    assert len(ids) >= 100_000
    source = live_server_process(database_url, **UNTHROTTLED)

    summary = _move_in_and_be_killed_twice(source, other)
    assert " 0 refused" in summary

    moved = live_server_process(other.database_url, **UNTHROTTLED)
    chosen = random.Random(3).sample(range(len(ids)), 1000)
    _assert_same(source, moved, other, [f"?sort=id&limit=1&page={place + 1}" for place in chosen])


@pytest.mark.django_db(transaction=True)
def test_a_token_that_is_not_taken_is_said(
    database_url: str, other: Installation, live_server_process: Start
) -> None:
    a_workflow()
    source = live_server_process(database_url)
    refused = other.load(source.url, "akt_wrong")
    printed, complaints = refused.communicate(timeout=60)
    assert (refused.returncode, printed) == (1, "")
    assert "it does not take the token (401)" in complaints
    assert "akt_wrong" not in complaints
