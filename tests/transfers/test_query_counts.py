"""What each read costs in queries, warm and cold, for pages of 1, 20 and 100 rows alike."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aktar.edge import references
from aktar.edge.documents import shelf
from aktar.places.models import StockLocation
from aktar.transfers.models import TransferOrder
from aktar.transfers.queries import transfer_order_detail, transfer_orders, transfer_orders_simple
from aktar.webhooks.models import Event, WebhookAttempt, WebhookEvent
from aktar.workflow.models import TransitionLog
from tests.factories import (
    NOW,
    a_caller,
    a_carrier,
    a_location,
    a_transfer_order,
    a_user,
    a_webhook,
    an_owed_event,
)

pytestmark = pytest.mark.django_db

SIZES = (1, 20, 100)
ORDERS = "/api/v1/oms/transfer_orders"


@pytest.fixture
def caller(caller: Client) -> Client:
    return used(caller)


def used(caller: Client) -> Client:
    """The same client, its token's first use noted: that is one write in five minutes."""
    caller.get(f"{ORDERS}/list-simple/")
    return caller


def queries(caller: Client, path: str) -> list[str]:
    """The SQL of one GET."""
    with CaptureQueriesContext(connection) as captured:
        answer = caller.get(path)
    assert answer.status_code == 200, answer.content
    return [query["sql"] for query in captured]


def warm(caller: Client, path: str) -> int:
    """The number of queries of a read whose references are at hand."""
    queries(caller, path)
    return len(queries(caller, path))


def cold(caller: Client, path: str) -> int:
    """The number of queries of a read in a process that remembers nothing."""
    references.forget()
    shelf.forget()
    return len(queries(caller, path))


def assert_the_same_for_every_size(
    caller: Client, path: str, *, make: Callable[[int], Any], warm_count: int, cold_count: int
) -> None:
    """`make` brings the rows to a number; the page shows all of them."""
    for size in SIZES:
        make(size)
        page = f"{path}?limit=100"
        assert len(caller.get(page).json()["results"]) == size
        assert (warm(caller, page), cold(caller, page)) == (warm_count, cold_count), size


def bring_orders_to(size: int) -> None:
    """Transfer orders that differ in everything they refer to."""
    for _ in range(size - TransferOrder.objects.count()):
        a_transfer_order(items=2)


def test_a_page_of_the_list_costs_three_queries(caller: Client) -> None:
    # Warm: 1 token and reference version, 2 count, 3 ids and versions.
    # Cold, besides: 4 orders, 5 items, 6 states, 7 commands, 8 locations, 9 products, 10 images,
    # 11 price lists, 12 stock lists.
    assert_the_same_for_every_size(caller, f"{ORDERS}/", make=bring_orders_to, warm_count=3, cold_count=12)


def test_a_page_of_the_brief_list_costs_four_queries(caller: Client) -> None:
    # 1 token, 2 count, 3 ids, 4 orders; it refers to nothing, so it is never cold.
    assert_the_same_for_every_size(
        caller, f"{ORDERS}/list-simple/", make=bring_orders_to, warm_count=4, cold_count=4
    )


def test_an_empty_list_costs_two_queries(caller: Client) -> None:
    # 1 token and reference version, 2 count.
    assert warm(caller, f"{ORDERS}/") == 2


def test_a_transfer_order_costs_two_queries(caller: Client) -> None:
    order = a_transfer_order(items=2)
    path = f"{ORDERS}/{order.pk}/"
    # 1 token and reference version, 2 the order's version and ends.
    assert warm(caller, path) == 2
    # Besides: order, items, customer's side (3), states, commands, locations, products, images, price lists,
    # stock lists (7), and the kinds of geography of the customer's address (4).
    assert cold(caller, path) == 2 + 3 + 7 + 4


def test_a_transfer_order_that_is_known_costs_two_queries(caller: Client) -> None:
    path = f"{ORDERS}/{a_transfer_order().pk}/"
    tag = caller.get(path).headers["ETag"]
    with CaptureQueriesContext(connection) as captured:
        assert caller.get(path, headers={"If-None-Match": tag}).status_code == 304
    # 1 token and reference version, 2 the order's version and ends.
    assert len(captured) == 2


def test_a_shipment_costs_one_query_more_while_its_carrier_is_not_at_hand(caller: Client) -> None:
    order = a_transfer_order()
    a_carrier()
    body = {"transition": 298, "input_parameters": {"cargo_company": "1"}}
    assert caller.post(f"{ORDERS}/{order.pk}/command/", body, "application/json").status_code == 204
    # The list's 3; cold, its 12 and the cargo companies.
    assert (warm(caller, f"{ORDERS}/"), cold(caller, f"{ORDERS}/")) == (3, 13)


def bring_logs_to(size: int, order: TransferOrder) -> None:
    logged = TransitionLog.objects.filter(content_type=6, object_id=order.pk).count()
    TransitionLog.objects.bulk_create(
        TransitionLog(
            old_state_id=73,
            new_state_id=78,
            user=a_user(),
            attributes={},
            created_date=NOW,
            object_id=order.pk,
            content_type=6,
        )
        for _ in range(size - logged)
    )


@pytest.mark.parametrize("view", ["", "short/"])
def test_a_page_of_logs_costs_five_queries(caller: Client, view: str) -> None:
    order = a_transfer_order()
    # Warm: 1 token, 2 whether the caller may see the order, 3 reference version, 4 count, 5 logs with users.
    # Cold, besides: 6 states, 7 commands.
    assert_the_same_for_every_size(
        caller,
        f"{ORDERS}/{order.pk}/transition_logs/{view}",
        make=lambda size: bring_logs_to(size, order),
        warm_count=5,
        cold_count=7,
    )


