"""An order is taken in once for each number, alone or in a list in which each is a matter of its own."""

from typing import Any

import pytest
from django.test import Client

from aktar.fulfilment.bodies import MOST_PIECES_OF_ALL
from aktar.orders.models import Order, OrderItem
from aktar.webhooks.models import Event
from tests.factories import a_caller, a_location, a_product, a_transfer_order
from tests.fulfilment.orders import ORDERS, an_order_body, put_in
from tests.walk.scene import require_error_form

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop() -> None:
    a_location()
    a_product(sku="TS-1")
    a_product(sku="TS-2")


def test_an_order_that_is_left_alone_is_there_and_no_more(caller: Client) -> None:
    answer = put_in(caller, an_order_body(), "?plan=0")
    assert answer.status_code == 201, answer.content
    order = answer.json()
    assert answer.headers["Location"] == f"http://testserver{ORDERS}{order['id']}/"
    assert (order["number"], order["state"]["enum_value"], order["package_set"]) == ("WEB-1", "400", [])
    assert [item["product"]["sku"] for item in order["orderitem_set"]] == ["TS-1"]
    assert order["orderitem_set"][0]["price"] == "249.90"
    assert caller.get(answer.headers["Location"]).json() == order
    assert not Event.objects.exists()


def test_an_order_is_taken_once_however_often_it_is_sent(caller: Client) -> None:
    items = [
        {"sku": "TS-1", "price": "1.00", "price_currency": "try", "quantity": 2},
        {"sku": "TS-2", "price": "2", "price_currency": "try"},
    ]
    first = put_in(caller, an_order_body(items=items), "?plan=0")
    # Said otherwise, and the same.
    items[1]["price"] = 2.0
    again = put_in(caller, an_order_body(items=items[::-1]), "?plan=0")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (Order.objects.count(), OrderItem.objects.count()) == (1, 3)


def test_an_order_is_the_same_one_however_its_channel_and_its_pieces_are_said(caller: Client) -> None:
    line = {"sku": "TS-1", "price": "1.00", "price_currency": "try"}
    first = put_in(caller, an_order_body(items=[line | {"quantity": 2}]), "?plan=0").json()
    by_id = an_order_body(channel={"id": first["channel"]}, items=[line, line])
    again = put_in(caller, by_id, "?plan=0")
    assert (again.status_code, again.json()) == (200, first)
    other = put_in(caller, an_order_body("WEB-2", channel={"id": first["channel"]}, items=[line]), "?plan=0")
    assert other.status_code == 201
    assert put_in(caller, an_order_body("WEB-2", items=[line]), "?plan=0").status_code == 200
    assert put_in(caller, an_order_body("WEB-2", items=[line, line]), "?plan=0").status_code == 409
    dearer = [line, line | {"price": "2.00"}]
    assert put_in(caller, an_order_body("WEB-1", items=dearer), "?plan=0").status_code == 409


@pytest.mark.parametrize(
    "changes",
    [
        {"items": [{"sku": "TS-2", "price": "249.90", "price_currency": "TRY"}]},
        {"items": [{"sku": "TS-1", "price": "249.91", "price_currency": "TRY"}]},
        {"items": [{"sku": "TS-1", "price": "249.90", "price_currency": "TRY", "quantity": 2}]},
        {"customer": {"first_name": "Ayşe", "last_name": "Kaya"}},
        {"channel": {"name": "Mağaza"}},
    ],
)
def test_another_order_of_the_number_is_refused(caller: Client, changes: dict[str, Any]) -> None:
    put_in(caller, an_order_body(), "?plan=0")
    refused = put_in(caller, an_order_body(**changes), "?plan=0")
    assert (refused.status_code, list(refused.json())) == (409, ["number"])
    assert (Order.objects.count(), OrderItem.objects.count()) == (1, 1)


def test_an_order_that_came_another_way_is_another_one(caller: Client) -> None:
    order = a_transfer_order().order
    assert put_in(caller, an_order_body(order.number)).status_code == 409


