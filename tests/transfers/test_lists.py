"""Lists of transfer orders come in pages, newest first, and in any order that is offered."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from aktar.transfers.models import TransferOrder
from tests.factories import NOW, a_location, a_package, a_transfer_order

pytestmark = pytest.mark.django_db

BOTH = pytest.mark.parametrize(
    "path", ["/api/v1/oms/transfer_orders/", "/api/v1/oms/transfer_orders/list-simple/"]
)


def ids(caller: Client, path: str) -> list[int]:
    answer = caller.get(path)
    assert answer.status_code == 200, answer.content
    return [result["id"] for result in answer.json()["results"]]


def some_orders(count: int) -> list[int]:
    """The ids of so many transfer orders of one package, oldest first."""
    package, source = a_package(items=count), a_location()
    return [a_transfer_order(package=package, source=source).pk for _ in range(count)]


@BOTH
def test_the_newest_stands_first(caller: Client, path: str) -> None:
    made = some_orders(3)
    assert ids(caller, path) == made[::-1]


@BOTH
def test_a_page_has_twenty_results_unless_asked_otherwise_and_never_over_a_hundred(
    caller: Client, path: str
) -> None:
    made = some_orders(1)
    original = TransferOrder.objects.get(pk=made[0])
    for number in range(101):
        original.pk, original.number = None, f"copy {number}"
        original.save(force_insert=True)
    assert len(ids(caller, path)) == 20
    assert len(ids(caller, f"{path}?limit=100")) == 100
    assert len(ids(caller, f"{path}?limit=5000")) == 100


@BOTH
def test_pages_lead_to_one_another_and_keep_the_query(caller: Client, path: str) -> None:
    made = some_orders(5)
    here = f"http://testserver{path}"

    first = caller.get(f"{path}?limit=2&sort=id").json()
    assert first["count"] == 5
    assert (first["previous"], first["next"]) == (None, f"{here}?limit=2&page=2&sort=id")

    second = caller.get(first["next"]).json()
    assert (second["previous"], second["next"]) == (
        f"{here}?limit=2&sort=id",
        f"{here}?limit=2&page=3&sort=id",
    )

    third = caller.get(second["next"]).json()
    assert (third["previous"], third["next"]) == (f"{here}?limit=2&page=2&sort=id", None)

    told = [result["id"] for page in (first, second, third) for result in page["results"]]
    assert told == made
    assert caller.get(second["previous"]).json() == first


@BOTH
def test_an_empty_list_has_one_empty_page(caller: Client, path: str) -> None:
    assert caller.get(path).json() == {"count": 0, "next": None, "previous": None, "results": []}
    assert caller.get(f"{path}?page=2").status_code == 404


@BOTH
@pytest.mark.parametrize("page", ["0", "-1", "4", "one", "1.0", "٣", "9" * 40])
def test_a_page_that_is_not_there_is_a_404(caller: Client, path: str, page: str) -> None:
    some_orders(3)
    assert caller.get(path, {"limit": "1", "page": page}).status_code == 404


@BOTH
@pytest.mark.parametrize("limit", ["0", "-1", "1e9", "two", "", "٣"])
def test_a_limit_that_is_no_number_from_one_is_a_400(caller: Client, path: str, limit: str) -> None:
    answer = caller.get(path, {"limit": limit})
    assert (answer.status_code, list(answer.json())) == (400, ["limit"])


@BOTH
def test_every_sort_orders_by_its_column_and_its_minus_the_other_way(caller: Client, path: str) -> None:
    first, second, third = (a_transfer_order() for _ in range(3))
    days = [NOW + timedelta(days=n) for n in range(3)]
    rows = (
        # Each column puts the three in an order of its own.
        (first, days[0], days[1], days[2], third.order_id),
        (second, days[2], days[0], days[1], first.order_id),
        (third, days[1], days[2], days[0], second.order_id),
    )
    for order, created, modified, target, customers_order in rows:
        TransferOrder.objects.filter(pk=order.pk).update(
            created_date=created,
            modified_date=modified,
            target_transfer_date=target,
            order_id=customers_order,
        )
    expected = {
        "id": [first, second, third],
        "created_date": [first, third, second],
        "modified_date": [second, first, third],
        "target_transfer_date": [third, second, first],
        "order_id": [second, third, first],
    }
    for sort, orders in expected.items():
        wanted = [order.pk for order in orders]
        assert ids(caller, f"{path}?sort={sort}") == wanted, sort
        assert ids(caller, f"{path}?sort=-{sort}") == wanted[::-1], sort


@BOTH
@pytest.mark.parametrize("sort", ["created_date", "modified_date", "order_id", "target_transfer_date"])
def test_what_is_equal_is_ordered_by_id_the_same_way(caller: Client, path: str, sort: str) -> None:
    made = some_orders(3)
    assert ids(caller, f"{path}?sort={sort}") == made
    assert ids(caller, f"{path}?sort=-{sort}") == made[::-1]


@BOTH
@pytest.mark.parametrize("sort", ["number", "--id", "", "state__name", "id,created_date"])
def test_a_sort_that_is_not_offered_is_a_400(caller: Client, path: str, sort: str) -> None:
    answer = caller.get(path, {"sort": sort})
    assert (answer.status_code, list(answer.json())) == (400, ["sort"])


@pytest.mark.parametrize("view", ["transition_logs/", "transition_logs/short/"])
def test_logs_come_in_pages_newest_first(caller: Client, view: str) -> None:
    order = a_transfer_order()
    path = f"/api/v1/oms/transfer_orders/{order.pk}/"
    for transition in (100, 101, 102):
        body: dict[str, Any] = {"transition": transition, "input_parameters": {}}
        assert caller.post(f"{path}command/", body, "application/json").status_code == 204

    assert [log["new_state"]["enum_value"] for log in caller.get(path + view).json()["results"]] == [
        "transferred",
        "in_transit",
        "ready_to_shipment",
    ]
    second = caller.get(f"{path}{view}?limit=2&page=2").json()
    assert [log["new_state"]["enum_value"] for log in second["results"]] == ["ready_to_shipment"]
    assert (second["count"], second["next"]) == (3, None)
    assert second["previous"] == f"http://testserver{path}{view}?limit=2"
    assert caller.get(f"{path}{view}?sort=id").status_code == 400
