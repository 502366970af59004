"""What every test stands on: fresh caches, and real server processes on free ports."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import hypothesis
import pytest
import pytest_django
from django.conf import settings
from django.db import connection, transaction

from aktar.edge import counts, references, throttles
from aktar.edge.documents import shelf
from aktar.planning.queries import desk
from aktar.site.metrics import keeping
from tests import flushing

STARTING = 60  # seconds

# How fast the machine is today is no property of the code.
hypothesis.settings.register_profile(
    "aktar", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("aktar")

flushing.install()


class Answer(NamedTuple):
    """Status, headers (names in lower case) and body."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class ServerProcess:
    """A running `aktar serve`: its address, its process, and the file that its logs go to."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path: str, **headers: str) -> Answer:
        """The answer to a GET; an error status is no exception."""
        return _answer(urllib.request.Request(self.url + path, headers=headers))

    def post(self, path: str, body: object, **headers: str) -> Answer:
        """The answer to a POST of JSON; an error status is no exception."""
        return _answer(
            urllib.request.Request(
                self.url + path,
                data=json.dumps(body).encode(),
                headers={"Content-Type": "application/json"} | headers,
            )
        )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> None:
    """On PostgreSQL no commit in the tests' database waits for the disk: nobody pulls that server's plug.

    The tests that crash a server have one of their own, which keeps its word.
    """
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            name = connection.ops.quote_name(connection.settings_dict["NAME"])
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
            connection.close()


@pytest.fixture(autouse=True)
def _fresh_process() -> Iterator[None]:
    """No test sees what another one left in the memory of the process."""
    references.forget()
    throttles.forget()
    counts.forget()
    desk.forget()
    shelf.forget()
    keeping.forget()
    yield
    references.forget()
    throttles.forget()
    counts.forget()
    desk.forget()
    shelf.forget()
    keeping.forget()


@pytest.fixture
def unchecked(db: None) -> Iterator[None]:
    """No row is looked up in what it mentions at the end: of a crowd that takes longer than the test."""
    yield
    transaction.set_rollback(True)


@pytest.fixture
def no_statistics(transactional_db: None) -> None:
    """Let SQLite's planner know nothing of the tables' sizes: the demo's ANALYZE told it of other rows.

    A connection keeps what it learned, even if that was rolled back: the test gets another one.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_schema WHERE name IN ('sqlite_stat1', 'sqlite_stat4')")
            for (table,) in cursor.fetchall():
                cursor.execute(f"DELETE FROM {table}")
        connection.close()


@pytest.fixture
def aktar_environment(tmp_path: Path) -> dict[str, str]:
    """The environment of an `aktar` process with a data folder of its own and an empty SQLite database.

    It has this process's webhook keys, for it may be given this test's database.
    """
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("AKTAR_", "DATABASE_URL", "DJANGO_"))}
    keys = ",".join(settings.SECRET_COLUMN_KEYS)
    # On a busy machine any statement may be slow, and tests read what processes write.
    quiet = {"AKTAR_SLOW_QUERY_MS": "off"}
    return ours | quiet | {"AKTAR_DATA_DIR": str(tmp_path / "var"), "AKTAR_WEBHOOK_KEY": keys}


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """The address of this test's own database, for other processes to open it too."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    credentials = ":".join(filter(None, (values["USER"], values["PASSWORD"])))
    return f"postgresql://{credentials}@{values['HOST']}:{values['PORT'] or 5432}/{values['NAME']}"


@pytest.fixture
def live_server_process(
    aktar_environment: dict[str, str], tmp_path: Path
) -> Iterator[Callable[..., ServerProcess]]:
    """Starts a real `aktar serve` on a free port, waits until it is ready, and stops it after the test.

    Call it with the DATABASE_URL it shall serve, options of `aktar serve`, and more environment variables;
    `module` is run in the place of `aktar`.
    """
    started: list[subprocess.Popen[bytes]] = []

    def start(database_url: str, *options: str, module: str = "aktar", **environment: str) -> ServerProcess:
        port = free_port()
        log = tmp_path / f"server-{port}.log"
        dispatching = () if {"--dispatch", "--no-dispatch"} & set(options) else ("--no-dispatch",)
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", module, "serve", "--port", str(port), *dispatching, *options],
                env=aktar_environment | {"DATABASE_URL": database_url} | environment,
                stdout=subprocess.DEVNULL,
                stderr=file,
            )
        started.append(process)
        server = ServerProcess(f"http://127.0.0.1:{port}", process, log)
        _wait_until_ready(server)
        return server

    yield start
    for process in started:
        process.terminate()
    for process in started:
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answer(request: urllib.request.Request) -> Answer:
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())


_ports = cycle(range(10_000 + os.getpid() % 40 * 500, 10_000 + os.getpid() % 40 * 500 + 500))


def free_port() -> int:
    """A port of this machine that nobody listens on, and that no other process of the tests is told of.

    The system's own choice is no good: until it is bound again, another test or a connection may get it.
    """
    for port in _ports:
        with socket.socket() as trial, contextlib.suppress(OSError):
            trial.bind(("127.0.0.1", port))
            return port
    raise AssertionError


def _wait_until_ready(server: ServerProcess) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until and server.process.poll() is None:
        try:
            if server.get("/readyz").status == 200:
                return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.05)
    raise AssertionError(f"aktar serve is not ready:\n{server.log.read_text()}")
