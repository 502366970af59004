"""What must agree after any number of writers, living or dead: rows, log, events, what listeners are owed."""

import json
from collections import Counter

from aktar.orders.models import Package, PackageItem
from aktar.transfers.models import TransferItem, TransferOrder, TransferShipment
from aktar.webhooks.models import Event, Webhook, WebhookEvent
from aktar.workflow.models import State, TransitionLog

ORDER, PACKAGE = 6, 4
FIRST = {ORDER: "waiting", PACKAGE: "100"}
PACKAGE_EVENTS = {
    "100": "package.status.waiting",
    "150": "package.status.waiting_for_transfer",
    "920": "package.status.contains_out_of_stock_products",
}
ITEM_OF_PACKAGE = {
    "waiting": "150",
    "ready_to_shipment": "150",
    "in_transit": "150",
    "transferred": "100",
    "cancelled": "920",
}
SHIPMENT_TYPE = 8
NEWS_OF_SHIPMENT = {
    "ready_to_shipment": "shipment.created",
    "in_transit": "shipment.status.updated",
    "transferred": "shipment.status.updated",
    "cancelled": "shipment.cancelled",
}
SHIPMENT = {
    "ready_to_shipment": "created",
    "in_transit": "in_transit",
    "transferred": "delivered",
    "cancelled": "cancelled",
}


def require_agreement() -> None:
    """Hold that nothing is half done: every order and package is what its log says, and its news says so."""
    states = dict(State.objects.values_list("pk", "enum_value"))
    orders = dict(TransferOrder.objects.values_list("pk", "state_id"))
    packages = dict(Package.objects.values_list("pk", "state_id"))
    for kind, things in ((ORDER, orders), (PACKAGE, packages)):
        for thing, state in things.items():
            told = _replayed(kind, thing, states)
            assert told[-1] == states[state], (kind, thing, told)
            _require_news(kind, thing, told)
    of_shipments = _require_shipment_news(orders, states)
    # A package that something is out of stock of puts its order at risk, which is told besides.
    missing = [pk for pk, state in states.items() if state == "920"]
    at_risk = TransitionLog.objects.filter(content_type=PACKAGE, new_state__in=missing).count()
    assert Event.objects.filter(type="order.at_risk").count() == at_risk
    assert Event.objects.count() == TransitionLog.objects.count() + len(orders) + of_shipments + at_risk
    _require_owed()
    for order, state in orders.items():
        _require_things_around(order, states[state], states)
    for package, state in packages.items():
        assert states[state] == _package_state(package, states), package


def moves(order: int) -> int:
    """How many commands the log says were run on a transfer order."""
    return TransitionLog.objects.filter(content_type=ORDER, object_id=order).count()


def _replayed(kind: int, thing: int, states: dict[int, str]) -> list[str]:
    """The states that the log leads through, each step beginning where the one before it ended."""
    told = [FIRST[kind]]
    logs = TransitionLog.objects.filter(content_type=kind, object_id=thing).order_by("pk")
    for old, new in logs.values_list("old_state_id", "new_state_id"):
        assert states[old] == told[-1], (kind, thing)
        told.append(states[new])
    return told


def _require_news(kind: int, thing: int, told: list[str]) -> None:
    """One event for each move, numbered from 1 without a gap, telling the state that was reached."""
    events = Event.objects.filter(content_type=kind, object_id=thing).order_by("sequence")
    rows = list(events.values_list("sequence", "type", "payload"))
    if kind == ORDER:
        expected = ["transfer.status.created", *(f"transfer.status.{state}" for state in told[1:])]
        reached = told
    else:
        expected, reached = [PACKAGE_EVENTS[state] for state in told[1:]], told[1:]
    assert [sequence for sequence, _, _ in rows] == list(range(1, len(rows) + 1)), (kind, thing)
    assert [type_ for _, type_, _ in rows] == expected, (kind, thing)
    assert [json.loads(payload)["state"]["enum_value"] for _, _, payload in rows] == reached, (kind, thing)
    logged = TransitionLog.objects.filter(content_type=kind, object_id=thing).order_by("pk")
    instants = list(events.values_list("created_at", flat=True))[-len(logged) or len(rows) :]
    assert instants == list(logged.values_list("created_date", flat=True)), (kind, thing)


def _require_shipment_news(orders: dict[int, int], states: dict[int, str]) -> int:
    """One event for each thing that befell a shipment; answers how many there are of all."""
    shipments = dict(TransferShipment.objects.values_list("transfer_order_id", "pk"))
    expected = [
        (shipment, NEWS_OF_SHIPMENT[state])
        for order, shipment in shipments.items()
        for state in _replayed(ORDER, order, states)
        if state in NEWS_OF_SHIPMENT
    ]
    told = Event.objects.filter(content_type=SHIPMENT_TYPE).order_by("object_id", "sequence")
    assert list(told.values_list("object_id", "type")) == sorted(expected, key=lambda it: it[0])
    return len(expected)


def _require_owed() -> None:
    """Each active listener is owed each event that it listens to exactly once, and nobody anything else."""
    expected = Counter(
        (webhook, event)
        for webhook, name in Webhook.objects.filter(is_active=True).values_list("pk", "event_type")
        for event, type_ in Event.objects.values_list("pk", "type")
        if name == type_ or (name == _general_name(type_) and type_ != "transfer.status.created")
    )
    assert Counter(WebhookEvent.objects.values_list("webhook_id", "event_id")) == expected


def _general_name(event_type: str) -> str:
    return f"{event_type.partition('.')[0]}.status.transitioned"


def _require_things_around(order: int, state: str, states: dict[int, str]) -> None:
    items = TransferItem.objects.filter(transfer_order=order)
    rows = list(items.values_list("state_id", "package_item__state_id"))
    assert rows
    assert {states[item] for item, _ in rows} == {state}, order
    assert {states[of_package] for _, of_package in rows} == {ITEM_OF_PACKAGE[state]}, order
    shipments = TransferShipment.objects.filter(transfer_order=order).values_list("state_id", flat=True)
    assert [states[shipment] for shipment in shipments] in ([], [SHIPMENT.get(state)]), order


def _package_state(package: int, states: dict[int, str]) -> str:
    """The state that a package's items imply."""
    items = PackageItem.objects.filter(package=package).values_list("state_id", flat=True)
    values = {states[item] for item in items}
    return "920" if "920" in values else "150" if "150" in values else "100"
