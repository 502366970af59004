"""A transfer order and the stock of its two ends, through the API."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aktar.stock.actions import begin_keeping
from aktar.stock.models import StockMovement
from aktar.transfers.models import TransferOrder
from aktar.workflow.models import Command
from tests.factories import (
    NOW,
    a_caller,
    a_carrier,
    a_location,
    a_package,
    a_state,
    a_transfer_order,
    a_workflow,
)
from tests.stock.books import a_stock, level, require_balance

ORDERS = "/api/v1/oms/transfer_orders/"
READY, DISPATCH, DELIVER, RENEW = 100, 101, 102, 694
CANCEL_READY, CANCEL_ON_THE_WAY, CANCEL_WAITING = 103, 104, 105
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _installation(db: None) -> Iterator[None]:
    """What every installation has; and books that balance in the end."""
    a_workflow()
    a_carrier()
    yield
    require_balance()


@pytest.fixture
def caller(_installation: None) -> Client:
    return a_caller()


def run(caller: Client, order: int, *commands: int) -> None:
    for command in commands:
        answer = caller.post(
            f"{ORDERS}{order}/command/",
            {"transition": command, "input_parameters": {}},
            "application/json",
        )
        assert answer.status_code in (200, 204), answer.content


class Move:
    """A wish to bring the one item of a package from a source with books to a destination with books."""

    def __init__(self, *, pieces: int, items: int = 1, package_state: str = "100") -> None:
        self.source, self.destination = a_location(), a_location()
        self.package = a_package(items=items, location=self.destination)
        if package_state != "100":
            self.package.state = a_state(4, package_state)
            self.package.save()
        self.products = [item.order_item.product for item in self.package.packageitem_set.order_by("pk")]
        self.product = self.products[0]
        a_stock(self.product, self.source, pieces)
        a_stock(self.product, self.destination, 0)

    def wish(self) -> dict[str, Any]:
        return {
            "source": self.source.pk,
            "destination": self.destination.pk,
            "package": self.package.pk,
            "items": [{"sku": product.sku, "quantity": "1.00"} for product in self.products],
        }

    def levels(self) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        return level(self.product, self.source), level(self.product, self.destination)


def made(caller: Client, move: Move) -> int:
    answer = caller.post(ORDERS, move.wish(), "application/json")
    assert answer.status_code == 201, answer.content
    id_: int = answer.json()["id"]
    return id_


def test_a_delivered_transfer_has_moved_the_stock(caller: Client) -> None:
    move = Move(pieces=2)
    order = made(caller, move)
    assert move.levels() == ((2, 1, 0), (0, 0, 0))
    run(caller, order, READY, DISPATCH)
    assert move.levels() == ((1, 0, 0), (0, 0, 1))
    run(caller, order, DELIVER)
    assert move.levels() == ((1, 0, 0), (1, 1, 0))
    assert set(StockMovement.objects.filter(kind="arrived").values_list("transfer_order", flat=True)) == {
        order
    }


@pytest.mark.parametrize(
    "commands",
    [
        (CANCEL_WAITING,),
        (RENEW,),
        (READY, CANCEL_READY),
        (READY, DISPATCH, CANCEL_ON_THE_WAY),
    ],
)
def test_a_transfer_that_ends_early_leaves_the_stock_as_it_was(
    commands: tuple[int, ...], caller: Client
) -> None:
    move = Move(pieces=1)
    order = made(caller, move)
    run(caller, order, *commands)
    assert move.levels() == ((1, 0, 0), (0, 0, 0))


@pytest.mark.parametrize("handler", ["cancel", "renew"])
@pytest.mark.parametrize(
    ("books", "there"), [("before", (1, 1, 0)), ("while under way", (1, 1, 0)), ("never", (0, 0, 0))]
)
def test_what_arrived_stays_where_it_is_where_a_workflow_calls_it_off_afterwards(
    books: str, there: tuple[int, int, int], handler: str, caller: Client
) -> None:
    afterwards = Command.objects.create(
        slug="too-late",
        label="Too late",
        source_state=a_state(6, "transferred"),
        destination_state=a_state(6, "cancelled"),
        handler=handler,
    )
    order = a_transfer_order(source=(source := a_location()), destination=(destination := a_location()))
    product = order.transferitem_set.get().product
    a_stock(product, source, 2)
    if books == "before":
        begin_keeping([destination.pk], now=NOW)
    run(caller, order.pk, READY, DISPATCH)
    if books == "while under way":
        begin_keeping([destination.pk], now=NOW)
    run(caller, order.pk, DELIVER, afterwards.pk)
    assert (level(product, source)[0], level(product, destination)) == (1, there)


def test_a_wish_that_is_short_of_stock_is_refused_by_line_and_leaves_nothing(caller: Client) -> None:
    move = Move(pieces=1, items=2)
    answer = caller.post(ORDERS, move.wish(), "application/json")
    assert answer.status_code == 409
    assert answer.json() == {"items": {"1": {"quantity": ["The source has only 0 of these available."]}}}
    assert not TransferOrder.objects.exists()
    assert move.levels() == ((1, 0, 0), (0, 0, 0))


def test_goods_delivered_for_a_package_that_is_gone_are_anybodys(caller: Client) -> None:
    move = Move(pieces=1)
    order = made(caller, move)
    run(caller, order, READY, DISPATCH)
    type(move.package).objects.update(state=a_state(4, "600"))
    run(caller, order, DELIVER)
    assert move.levels() == ((0, 0, 0), (1, 0, 0))


def test_a_transfer_between_places_without_books_costs_one_look_each_time(caller: Client) -> None:
    order = a_transfer_order()
    run(caller, order.pk, READY)
    for command in (DISPATCH, DELIVER):
        with CaptureQueriesContext(connection) as queries:
            run(caller, order.pk, command)
        assert sum("stock_stock" in query["sql"] for query in queries) == 1
    other = a_transfer_order()
    with CaptureQueriesContext(connection) as queries:
        run(caller, other.pk, CANCEL_WAITING)
    assert sum("stock_stock" in query["sql"] for query in queries) == 1
    assert not StockMovement.objects.exists()
