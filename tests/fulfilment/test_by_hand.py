"""A piece that is where its package is dispatched is not brought once more by hand."""

from typing import Any

import pytest
from django.test import Client

from aktar.orders.models import Package
from aktar.places.models import StockLocation
from aktar.transfers.models import TransferOrder
from tests.factories import a_location, a_package, a_transfer_order
from tests.fulfilment.shop import a_store, command, counted, item_states, only_package, ordered, product
from tests.fulfilment.shop import transfers as transfers_of
from tests.fulfilment.test_package_commands import MAKE_READY, PACK, PREPARE, run
from tests.stock.books import level, require_balance
from tests.transfers.running import CANCEL_WAITING, DELIVER, DISPATCH, ORDERS, READY, RENEW

pytestmark = pytest.mark.django_db


def asked(caller: Client, package: Package, source: StockLocation, sku: str, **headers: str) -> Any:
    """The answer to a wish that a piece be brought from a source."""
    body = {
        "source": source.pk,
        "destination": package.stock_location_id,
        "package": package.pk,
        "items": [{"sku": sku}],
    }
    return caller.post(ORDERS, body, "application/json", headers=headers)


def refused(caller: Client, package: Package, source: StockLocation, sku: str) -> None:
    """It is a conflict, in both languages, and makes nothing."""
    before = TransferOrder.objects.count()
    item = package.packageitem_set.get(order_item__product__sku=sku).pk
    for language, sentence in (
        ("en-us", f"Package item {item} is where its package is dispatched already."),
        ("tr-tr", f"{item} numaralı paket kalemi, paketin gönderileceği lokasyonda zaten bulunuyor."),
    ):
        answer = asked(caller, package, source, sku, **{"Accept-Language": language})
        assert answer.status_code == 409, answer.content
        assert answer.json() == {"items": {"0": {"sku": [sentence]}}}
    assert TransferOrder.objects.count() == before


def test_what_the_location_keeps_for_the_package_is_there(caller: Client) -> None:
    here = a_store("HERE", {"TS-1": 5})
    there = a_store("THERE", {"TS-1": 5}, priority=90)
    package = only_package(ordered(caller, "WEB-1", "TS-1"))
    assert package.stock_location == here
    refused(caller, package, there, "TS-1")
    for transition in (PREPARE, MAKE_READY, PACK):
        assert run(caller, package, transition).status_code == 204
    assert (level(product("TS-1"), here), level(product("TS-1"), there)) == ((4, 0, 0), (5, 0, 0))
    require_balance()


def test_what_was_delivered_is_there(caller: Client) -> None:
    here = a_store("HERE", {"TS-1": 1, "TS-2": 1})
    there = a_store("THERE", {"TS-3": 5}, priority=90)
    order = ordered(caller, "WEB-1", "TS-1", "TS-2", "TS-3")
    (transfer,) = transfers_of(order)
    for transition in (READY, DISPATCH, DELIVER):
        assert command(caller, transfer, transition).status_code == 204
    refused(caller, only_package(order), there, "TS-3")
    assert (level(product("TS-3"), here), level(product("TS-3"), there)) == ((1, 1, 0), (4, 0, 0))


def test_what_was_delivered_is_there_where_no_books_are_kept(caller: Client) -> None:
    package = a_package()
    transfer = a_transfer_order(package=package)
    for transition in (READY, DISPATCH, DELIVER):
        assert command(caller, transfer, transition).status_code == 204
    sku = package.packageitem_set.get().order_item.product.sku
    refused(caller, package, a_location(), sku)


def test_what_a_renewal_found_at_the_location_itself_is_there(caller: Client) -> None:
    here = a_store("HERE", {"TS-1": 1, "TS-2": 1})
    there = a_store("THERE", {"TS-3": 1}, priority=90)
    order = ordered(caller, "WEB-1", "TS-1", "TS-2", "TS-3")
    (transfer,) = transfers_of(order)
    counted(here, {"TS-3": 3})
    assert command(caller, transfer, RENEW).status_code == 200
    package = only_package(order)
    refused(caller, package, there, "TS-3")
    assert (package.state.enum_value, item_states(package)) == ("100", ["100"] * 3)
    assert level(product("TS-3"), here) == (3, 1, 0)


def test_what_is_missing_may_be_brought(caller: Client) -> None:
    a_store("HERE", {"TS-1": 1, "TS-2": 1})
    there = a_store("THERE", {"TS-3": 1}, priority=90)
    order = ordered(caller, "WEB-1", "TS-1", "TS-2", "TS-3")
    (transfer,) = transfers_of(order)
    assert command(caller, transfer, CANCEL_WAITING).status_code == 204
    assert asked(caller, only_package(order), there, "TS-3").status_code == 201
    assert item_states(only_package(order)) == ["100", "100", "150"]
