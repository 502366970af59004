"""A transfer order's version rises with everything that its answer shows; the answer is of one piece."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from aktar.edge.references import reading
from aktar.places.rules import EVERYWHERE
from aktar.transfers import queries
from aktar.transfers.actions import run_command, set_remote_id
from aktar.transfers.models import TransferOrder
from aktar.transfers.queries import transfer_orders
from aktar.transfers.rules import CommandParameters
from aktar.workflow.models import TransitionLog
from tests.factories import NOW, a_location, a_transfer_order
from tests.transfers.running import CANCEL_WAITING, DELIVER, DISPATCH, READY, done

pytestmark = pytest.mark.django_db


def version(order: TransferOrder) -> int:
    return TransferOrder.objects.values_list("version", flat=True).get(pk=order.pk)


def again(order: TransferOrder) -> TransferOrder:
    """A second transfer order for the same package item, as after a renewal."""
    from aktar.transfers.actions import ItemToMove, create_transfer_order

    item = order.transferitem_set.get().package_item
    return create_transfer_order(
        order.package_id,
        source=a_location(),
        items=[ItemToMove(item)],
        planned_at=NOW,
        by=None,
        now=NOW,
    )


def test_a_move_of_a_shared_package_item_raises_the_version_of_both(caller: Client) -> None:
    cancelled = a_transfer_order()
    done(caller, cancelled, CANCEL_WAITING)
    before = version(cancelled)
    renewed = again(cancelled)
    assert version(cancelled) == before + 1
    done(caller, renewed, READY, DISPATCH)
    assert version(cancelled) == before + 1
    done(caller, renewed, DELIVER)
    assert version(cancelled) == before + 2


def test_time_does_not_run_backwards_for_a_writer_that_waited() -> None:
    order = a_transfer_order()
    later = NOW + timedelta(minutes=5)
    set_remote_id(order.pk, "1", reach=EVERYWHERE, now=later)
    earlier = NOW + timedelta(minutes=1)
    run_command(
        order.pk,
        transition=READY,
        parameters=CommandParameters(),
        by=None,
        reach=EVERYWHERE,
        now=earlier,
    )
    set_remote_id(order.pk, "2", reach=EVERYWHERE, now=earlier)
    order.refresh_from_db()
    assert order.modified_date == later
    assert TransitionLog.objects.get(content_type=6, object_id=order.pk).created_date == later


def test_an_answer_is_read_again_when_a_command_came_between(
    caller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = a_transfer_order()
    rows = queries._order_rows.of
    reads = []

    def interrupted(ids: Any) -> Any:
        found = rows(ids)
        reads.append(ids)
        if len(reads) == 1:
            monkeypatch.setattr(queries._order_rows, "of", interrupted_no_more)
            done(caller, order, READY)
        return found

    def interrupted_no_more(ids: Any) -> Any:
        reads.append(ids)
        return rows(ids)

    monkeypatch.setattr(queries._order_rows, "of", interrupted)
    [shape] = transfer_orders([order.pk], reading("en-us"))
    assert b"ready_to_shipment" in bytes(shape.state)
    assert b"ready_to_shipment" in bytes(shape.transferitem_set[0].state)
    assert len(reads) > 1
