"""What each command does to everything around a transfer order."""

from typing import Any

import pytest
from django.test import Client

from aktar.orders.models import Package, PackageItem
from aktar.transfers.models import TransferOrder, TransferShipment
from aktar.webhooks.models import Event
from aktar.workflow.models import Command
from tests.factories import NOW, a_package, a_state, a_transfer_order
from tests.transfers.running import (
    ADVANCE,
    CANCEL_IN_TRANSIT,
    CANCEL_READY,
    CANCEL_WAITING,
    DELIVER,
    DISPATCH,
    ORDERS,
    READY,
    RENEW,
    done,
    run,
    states,
)

pytestmark = pytest.mark.django_db


def test_a_new_transfer_order_waits_and_its_package_waits_for_it() -> None:
    order = a_transfer_order(items=2)
    assert states(order) == {
        "order": "waiting",
        "items": {"waiting"},
        "package items": {"150"},
        "order items": {"400"},
        "package": "150",
    }


EFFECTS: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "ready": ((READY,), {"order": "ready_to_shipment", "items": {"ready_to_shipment"}}),
    "ready in advance": ((ADVANCE,), {"order": "ready_to_shipment", "items": {"ready_to_shipment"}}),
    "dispatch": ((READY, DISPATCH), {"order": "in_transit", "items": {"in_transit"}}),
    "deliver": (
        (READY, DISPATCH, DELIVER),
        {"order": "transferred", "items": {"transferred"}, "package items": {"100"}, "package": "100"},
    ),
    "renew": (
        (RENEW,),
        {"order": "cancelled", "items": {"cancelled"}, "package items": {"920"}, "package": "920"},
    ),
    "cancel from waiting": (
        (CANCEL_WAITING,),
        {"order": "cancelled", "items": {"cancelled"}, "package items": {"920"}, "package": "920"},
    ),
    "cancel from ready": (
        (READY, CANCEL_READY),
        {"order": "cancelled", "items": {"cancelled"}, "package items": {"920"}, "package": "920"},
    ),
    "cancel from in transit": (
        (READY, DISPATCH, CANCEL_IN_TRANSIT),
        {"order": "cancelled", "items": {"cancelled"}, "package items": {"920"}, "package": "920"},
    ),
}


@pytest.mark.parametrize("name", EFFECTS)
def test_a_command_moves_the_order_its_items_and_what_waits_for_them(caller: Client, name: str) -> None:
    transitions, moved = EFFECTS[name]
    order = a_transfer_order(items=2)
    other = a_transfer_order(items=2)
    untouched = states(other)

    done(caller, order, *transitions)

    stays = {"package items": {"150"}, "order items": {"400"}, "package": "150"}
    assert states(order) == stays | moved
    assert states(other) == untouched
    assert TransferOrder.objects.get(pk=order.pk).version == 1 + len(transitions)
    assert TransferOrder.objects.get(pk=other.pk).version == 1


def test_every_command_of_the_workflow_is_tried_here() -> None:
    tried = {transition for transitions, _ in EFFECTS.values() for transition in transitions}
    assert tried == set(Command.objects.filter(source_state__content_type=6).values_list("pk", flat=True))


def test_a_package_waits_for_the_last_of_its_transfers(caller: Client) -> None:
    package = a_package(items=2)
    first, second = a_transfer_order(package=package), a_transfer_order(package=package)
    done(caller, first, READY, DISPATCH, DELIVER)
    assert states(first)["package items"] == {"100"}
    assert states(second)["package items"] == {"150"}
    assert states(first)["package"] == "150"

    done(caller, second, READY, DISPATCH, DELIVER)
    assert states(second)["package"] == "100"


def test_a_package_that_lacks_something_stays_so_when_the_rest_arrives(caller: Client) -> None:
    package = a_package(items=2)
    lost, found = a_transfer_order(package=package), a_transfer_order(package=package)
    done(caller, lost, RENEW)
    done(caller, found, READY, DISPATCH, DELIVER)
    assert states(lost)["package items"] == {"920"}
    assert states(found)["package items"] == {"100"}
    assert states(found)["package"] == "920"


@pytest.mark.parametrize("closed", ["500", "600"])
def test_a_closed_package_is_no_longer_moved(caller: Client, closed: str) -> None:
    order = a_transfer_order()
    Package.objects.filter(pk=order.package_id).update(state=a_state(4, closed))
    PackageItem.objects.filter(package=order.package_id).update(state=a_state(5, "600"))
    done(caller, order, CANCEL_WAITING)
    assert states(order)["package"] == closed
    assert states(order)["package items"] == {"600"}
    assert not Event.objects.filter(type="package.status.contains_out_of_stock_products").exists()


def test_ready_in_advance_records_who_carries_the_goods_and_under_which_number(caller: Client) -> None:
    order = a_transfer_order()
    answer = run(
        caller,
        order,
        ADVANCE,
        cargo_company=1,
        awb_number="AWB-77",
        tracking_url="https://cargo.example.com/AWB-77",
    )
    assert answer.status_code == 204

    shipment = caller.get(f"{ORDERS}{order.pk}/").json()["transfer_shipment"]
    assert list(shipment) == [
        "id",
        "created_date",
        "modified_date",
        "state",
        "cargo_company",
        "awb_number",
        "tracking_url",
    ]
    assert shipment["cargo_company"] == {
        "pk": 1,
        "name": "Kargo",
        "erp_code": None,
        "shipping_company": "custom",
    }
    assert (shipment["awb_number"], shipment["tracking_url"]) == (
        "AWB-77",
        "https://cargo.example.com/AWB-77",
    )
    assert shipment["state"]["enum_value"] == "created"
    assert caller.get(ORDERS).json()["results"][0]["transfer_shipment"] == shipment


def test_the_shipment_follows_the_transfer_order(caller: Client) -> None:
    sent, stopped = a_transfer_order(), a_transfer_order()
    found = []
    for order, transition in (
        (sent, ADVANCE),
        (sent, DISPATCH),
        (sent, DELIVER),
        (stopped, ADVANCE),
        (stopped, CANCEL_READY),
    ):
        done(caller, order, transition)
        found.append(TransferShipment.objects.get(transfer_order=order).state.enum_value)
    assert found == ["created", "in_transit", "delivered", "created", "cancelled"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en-us", "No other source was found; the goods are out of stock."),
        ("tr-tr", "Başka kaynak bulunamadı; ürünler stokta yok."),
    ],
)
def test_renewing_says_that_no_other_source_was_found(caller: Client, language: str, sentence: str) -> None:
    order = a_transfer_order()
    answer = caller.post(
        f"{ORDERS}{order.pk}/command/",
        {"slug": "renew_transfer", "input_parameters": {}},
        "application/json",
        headers={"Accept-Language": language},
    )
    assert (answer.status_code, answer.json()) == (200, {"transfer_order": None, "detail": sentence})
    assert TransferOrder.objects.count() == 1


def test_a_shipment_that_was_there_before_is_the_one_that_is_recorded(caller: Client) -> None:
    order = a_transfer_order()
    made = TransferShipment.objects.create(
        transfer_order=order,
        created_date=NOW,
        modified_date=NOW,
        state=a_state(8, "created"),
        cargo_company_id=1,
        awb_number="old",
    )
    answer = run(caller, order, ADVANCE, cargo_company="1", awb_number="new")
    assert answer.status_code == 204, answer.content
    shipment = TransferShipment.objects.get(transfer_order=order)
    assert (shipment.pk, shipment.awb_number, shipment.created_date) == (made.pk, "new", NOW)
