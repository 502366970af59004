"""Runs commands as a caller does, and reads what became of every row around a transfer order."""

from typing import Any

from django.db import models
from django.test import Client

from aktar.orders.models import OrderItem, Package, PackageItem
from aktar.transfers.models import TransferItem, TransferOrder, TransferShipment
from aktar.webhooks.models import Event, WebhookEvent
from aktar.workflow.models import TransitionLog

ORDERS = "/api/v1/oms/transfer_orders/"
READY, ADVANCE, RENEW, DISPATCH, DELIVER = 100, 298, 694, 101, 102
CANCEL_READY, CANCEL_IN_TRANSIT, CANCEL_WAITING = 103, 104, 105
ROWS: tuple[type[models.Model], ...] = (
    TransferOrder,
    TransferItem,
    TransferShipment,
    Package,
    PackageItem,
    OrderItem,
    TransitionLog,
    Event,
    WebhookEvent,
)


def run(caller: Client, order: TransferOrder, transition: int, **parameters: Any) -> Any:
    """The answer to a command that is asked for by its id."""
    body = {"transition": transition, "input_parameters": parameters}
    return caller.post(f"{ORDERS}{order.pk}/command/", body, "application/json")


def done(caller: Client, order: TransferOrder, *transitions: int) -> None:
    """Commands that succeed, one after the other."""
    for transition in transitions:
        answer = run(caller, order, transition, **({"cargo_company": "1"} if transition == ADVANCE else {}))
        assert answer.status_code in (200, 204), answer.content


def states(order: TransferOrder) -> dict[str, Any]:
    """The enum value of the order, its items, their package items and order items, and the package."""
    order = TransferOrder.objects.get(pk=order.pk)
    items = TransferItem.objects.filter(transfer_order=order)
    return {
        "order": order.state.enum_value,
        "items": {item.state.enum_value for item in items},
        "package items": {item.package_item.state.enum_value for item in items},
        "order items": {item.package_item.order_item.state.enum_value for item in items},
        "package": order.package.state.enum_value,
    }


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row that a command could touch."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in ROWS}
