"""What another connection changes is read by the next request, and what it has not committed is not."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction

from aktar.catalog.models import PriceList, Product, ProductImage, StockList
from aktar.places.models import Address, City, Country, District, StockLocation, Township
from aktar.transfers.models import CargoCompany
from aktar.workflow.models import Command, State
from tests.factories import a_caller, a_carrier, a_transfer_order, a_workflow

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 20  # seconds
Elsewhere = Callable[[Callable[[], Any]], None]


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    """Runs what it is given in a thread with a connection of its own, and waits for its end."""
    with ThreadPoolExecutor(max_workers=1) as pool:

        def run(work: Callable[[], Any]) -> None:
            pool.submit(work).result(timeout=PATIENCE)

        yield run
        pool.submit(connections.close_all).result(timeout=PATIENCE)


@pytest.fixture
def detail() -> Callable[[], Any]:
    """Reads a transfer order that refers to a row of every reference table."""
    a_workflow()
    a_carrier()
    order, caller = a_transfer_order(), a_caller()
    path = f"/api/v1/oms/transfer_orders/{order.pk}/"
    body = {"transition": 298, "input_parameters": {"cargo_company": 1}}
    assert caller.post(f"{path}command/", body, "application/json").status_code == 204
    return lambda: caller.get(path).json()


def test_a_change_from_another_connection_is_in_the_next_answer(
    detail: Callable[[], Any], elsewhere: Elsewhere
) -> None:
    said: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
        "state": (
            lambda: State.objects.filter(pk=78).update(translations=None, name="New"),
            lambda told: told["state"]["name"],
        ),
        "command": (
            lambda: Command.objects.filter(pk=101).update(translations=None, label="New"),
            lambda told: told["commands"][-1]["label"],
        ),
        "country": (
            lambda: Country.objects.update(name="New"),
            lambda told: told["shipping_address"]["country"]["name"],
        ),
        "city": (
            lambda: City.objects.update(name="New"),
            lambda told: told["source"]["address"]["city"]["name"],
        ),
        "township": (
            lambda: Township.objects.update(name="New"),
            lambda told: told["shipping_address"]["township"]["name"],
        ),
        "district": (
            lambda: District.objects.update(name="New"),
            lambda told: told["destination"]["address"]["district"]["name"],
        ),
        "address": (
            lambda: Address.objects.update(line="New"),
            lambda told: told["source"]["address"]["line"],
        ),
        "location": (lambda: StockLocation.objects.update(name="New"), lambda told: told["source"]["name"]),
        "product": (
            lambda: Product.objects.update(name="New"),
            lambda told: told["transferitem_set"][0]["product"]["name"],
        ),
        "image": (
            lambda: ProductImage.objects.update(url="New"),
            lambda told: told["transferitem_set"][0]["product"]["productimage_set"][0]["url"],
        ),
        "price list": (
            lambda: PriceList.objects.update(name="New"),
            lambda told: told["transferitem_set"][0]["package_item"]["order_item"]["price_list"]["name"],
        ),
        "stock list": (
            lambda: StockList.objects.update(name="New"),
            lambda told: told["transferitem_set"][0]["package_item"]["order_item"]["stock_list"]["name"],
        ),
        "cargo company": (
            lambda: CargoCompany.objects.update(name="New"),
            lambda told: told["transfer_shipment"]["cargo_company"]["name"],
        ),
    }
    for what, (change, seen) in said.items():
        assert seen(detail()) != "New", what
        elsewhere(change)
        assert seen(detail()) == "New", what


def test_a_change_is_not_read_before_it_is_committed_and_is_right_after(
    detail: Callable[[], Any], elsewhere: Elsewhere
) -> None:
    changed, may_commit = threading.Event(), threading.Event()

    def change_slowly() -> None:
        with transaction.atomic():
            StockLocation.objects.update(name="New")
            changed.set()
            assert may_commit.wait(PATIENCE)

    before = detail()
    with ThreadPoolExecutor(max_workers=1) as pool:
        writer = pool.submit(change_slowly)
        assert changed.wait(PATIENCE)
        try:
            assert detail() == before
        finally:
            may_commit.set()
            writer.result(timeout=PATIENCE)
            pool.submit(connections.close_all).result(timeout=PATIENCE)
    assert detail()["source"]["name"] == "New"
    assert detail()["destination"]["name"] == "New"