def test_a_list_tells_what_became_of_each(caller: Client) -> None:
    put_in(caller, an_order_body("WEB-1"), "?plan=0")
    rows = [
        an_order_body("WEB-1"),
        an_order_body("WEB-2"),
        an_order_body("WEB-3", items=[{"sku": "no such", "price": "1", "price_currency": "try"}]),
        an_order_body("WEB-1", customer={"first_name": "X", "last_name": "Y"}),
        an_order_body("WEB-2"),
        {"number": "WEB-4", "nonsense": 1},
        7,
        {"number": "x" * 65},
    ]
    answer = put_in(caller, rows, "?plan=0")
    assert answer.status_code == 200
    results = answer.json()["results"]
    ids = dict(Order.objects.values_list("number", "pk"))
    assert [(each["number"], each["status"], each["order"]) for each in results] == [
        ("WEB-1", 200, ids["WEB-1"]),
        ("WEB-2", 201, ids["WEB-2"]),
        ("WEB-3", 400, None),
        ("WEB-1", 409, None),
        ("WEB-2", 200, ids["WEB-2"]),
        ("WEB-4", 400, None),
        (None, 400, None),
        (None, 400, None),
    ]
    assert set(ids) == {"WEB-1", "WEB-2"}
    for each in results:
        if each["status"] < 300:
            assert each["errors"] == {}
        else:
            require_error_form_of_rows(each["errors"])


def require_error_form_of_rows(errors: dict[str, Any]) -> None:
    """Lists of rows have their errors in a list, `{}` for a row that is right."""
    for name, said in errors.items():
        rows = [each for each in said if each] if isinstance(said, list) else [said]
        for row in rows:
            if isinstance(row, dict):
                require_error_form_of_rows(row)
            else:
                assert isinstance(row, str), name
                assert row


def test_a_list_is_taken_up_to_ten_thousand_pieces(caller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aktar.fulfilment.bodies.MOST_PIECES_OF_ALL", 10)

    def of(number: str, pieces: int) -> dict[str, Any]:
        line = {"sku": "TS-1", "price": "1.00", "price_currency": "try", "quantity": pieces}
        return an_order_body(number, items=[line])

    rows = [of("WEB-1", 6), of("WEB-2", 5), of("WEB-3", 4), of("WEB-4", 1)]
    results = put_in(caller, rows, "?plan=0").json()["results"]
    assert [each["status"] for each in results] == [201, 400, 201, 400]
    assert [each["errors"]["items"] for each in results if each["errors"]] == [
        [
            f"All orders of a request have at most 10 pieces, and those before this one leave {left}: "
            "send it in another request."
        ]
        for left in (4, 0)
    ]
    assert (Order.objects.count(), OrderItem.objects.count()) == (2, 10)
    assert [each["status"] for each in put_in(caller, rows[1:2], "?plan=0").json()["results"]] == [201]


def test_the_document_says_how_many_pieces_a_list_may_have(client: Client) -> None:
    described = client.get("/api/schema/?format=json").json()["paths"][ORDERS]["post"]["description"]
    assert f"{MOST_PIECES_OF_ALL:,} pieces" in described


def test_a_list_is_repeated_by_its_key_and_by_its_numbers(caller: Client) -> None:
    rows = [an_order_body(f"WEB-{n}") for n in range(3)]
    first, replayed = (put_in(caller, rows, "?plan=0", idempotency_key="k") for _ in range(2))
    assert (first.json(), "Idempotent-Replayed" in first.headers) == (replayed.json(), False)
    assert replayed.headers["Idempotent-Replayed"] == "true"
    assert {each["status"] for each in put_in(caller, rows, "?plan=0").json()["results"]} == {200}
    assert Order.objects.count() == 3


@pytest.mark.parametrize(
    ("body", "query"),
    [
        ([], ""),
        ([{}] * 1001, ""),
        ({}, ""),
        (an_order_body(), "?plan=2"),
        (an_order_body(), "?plan="),
        (an_order_body(), "?nonsense=1"),
        (an_order_body(state="400"), ""),
        (an_order_body(items=[]), ""),
        (an_order_body(number="a\nb"), ""),
    ],
)
def test_what_cannot_be_taken_is_refused_whole(caller: Client, body: Any, query: str) -> None:
    refused = put_in(caller, body, query)
    assert refused.status_code == 400
    require_error_form(refused.json())
    assert not Order.objects.exists()


def test_who_works_at_some_locations_puts_no_order_in() -> None:
    assert put_in(a_caller(locations=[a_location()]), an_order_body()).status_code == 403
    assert put_in(a_caller(locations=[a_location()]), [an_order_body()]).status_code == 403
    assert not Order.objects.exists()
