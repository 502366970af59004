"""What no document tells but an order and a package must have: a state and dates, drawn from their items."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from aktar.edge.content_types import ContentType
from aktar.orders.models import OrderItem, PackageItem
from aktar.orders.rules import PACKAGE_STATUS, PackageItemStatus, PackageStatus
from aktar.transfers.loading.tables import Row
from aktar.workflow.rules import Workflow

_ORDER_STATUS = "OrderStatus"
_APPROVED, _CANCELLED = "400", "100"
# A package that people have begun to pack, or closed, is past what its items' states say.
_FOLLOWS_ITEMS = frozenset(
    {PackageStatus.WAITING, PackageStatus.WAITING_FOR_TRANSFER, PackageStatus.OUT_OF_STOCK}
)


def package_status(items: Collection[str]) -> PackageStatus:
    """The state of a package whose items are in these states."""
    if items and all(item == PackageItemStatus.CANCELLED for item in items):
        return PackageStatus.CANCELLED
    if PackageItemStatus.OUT_OF_STOCK in items:
        return PackageStatus.OUT_OF_STOCK
    if PackageItemStatus.SELECTED_FOR_TRANSFER in items:
        return PackageStatus.WAITING_FOR_TRANSFER
    return PackageStatus.WAITING


def package_state(items: Iterable[int], flow: Workflow) -> int:
    """The same as ids of states. Raises WorkflowFault where the workflow lacks it."""
    status = package_status({flow.states[item].enum_value for item in items})
    return flow.state(ContentType.PACKAGE, PACKAGE_STATUS, status).id


def order_state(items: Iterable[int], flow: Workflow) -> int:
    """The state of an order: that of its least advanced item, cancelled ones aside; approved without items.

    Raises WorkflowFault where the workflow has no approved state.
    """
    states = [flow.states[item] for item in set(items)]
    live = [state for state in states if state.enum_value != _CANCELLED] or states
    if not live:
        return flow.state(ContentType.ORDER, _ORDER_STATUS, _APPROVED).id
    return min(live, key=lambda state: (len(state.enum_value), state.enum_value)).id


def born(items: Collection[Row], now: datetime) -> Row:
    """The dates of an order or a package: it is there since its first item is."""
    created = min((item["created_date"] for item in items), default=now)
    return {"created_date": created, "modified_date": created}


def settled_orders(ids: Collection[int], flow: Workflow) -> dict[int, int]:
    """The states of these orders by what their items say now. One query, or none without ids."""
    return {order: order_state(items, flow) for order, items in _items(OrderItem, "order_id", ids).items()}


def settled_packages(ids: Collection[int], flow: Workflow) -> dict[int, int]:
    """The states of these packages by what their items say now. One query, or none without ids."""
    return {
        package: package_state(items, flow)
        for package, items in _items(PackageItem, "package_id", ids).items()
    }


def following(flow: Workflow) -> list[int]:
    """The states in which a package goes where its items go."""
    return [flow.state(ContentType.PACKAGE, PACKAGE_STATUS, status).id for status in _FOLLOWS_ITEMS]


def _items(model: Any, parent: str, ids: Collection[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    if ids:
        for id_, state in model._default_manager.filter(**{f"{parent}__in": ids}).values_list(
            parent, "state_id"
        ):
            found.setdefault(id_, set()).add(state)
    return found