def test_a_log_costs_four_queries_by_either_path(caller: Client) -> None:
    order = a_transfer_order()
    bring_logs_to(1, order)
    log = TransitionLog.objects.get(content_type=6)
    for path in (
        f"{ORDERS}/{order.pk}/transition_logs/{log.pk}/",
        f"/api/v1/oms/packages/{order.pk}/transition_logs/{log.pk}/",
    ):
        # Warm: 1 token, 2 what the log is of, 3 reference version, 4 the log with its user.
        # Cold, besides: 5 states, 6 commands.
        assert (warm(caller, path), cold(caller, path)) == (4, 6)


def bring_events_to(size: int, order: TransferOrder) -> None:
    event = Event.objects.get(content_type=6)
    for _ in range(size - WebhookEvent.objects.count()):
        owed = an_owed_event(event)
        WebhookAttempt.objects.bulk_create(
            WebhookAttempt(webhook_event=owed, started_at=NOW + timedelta(minutes=n), response_content=b"")
            for n in range(2)
        )


def test_a_page_of_webhook_events_costs_seven_queries(caller: Client) -> None:
    order = a_transfer_order()
    # 1 token, 2 whether the caller may see the order, 3 count, 4 events with payload, 5 their webhooks,
    # 6 attempts, 7 the answers to the newest of these.
    assert_the_same_for_every_size(
        caller,
        f"{ORDERS}/{order.pk}/webhook_events/",
        make=lambda size: bring_events_to(size, order),
        warm_count=7,
        cold_count=7,
    )


def test_a_page_of_short_webhook_events_costs_four_queries(caller: Client) -> None:
    order = a_transfer_order()
    # 1 token, 2 whether the caller may see the order, 3 count, 4 events with their webhooks.
    assert_the_same_for_every_size(
        caller,
        f"{ORDERS}/{order.pk}/webhook_events/short/",
        make=lambda size: bring_events_to(size, order),
        warm_count=4,
        cold_count=4,
    )


def test_a_webhook_event_costs_six_queries(caller: Client) -> None:
    order = a_transfer_order()
    bring_events_to(1, order)
    path = f"{ORDERS}/{order.pk}/webhook_events/{WebhookEvent.objects.get().pk}/"
    # 1 token, 2 whether the caller may see the order, 3 the event with payload, 4 its webhook, 5 attempts,
    # 6 the answer to the newest of these.
    assert (warm(caller, path), cold(caller, path)) == (6, 6)


def test_a_token_that_is_bound_to_locations_costs_one_query_more(caller: Client) -> None:
    a_webhook()
    location = a_location()
    order = a_transfer_order(destination=location)
    bring_logs_to(1, order)
    bring_events_to(1, order)
    log, event = TransitionLog.objects.get(content_type=6), WebhookEvent.objects.get()
    bound = used(a_caller(locations=[location]))
    many = used(a_caller(locations=[location, *StockLocation.objects.exclude(pk=location.pk)]))
    for path in (
        f"{ORDERS}/",
        f"{ORDERS}/list-simple/",
        f"{ORDERS}/{order.pk}/transition_logs/",
        f"{ORDERS}/{order.pk}/transition_logs/short/",
        f"{ORDERS}/{order.pk}/webhook_events/",
        f"{ORDERS}/{order.pk}/webhook_events/short/",
        f"{ORDERS}/{order.pk}/webhook_events/{event.pk}/",
    ):
        # The memberships, however many.
        assert warm(bound, path) == warm(many, path) == warm(caller, path) + 1, path
        assert cold(bound, path) == cold(many, path) == cold(caller, path) + 1, path
    detail, one_log = f"{ORDERS}/{order.pk}/", f"{ORDERS}/{order.pk}/transition_logs/{log.pk}/"
    # The memberships; the order's ends come with its version.
    assert warm(bound, detail) == warm(many, detail) == warm(caller, detail) + 1
    assert cold(bound, detail) == cold(many, detail) == cold(caller, detail) + 1
    # The memberships, and whether one of them is an end of the order; who sees all is not asked.
    assert warm(bound, one_log) == warm(many, one_log) == warm(caller, one_log) + 2
    assert cold(bound, one_log) == cold(many, one_log) == cold(caller, one_log) + 2


def test_the_first_use_of_a_token_costs_one_write(caller: Client) -> None:
    first, second = (len(queries(newcomer, f"{ORDERS}/list-simple/")) for newcomer in [a_caller()] * 2)
    assert first == second + 1


def test_the_reads_cost_what_they_say(caller: Client, django_assert_num_queries: Any) -> None:
    orders = [a_transfer_order(items=2).pk for _ in range(2)]
    current = references.reading("en-us")
    references.forget()
    with django_assert_num_queries(2 + 7):  # states, commands, locations, products, images, two lists
        transfer_orders(orders, current)
    with django_assert_num_queries(2):
        transfer_orders(orders, current)
    with django_assert_num_queries(3 + 4):  # country, city, township, district of the customer's address
        transfer_order_detail(orders[0], current)
    with django_assert_num_queries(3):
        transfer_order_detail(orders[0], current)
    with django_assert_num_queries(1):
        transfer_orders_simple(orders)
