"""Books that begin while an order is cancelled: who counts then and who cancels do not wait in a ring."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from aktar.fulfilment.actions import cancel_order, cancelling
from aktar.orders.models import Order
from aktar.places.rules import EVERYWHERE
from aktar.stock.actions import set_stock
from aktar.stock.rules import StockCount
from tests.factories import NOW, a_location, a_product, a_transfer_order, a_workflow
from tests.stock.books import a_stock, require_balance

PATIENCE = 60  # seconds
A_WHILE = 0.5  # seconds in which a count gets as far as it can

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_count_and_a_cancelled_order_undo_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL only: SQLite has one writer at a time")
    a_workflow()
    source, destination = a_location(), a_location()
    transfer = a_transfer_order(source=source, destination=destination)
    product, other = transfer.transferitem_set.get().product, a_product()
    a_stock(product, source)
    counting: list[Future[None]] = []
    undo: Callable[[Any], None] = cancelling.undo_package

    def count(*counts: StockCount) -> None:
        try:
            set_stock(counts, by=None, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:

        def undo_when_others_count(run: Any) -> None:
            # The order's levels are held by now. First the destination begins its books with something else.
            pool.submit(count, StockCount(other.pk, destination.pk, 100)).result(PATIENCE)
            both = [StockCount(product.pk, place.pk, 100) for place in (source, destination)]
            counting.append(pool.submit(count, *both))
            time.sleep(A_WHILE)
            undo(run)

        monkeypatch.setattr(cancelling, "undo_package", undo_when_others_count)
        cancel_order(transfer.order_id, by=None, reach=EVERYWHERE, now=NOW)
        counting[0].result(PATIENCE)
    assert Order.objects.get().state.enum_value == "100"
    require_balance()
