"""A database that is busy neither holds up a read nor makes a write fail without a word."""

import threading
import time
from typing import Any

import pytest
from django.db import connection, connections, transaction

from aktar.accounts.models import ApiToken
from tests.factories import a_caller, a_transfer_order, a_workflow

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20  # seconds


@pytest.fixture
def long_write() -> Any:
    """Somebody holds SQLite's one write lock, or the row locks of every token and package on PostgreSQL."""
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_apitoken SET name = name")
            cursor.execute("UPDATE orders_package SET number = number")
            holding.set()
            done.wait(PATIENCE)
        connections.close_all()

    writer = threading.Thread(target=hold)

    def start() -> None:
        writer.start()
        assert holding.wait(PATIENCE)

    yield start
    done.set()
    writer.join(PATIENCE)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite's one write lock")
def test_a_read_does_not_wait_to_note_the_use_of_its_token(long_write: Any) -> None:
    a_workflow()
    a_transfer_order()
    caller = a_caller()
    long_write()
    started = time.monotonic()
    assert caller.get("/api/v1/oms/transfer_orders/").status_code == 200
    assert time.monotonic() - started < PATIENCE / 4
    assert ApiToken.objects.get().last_used_at is None


def test_a_write_that_waited_too_long_is_told_to_come_again(long_write: Any) -> None:
    a_workflow()
    order, caller = a_transfer_order(), a_caller()
    ApiToken.objects.update(last_used_at="2100-01-01T00:00Z")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA busy_timeout = 200")
        else:
            cursor.execute("SET lock_timeout = '200ms'")
    long_write()
    body = {"transition": 100, "input_parameters": {}}
    answer = caller.post(f"/api/v1/oms/transfer_orders/{order.pk}/command/", body, "application/json")
    connection.close()
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json() == {"detail": "The database is busy or away. Try again."}
