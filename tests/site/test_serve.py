"""A real `aktar serve`: it answers, it stops when told, and it says why it does not start."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction

from aktar.accounts.actions import create_user
from aktar.workflow.actions import load_workflow, read_workflow
from tests.concurrency.processes import CHECKOUT
from tests.conftest import ServerProcess, free_port
from tests.factories import a_key, a_transfer_order

Start = Callable[..., ServerProcess]


@pytest.fixture
def served(database_url: str, live_server_process: Start) -> ServerProcess:
    load_workflow(read_workflow())
    return live_server_process(database_url)


def test_it_answers_and_stops_on_sigterm(served: ServerProcess) -> None:
    status, headers, body = served.get("/healthz", **{"X-Request-ID": "mine"})
    assert (status, json.loads(body)) == (200, {"status": "alive"})
    assert headers["x-request-id"] == "mine"
    assert int(headers["content-length"]) == len(body)
    assert served.get("/nothing/?token=akt_secret")[0] == 404
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=30) == 0
    lines = [json.loads(line) for line in served.log.read_text().splitlines()]
    (line,) = [line for line in lines if line["event"] == "request" and line["path"] == "/nothing/"]
    assert line["status"] == 404
    assert "akt_secret" not in served.log.read_text()


def test_it_stops_on_ctrl_c_which_a_terminal_tells_each_of_its_processes(served: ServerProcess) -> None:
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
    assert children
    for pid in (served.process.pid, *map(int, children)):
        os.kill(pid, signal.SIGINT)
    assert served.process.wait(timeout=15) == 0


def test_a_request_under_way_is_finished_before_it_stops(served: ServerProcess) -> None:
    create_user("ayse", is_admin=False, password="correct horse battery", now=datetime.now(UTC))
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                # On SQLite the open transaction alone keeps other writers waiting.
                connection.cursor().execute("LOCK TABLE accounts_apitoken IN EXCLUSIVE MODE")
            login = pool.submit(
                served.post,
                "/api/v1/auth/login/",
                {"username": "ayse", "password": "correct horse battery"},
            )
            time.sleep(1)
            served.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert not login.done(), login.result()
        assert login.result(timeout=20).status == 200
    assert served.process.wait(timeout=30) == 0


def test_an_answer_without_a_body_has_neither_length_nor_type_on_the_wire(served: ServerProcess) -> None:
    order, key = a_transfer_order(), a_key()
    for accept in ("*/*", "text/html"):
        status, headers, body = served.post(
            f"/api/v1/oms/transfer_orders/{order.pk}/set_remote_id/",
            {"remote_id": "123"},
            Authorization=f"Token {key}",
            Accept=accept,
        )
        assert (status, body) == (204, b"")
        assert not {"content-length", "content-type", "transfer-encoding"} & set(headers)


def test_static_files_are_served_without_collecting_them(served: ServerProcess) -> None:
    status, headers, _ = served.get("/static/rest_framework/css/default.css")
    assert (status, headers["content-type"]) == (200, 'text/css; charset="utf-8"')
    assert served.get("/static/../pyproject.toml")[0] == 404


def test_several_processes_answer_on_one_port(database_url: str, live_server_process: Start) -> None:
    load_workflow(read_workflow())
    server = live_server_process(database_url, "--workers", "2", "--threads", "2")
    assert all(server.get("/readyz")[0] == 200 for _ in range(20))


def test_told_to_stop_while_its_processes_start_it_ends_at_once(
    database_url: str, aktar_environment: dict[str, str]
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.site.slow_serve", "serve", "--port", str(free_port())],
        env=aktar_environment | {"DATABASE_URL": database_url, "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout
        for line in server.stdout:
            if line == "starting\n":
                break
        server.terminate()
        assert server.wait(timeout=10) == 0


def test_a_port_that_is_taken_is_named(database_url: str, aktar_environment: dict[str, str]) -> None:
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = subprocess.run(
            [sys.executable, "-m", "aktar", "serve", "--port", str(port)],
            env=aktar_environment | {"DATABASE_URL": database_url},
            capture_output=True,
            text=True,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Error: Port {port} on 127.0.0.1 cannot be opened: another program listens there" in done.stderr
    assert "--port (make: PORT=…)" in done.stderr
