"""Requests that are sent again and again, at once or after the server died, are carried out once."""

import http.client
import threading
import urllib.error
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from aktar.edge.models import IdempotencyKey
from aktar.transfers.models import TransferOrder
from aktar.webhooks.models import Event
from aktar.workflow.models import TransitionLog
from tests import factories
from tests.concurrency.ledger import moves, require_agreement
from tests.concurrency.rows import contested_orders
from tests.conftest import Answer, ServerProcess

MANY = 50
READY = 100
ORDERS = "/api/v1/oms/transfer_orders/"
BODY = {"transition": READY, "input_parameters": {}}
Start = Callable[..., ServerProcess]


def started(start: Start, database_url: str) -> ServerProcess:
    workers = [] if connection.vendor == "sqlite" else ["--workers=2"]
    return start(database_url, *workers)


def at_once(server: ServerProcess, path: str, body: Any, **headers: str) -> list[Answer]:
    """The answers to the same POST, sent fifty times in the same moment."""
    together = threading.Barrier(MANY)
    heard: list[Answer] = []

    def send() -> None:
        together.wait()
        heard.append(server.post(path, body, **headers))

    threads = [threading.Thread(target=send) for _ in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return heard


def keyed(key: str, name: str = "key-1", **headers: str) -> dict[str, str]:
    return {"Authorization": f"Token {key}", "Idempotency-Key": name} | headers


def a_wish() -> dict[str, Any]:
    """A body for the one item of a package that waits for it."""
    package = factories.a_package()
    return {
        "source": factories.a_location().pk,
        "destination": package.stock_location_id,
        "package": package.pk,
        "items": [{"sku": package.packageitem_set.get().order_item.product.sku}],
    }


def require_one_move(order: int) -> None:
    """Hold that the order was moved once: its version, its log, its news."""
    assert TransferOrder.objects.get(pk=order).version == 2
    assert moves(order) == 1
    told = Event.objects.filter(content_type=6, object_id=order).values_list("type", flat=True)
    assert sorted(told) == ["transfer.status.created", "transfer.status.ready_to_shipment"]
    require_agreement()


def test_fifty_commands_at_once_with_one_key_are_one(live_server_process: Start, database_url: str) -> None:
    (order,) = contested_orders(packages=1, each=1)
    server = started(live_server_process, database_url)
    answers = at_once(server, f"{ORDERS}{order}/command/", BODY, **keyed(factories.a_key()))
    assert {(answer.status, answer.body) for answer in answers} == {(204, b"")}
    assert len(answers) == MANY
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    require_one_move(order)


def test_fifty_commands_at_once_without_a_key_are_one_and_49_refusals(
    live_server_process: Start, database_url: str
) -> None:
    (order,) = contested_orders(packages=1, each=1)
    server = started(live_server_process, database_url)
    headers = {"Authorization": f"Token {factories.a_key()}"}
    answers = at_once(server, f"{ORDERS}{order}/command/", BODY, **headers)
    assert Counter(answer.status for answer in answers) == {204: 1, 409: MANY - 1}
    assert not IdempotencyKey.objects.exists()
    require_one_move(order)


def test_fifty_writers_that_saw_the_same_version_are_one_and_49_refusals(
    live_server_process: Start, database_url: str
) -> None:
    (order,) = contested_orders(packages=1, each=1)
    server = started(live_server_process, database_url)
    headers = {"Authorization": f"Token {factories.a_key()}"}
    tag = server.get(f"{ORDERS}{order}/", **headers).headers["etag"]
    path = f"{ORDERS}{order}/set_remote_id/"
    answers = at_once(server, path, {"remote_id": "R-1"}, **headers, **{"If-Match": tag})
    assert Counter(answer.status for answer in answers) == {204: 1, 412: MANY - 1}
    assert TransferOrder.objects.get(pk=order).version == 2


def test_of_fifty_who_want_the_same_items_brought_one_is_served(
    live_server_process: Start, database_url: str
) -> None:
    contested_orders(packages=1, each=1)
    wish = a_wish()
    server = started(live_server_process, database_url)
    key = factories.a_key()
    answers = at_once(server, ORDERS, wish, Authorization=f"Token {key}")
    assert Counter(answer.status for answer in answers) == {201: 1, 409: MANY - 1}
    assert TransferOrder.objects.filter(package=wish["package"]).count() == 1
    require_agreement()


def test_an_order_that_fifty_place_at_once_is_placed_once(
    live_server_process: Start, database_url: str
) -> None:
    contested_orders(packages=1, each=1)
    district = factories.a_location().address.district
    assert district is not None
    sku = factories.a_product().sku
    order = {
        "number": "A-1",
        "channel": {"name": "New"},
        "customer": {"first_name": "Ayşe", "last_name": "Yılmaz"},
        "shipping_address": {
            "city": district.city_id,
            "township": district.township_id,
            "district": district.pk,
            "line": "Gül Sokak 6/9",
        },
        "items": [{"sku": sku, "price": "10.00", "price_currency": "try"}],
    }
    wish = {
        "source": factories.a_location().pk,
        "destination": factories.a_location().pk,
        "order": order,
        "items": [{"sku": sku}],
    }
    server = started(live_server_process, database_url)
    key = factories.a_key()
    answers = at_once(server, ORDERS, wish, Authorization=f"Token {key}")
    assert Counter(answer.status for answer in answers) == {201: 1, 409: MANY - 1}
    assert TransferOrder.objects.filter(order__number="A-1", package__number="A-1P1").count() == 1
    again = at_once(server, ORDERS, wish | {"order": order | {"number": "A-2"}}, **keyed(key))
    assert {(answer.status, answer.body) for answer in again} == {(201, again[0].body)}
    assert TransferOrder.objects.filter(order__number="A-2").count() == 1


@pytest.mark.parametrize("body", [BODY, {"transition": 694, "input_parameters": {}}])
def test_who_was_not_answered_because_the_server_died_is_answered_by_the_next_one(
    live_server_process: Start, database_url: str, body: dict[str, Any]
) -> None:
    (order,) = contested_orders(packages=1, each=1)
    key = factories.a_key()
    path = f"{ORDERS}{order}/command/"
    dying = live_server_process(database_url, "--workers=1", module="tests.concurrency.dying_server")
    die(dying, path, body, **keyed(key, **{"X-Test-Die": "committed"}))
    assert moves(order) == 1
    server = started(live_server_process, database_url)
    answer = server.post(path, body, **keyed(key))
    assert (answer.status, answer.headers["idempotent-replayed"]) == (
        200 if body["transition"] == 694 else 204,
        "true",
    )
    assert server.post(path, body, **keyed(key)).body == answer.body
    assert moves(order) == 1
    # Without the key nobody could tell its own command from another one's.
    assert server.post(path, body, Authorization=f"Token {key}").status == 409


def test_what_died_before_its_commit_is_run_once_its_lease_is_over(
    live_server_process: Start, database_url: str
) -> None:
    (order,) = contested_orders(packages=1, each=1)
    key = factories.a_key()
    path = f"{ORDERS}{order}/command/"
    dying = live_server_process(database_url, "--workers=1", module="tests.concurrency.dying_server")
    die(dying, path, BODY, **keyed(key, **{"X-Test-Die": "committing"}))
    server = started(live_server_process, database_url)
    early = server.post(path, BODY, **keyed(key))
    assert (early.status, early.headers["retry-after"]) == (409, "1")
    assert not TransitionLog.objects.filter(content_type=6).exists()
    IdempotencyKey.objects.update(leased_until=datetime.now(UTC) - timedelta(seconds=1))
    answers = at_once(server, path, BODY, **keyed(key))
    assert {(answer.status, answer.body) for answer in answers} == {(204, b"")}
    require_one_move(order)


def die(server: ServerProcess, path: str, body: Any, **headers: str) -> None:
    """Send what kills the server, and wait for its end."""
    with pytest.raises((urllib.error.URLError, ConnectionError, http.client.HTTPException)):
        server.post(path, body, **headers)
    server.process.wait(timeout=10)
