"""Pairs of writers that once waited in a ring, each step where it hurts: neither is undone."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from aktar.edge.upserts import Fate, Told
from aktar.fulfilment.actions import cancel_order, cancelling, carrying
from aktar.orders.models import Order
from aktar.places.actions import keep_stock_locations
from aktar.places.models import Address
from aktar.places.rules import EVERYWHERE
from aktar.stock.actions import set_stock
from aktar.stock.rules import StockCount
from tests.concurrency.waiting import PATIENCE, until_somebody_waits
from tests.factories import NOW, a_caller, a_location, a_product, a_transfer_order, a_workflow
from tests.fulfilment.orders import an_order_body
from tests.fulfilment.shop import a_store, ordered
from tests.stock.books import a_stock, require_balance

Beside = Callable[..., "Future[Any]"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def beside() -> Iterator[Beside]:
    """Calls a function in another thread, on a connection of its own."""
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only: SQLite has one writer at a time")
    a_workflow()

    def on_its_own(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        yield lambda function, *arguments, **options: pool.submit(on_its_own, function, *arguments, **options)


def test_an_order_is_cancelled_while_books_begin_and_somebody_counts(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, destination = a_location(), a_location()
    transfer = a_transfer_order(source=source, destination=destination)
    product, other = transfer.transferitem_set.get().product, a_product()
    a_stock(product, source)
    counting: list[Future[Any]] = []
    undo: Callable[[Any], None] = cancelling.undo_package

    def count(*counts: StockCount) -> None:
        set_stock(counts, by=None, now=NOW)

    def undo_when_others_count(run: Any) -> None:
        # The order's levels are held by now. First the destination begins its books with something else.
        beside(count, StockCount(other.pk, destination.pk, 100)).result(PATIENCE)
        both = [StockCount(product.pk, place.pk, 100) for place in (source, destination)]
        counting.append(beside(count, *both))
        until_somebody_waits()
        undo(run)

    monkeypatch.setattr(cancelling, "undo_package", undo_when_others_count)
    cancel_order(transfer.order_id, by=None, reach=EVERYWHERE, now=NOW)
    counting[0].result(PATIENCE)
    assert Order.objects.get().state.enum_value == "100"
    require_balance()


def test_an_order_is_planned_while_somebody_names_a_package_as_its_own_will_be_named(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, other = a_caller(), a_caller()
    source, elsewhere = a_store("A", {"TS-1": 5}), a_store("B")
    # What is made on the way is there already: only the package is to be waited for.
    ordered(caller, "WEB-0", "TS-1")
    body = {
        "source": {"erp_code": source.erp_code},
        "destination": {"erp_code": elsewhere.erp_code},
        "items": [{"sku": "TS-1"}],
        "order": an_order_body("WEB-2"),
        "package": {"number": "WEB-1P1"},
    }
    naming: list[Future[Any]] = []
    hold: Callable[..., None] = carrying.hold

    def hold_when_others_come(*arguments: Any, **options: Any) -> None:
        hold(*arguments, **options)
        path = "/api/v1/oms/transfer_orders/"
        naming.append(beside(other.post, path, body, "application/json"))
        until_somebody_waits()

    monkeypatch.setattr(carrying, "hold", hold_when_others_come)
    order = ordered(caller, "WEB-1", "TS-1")
    assert [package.number for package in order.packages.all()] == ["WEB-1P1"]
    refused = naming[0].result(PATIENCE)
    assert (refused.status_code, list(refused.json())) == (409, ["package"]), refused.content
    require_balance()


def test_an_address_is_saved_by_hand_while_its_location_comes_in_with_a_new_place(beside: Beside) -> None:
    location = a_location()
    told = {"line": "Yeni Sokak 2", "district": {"name": "Yeni Mahalle"}}
    row = Told(location.erp_code, {"erp_code": location.erp_code, "address": told})
    with transaction.atomic():
        address = Address.objects.select_for_update().get(pk=location.address_id)
        coming = beside(keep_stock_locations, [row], now=NOW)
        until_somebody_waits()
        address.notes = "Arka kapı"
        address.save()
    (verdict,) = coming.result(PATIENCE)
    assert verdict.fate == Fate.UPDATED
    address.refresh_from_db()
    # Neither of the two has written over what the other one wrote.
    assert (address.line, address.notes) == ("Yeni Sokak 2", "Arka kapı")
