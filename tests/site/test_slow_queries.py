"""Statements that took long are logged with their text, and never with the values they were given."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from structlog.testing import capture_logs

from aktar.accounts.models import User
from aktar.site import slow_queries
from aktar.site.slow_queries import SlowQueries
from aktar.transfers.models import TransferOrder
from tests.conftest import ServerProcess
from tests.factories import a_key, a_transfer_order, a_workflow
from tests.site.conftest import Aktar, is_refused


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    import structlog

    with capture_logs() as captured:
        # A logger that was used before keeps the processors of then.
        monkeypatch.setattr(slow_queries, "log", structlog.get_logger("aktar.database"))
        yield captured


def test_a_slow_statement_is_logged_without_its_values(db: None, lines: list[Any]) -> None:
    with connection.execute_wrapper(SlowQueries(0)):
        assert not User.objects.filter(email="ayse.yilmaz@example.com").exists()
    (line,) = lines
    assert (line["event"], line["log_level"]) == ("slow_query", "warning")
    assert line["ms"] >= 0
    assert line["sql"].startswith("SELECT ")
    assert "accounts_user" in line["sql"]
    assert "ayse" not in repr(line)


def test_a_slow_statement_that_fails_is_logged_too(db: None, lines: list[Any]) -> None:
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.execute_wrapper(SlowQueries(0)),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT nothing\n  FROM nowhere WHERE name = %s", ["Ayşe"])
    assert [line["sql"] for line in lines] == ["SELECT nothing FROM nowhere WHERE name = %s"]


def test_a_quick_statement_is_not_logged(db: None, lines: list[Any]) -> None:
    with connection.execute_wrapper(SlowQueries(60_000)):
        User.objects.exists()
    assert lines == []


@pytest.mark.parametrize(("setting", "is_logged"), [("100", True), ("off", False)])
def test_a_server_logs_what_waited_for_a_lock(
    setting: str, is_logged: bool, database_url: str, live_server_process: Callable[..., ServerProcess]
) -> None:
    a_workflow()
    order, key = a_transfer_order(), a_key()
    server = live_server_process(database_url, AKTAR_SLOW_QUERY_MS=setting)
    path = f"/api/v1/oms/transfer_orders/{order.pk}/set_remote_id/"
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            TransferOrder.objects.filter(pk=order.pk).update(invoice_number="INV-1")
            waiting = pool.submit(server.post, path, {"remote_id": "R-123"}, Authorization=f"Token {key}")
            time.sleep(0.5)
            assert not waiting.done(), waiting.result()
        assert waiting.result(timeout=20).status == 204
    text = server.log.read_text()
    assert ("slow_query" in text) == is_logged
    assert "R-123" not in text


def test_a_setting_that_is_no_number_is_refused(aktar: Aktar) -> None:
    assert is_refused(aktar("migrate", AKTAR_SLOW_QUERY_MS="0"), "AKTAR_SLOW_QUERY_MS must be a whole number")
