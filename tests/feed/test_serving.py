"""The feed of a real server: whoever waits is told promptly, starves nobody and holds up no stop."""

import json
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.conftest import Answer, ServerProcess
from tests.factories import a_key, a_workflow
from tests.webhooks.deliveries import tell

Start = Callable[..., ServerProcess]
FEED = "/api/v1/oms/events/"


@pytest.fixture
def served(database_url: str, live_server_process: Start) -> ServerProcess:
    a_workflow()
    return live_server_process(database_url, "--workers", "1", "--threads", "4")


def asked(server: ServerProcess, key: str, query: str = "") -> Answer:
    return server.get(FEED + query, Authorization=f"Token {key}")


def test_a_long_poll_is_told_at_once_what_another_process_commits(served: ServerProcess) -> None:
    key = a_key()
    with ThreadPoolExecutor(1) as pool:
        for number in range(1, 6):
            waiting = pool.submit(asked, served, key, f"?after={number - 1}&wait=20")
            time.sleep(0.7)
            assert not waiting.done()
            began = time.monotonic()
            tell(number)
            answer = waiting.result(timeout=20)
            assert time.monotonic() - began < 2
            (event,) = json.loads(answer.body)["results"]
            assert (event["cursor"], event["object_id"]) == (number, number)


def test_many_long_polls_leave_threads_to_everybody_else(served: ServerProcess) -> None:
    key = a_key()
    with ThreadPoolExecutor(6) as pool:
        polls = [pool.submit(asked, served, key, "?wait=30") for _ in range(6)]
        until = time.monotonic() + 15
        while sum(poll.done() for poll in polls) < 5 and time.monotonic() < until:
            time.sleep(0.05)
        # Of four threads one may wait.
        assert sum(not poll.done() for poll in polls) == 1
        assert served.get("/readyz").status == 200
        tell()
        answers = [json.loads(poll.result(timeout=15).body) for poll in polls]
    assert sorted(len(answer["results"]) for answer in answers) == [0, 0, 0, 0, 0, 1]


def test_a_long_poll_holds_no_transaction(served: ServerProcess) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite shows nobody what others hold")
    key = a_key()
    with ThreadPoolExecutor(1) as pool:
        asked(served, key)
        poll = pool.submit(asked, served, key, "?wait=3")
        time.sleep(1)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
            )
            assert cursor.fetchone() == (0,)
        assert not poll.done()


def test_a_stop_ends_the_waiting(served: ServerProcess) -> None:
    key = a_key()
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(asked, served, key, "?wait=30")
        time.sleep(1)
        began = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(timeout=30) == 0
        assert time.monotonic() - began < 5
        assert poll.result(timeout=5).status == 200
