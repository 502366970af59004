"""Two identical commands at once on a served process: one is run, the other is told why it was not."""

import json
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from aktar.transfers.models import TransferOrder
from tests import factories
from tests.concurrency.ledger import moves, require_agreement
from tests.concurrency.rows import contested_orders
from tests.conftest import Answer, ServerProcess

READY, DISPATCH, CANCEL = 100, 101, 103


def test_of_two_identical_commands_one_is_run_and_the_other_hears_why_not(
    live_server_process: Callable[..., ServerProcess], database_url: str
) -> None:
    orders = contested_orders(packages=5, each=3)
    key = factories.a_key()
    workers = [] if connection.vendor == "sqlite" else ["--workers=2"]
    server = live_server_process(database_url, *workers)
    for order in orders:
        statuses, refusal = _race(server, key, order, [READY, READY])
        assert statuses == [204, 409]
        assert refusal["state"]["enum_value"] == "ready_to_shipment"
        assert "ready_to_shipment" in refusal["detail"]
        assert {command["id"] for command in refusal["allowed"]} == {DISPATCH, CANCEL}
    assert {moves(order) for order in orders} == {1}
    assert set(TransferOrder.objects.values_list("version", flat=True)) == {2}
    require_agreement()


def test_of_two_commands_that_exclude_each_other_one_is_run(
    live_server_process: Callable[..., ServerProcess], database_url: str
) -> None:
    orders = contested_orders(packages=5, each=2)
    key = factories.a_key()
    workers = [] if connection.vendor == "sqlite" else ["--workers=2"]
    server = live_server_process(database_url, *workers)
    for order in orders:
        assert _race(server, key, order, [READY, 105])[0] == [204, 409]
    assert {moves(order) for order in orders} == {1}
    require_agreement()


def _race(
    server: ServerProcess, key: str, order: int, transitions: list[int]
) -> tuple[list[int], dict[str, Any]]:
    """The statuses of commands that are sent at the same moment, sorted, and the last refusal's body."""
    start = threading.Barrier(len(transitions))
    heard: list[Answer] = []

    def run(transition: int) -> None:
        body = {"transition": transition, "input_parameters": {}}
        start.wait()
        heard.append(
            server.post(f"/api/v1/oms/transfer_orders/{order}/command/", body, Authorization=f"Token {key}")
        )

    threads = [threading.Thread(target=run, args=(transition,)) for transition in transitions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = sorted(heard, key=lambda answer: answer.status)
    return [answer.status for answer in answers], json.loads(answers[-1].body)
