"""Looks at the outbox stay with the few rows that matter, however many are settled."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from aktar.webhooks.actions import due_endpoints, prune_some, release_held, sweep
from tests import factories
from tests.webhooks.deliveries import claimed, tell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("look", "index"),
    [
        (due_endpoints, "webhooks_due"),
        (sweep, "webhooks_blocked"),
        (lambda: prune_some(before=datetime.now(UTC)), "webhooks_settled"),
        (lambda: release_held(factories.a_webhook()), "webhooks_held"),
    ],
)
def test_a_look_goes_by_the_index_of_its_standing(
    look: Callable[[], object], index: str, no_statistics: None
) -> None:
    """SQLite takes a partial index only for numbers in the text; PostgreSQL looks at parameters."""
    if connection.vendor != "sqlite":
        pytest.skip("of SQLite only")
    plans: list[str] = []

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and "webhooks_webhookevent" in sql:
            text = "EXPLAIN QUERY PLAN " + sql % tuple("?" for _ in params)
            plans.extend(row[3] for row in connection.connection.execute(text, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        look()
    assert any(index in step for step in plans), plans


def test_a_claim_takes_no_more_than_asked_of_a_table_that_was_nearly_empty() -> None:
    """PostgreSQL may join what it believes small row by row, and would look up an IN (…) each time."""
    webhook = factories.a_webhook("transfer.status.created")
    tell()
    ways = ("hashjoin", "mergejoin", "hashagg", "sort", "material")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE webhooks_webhookevent")
        for object_id in range(2, 31):
            tell(object_id)
        if connection.vendor == "postgresql":
            cursor.execute("; ".join(f"SET enable_{way} = off" for way in ways))
        try:
            assert len(claimed(webhook, 16)) == 16
        finally:
            if connection.vendor == "postgresql":
                cursor.execute("; ".join(f"RESET enable_{way}" for way in ways))
