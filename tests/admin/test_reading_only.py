"""What is history cannot be changed in the admin, whatever is posted."""

import pytest
from django.db.models import Model
from django.test import Client

from aktar.orders.models import Order, OrderItem, Package, PackageItem, ShippingAddress
from aktar.transfers.models import TransferItem, TransferOrder, TransferShipment
from aktar.webhooks.models import Endpoint, Event, WebhookAttempt, WebhookEvent
from aktar.workflow.models import State, TransitionLog
from tests.admin.rows import a_full_house, address, pages

HISTORY: tuple[type[Model], ...] = (
    Order,
    OrderItem,
    Package,
    PackageItem,
    ShippingAddress,
    TransferOrder,
    TransferItem,
    TransferShipment,
    TransitionLog,
    Endpoint,
    Event,
    WebhookEvent,
    WebhookAttempt,
)


@pytest.mark.parametrize("model", HISTORY)
def test_history_is_neither_added_nor_changed_nor_deleted(desk: Client, model: type[Model]) -> None:
    a_full_house()
    row = model._default_manager.latest("pk")
    before = list(model._default_manager.order_by("pk").values())
    body = {"number": "1", "state": "76", "attributes": "{}", "delivered": "on", "post": "yes"}
    assert desk.post(address(model, "add"), body).status_code == 403
    assert desk.post(address(model, "change", row.pk), body).status_code == 403
    assert desk.post(address(model, "delete", row.pk), body).status_code == 403
    desk.post(
        address(model, "changelist"),
        {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
    )
    assert list(model._default_manager.order_by("pk").values()) == before


def test_only_what_nobody_mentions_can_be_deleted(desk: Client) -> None:
    a_full_house()
    deletable = {
        model._meta.label
        for model in pages()
        if desk.get(address(model, "delete", model._default_manager.latest("pk").pk)).status_code == 200
    }
    assert deletable == {
        "auth.Group",
        "places.TokenMembership",
        "places.UserMembership",
        "workflow.Command",
    }


def test_what_the_code_knows_a_state_by_does_not_change(desk: Client) -> None:
    state = State.objects.get(pk=73)
    body = {
        "content_type": "4",
        "enum_class": "Another",
        "enum_value": "another",
        "name": "Bekleyen",
        "translations": "",
        "config": "{}",
    }
    assert desk.post(address(State, "change", 73), body).status_code == 302
    changed = State.objects.get(pk=73)
    assert (changed.content_type, changed.enum_class, changed.enum_value) == (
        state.content_type,
        state.enum_class,
        state.enum_value,
    )
    assert changed.name == "Bekleyen"
    assert changed.translations is None
    assert changed.modified_date > state.modified_date
