"""Prometheus reads how transfer orders stand; where they are very many, from what was asked a moment ago."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aktar.site.metrics import keeping
from aktar.transfers.models import TransferOrder
from aktar.workflow.models import State
from tests.factories import a_transfer_order
from tests.metrics.scraping import Samples, scraped, scraped_as_kept
from tests.webhooks.deliveries import tell

ORDERS, OVERDUE = "aktar_transfer_orders", "aktar_transfer_orders_overdue"


def _told(samples: Samples, name: str) -> dict[str, float]:
    return {labels[0]: value for (named, labels), value in samples.items() if named == name}


def test_orders_are_told_by_state_and_those_that_are_late_apart(prometheus: Client) -> None:
    states = State.objects.filter(content_type=6)
    now = datetime.now(UTC)
    for state, is_late in (("waiting", True), ("waiting", False), ("in_transit", True), ("cancelled", True)):
        order = a_transfer_order(now=now)
        TransferOrder.objects.filter(pk=order.pk).update(
            state=states.get(enum_value=state),
            target_transfer_date=now + timedelta(hours=-1 if is_late else 1),
        )
    counts = {"waiting": 2, "ready_to_shipment": 0, "in_transit": 1, "transferred": 0, "cancelled": 1}
    assert _told(scraped(prometheus), ORDERS) == counts
    assert _told(scraped(prometheus), OVERDUE) == {"waiting": 1, "ready_to_shipment": 0, "in_transit": 1}


def test_a_scrape_costs_a_fixed_number_of_queries(prometheus: Client) -> None:
    for count in (1, 10):
        for object_id in range(count):
            tell(object_id)
        a_transfer_order()
        scraped(prometheus)
        with CaptureQueriesContext(connection) as captured:
            scraped(prometheus)
        # 1 token, 2 states, 3 orders, 4 late ones; 5 due and out again, 6 blocked, 7 held, 8 attempts,
        # 9 the feed, 10 paused, 11 deactivated.
        assert len(captured) == 11, [query["sql"] for query in captured]


def test_what_took_long_to_count_is_not_counted_again_for_a_hundred_times_as_long(
    prometheus: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "CHEAP", 0.0)
    monkeypatch.setattr(keeping, "PATIENCE", 10**7)
    a_transfer_order()
    assert _told(scraped_as_kept(prometheus), ORDERS)["waiting"] == 1
    a_transfer_order()
    with CaptureQueriesContext(connection) as captured:
        assert _told(scraped_as_kept(prometheus), ORDERS)["waiting"] == 1
    assert len(captured) == 1  # the token
    monkeypatch.setattr(keeping, "PATIENCE", 0)
    keeping.forget()
    assert _told(scraped_as_kept(prometheus), ORDERS)["waiting"] == 2
    a_transfer_order()
    assert _told(scraped_as_kept(prometheus), ORDERS)["waiting"] == 3


def test_orders_are_counted_from_an_index(no_statistics: None, prometheus: Client) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL prefers to read small tables as a whole")
    a_transfer_order()
    with CaptureQueriesContext(connection) as captured:
        scraped(prometheus)
    asked = [query["sql"] for query in captured if "transfers_transferorder" in query["sql"]]
    assert len(asked) == 2
    for sql in asked:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = " ".join(row[3] for row in cursor.fetchall())
        assert "COVERING INDEX transfers_order_" in plan, plan
