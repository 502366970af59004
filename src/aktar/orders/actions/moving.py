"""Moving packages and their items from state to state."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from aktar.accounts.models import User
from aktar.edge.content_types import ContentType
from aktar.edge.references import Reading
from aktar.edge.shapes import encode_document
from aktar.orders.models import Package, PackageItem
from aktar.orders.queries import package_payload
from aktar.orders.rules import (
    CLOSED,
    PACKAGE_EVENTS,
    PACKAGE_ITEM_STATUS,
    PACKAGE_STATUS,
    PACKAGE_TRANSITIONED,
    PackageItemStatus,
    PackageStatus,
)
from aktar.places.queries import audience_at
from aktar.webhooks.actions import record_event
from aktar.workflow.actions import move
from aktar.workflow.queries import workflow


def move_package(
    package: Package,
    *,
    to: PackageStatus,
    by: User | None,
    attributes: Mapping[str, Any],
    reading: Reading,
    now: datetime,
) -> None:
    """Put a locked package into a state, with its log and its event; nothing where it is there or closed.

    Closed are packed and cancelled packages: what becomes of their transfers no longer moves them.
    """
    flow = workflow(reading)
    state = flow.state(ContentType.PACKAGE, PACKAGE_STATUS, to)
    present = flow.states[package.state_id].enum_value
    if package.state_id == state.id or present in CLOSED:
        return
    move(package, to=state, by=by, attributes=attributes, now=now)
    record_event(
        PACKAGE_EVENTS[to],
        also_as=PACKAGE_TRANSITIONED,
        content_type=ContentType.PACKAGE,
        object_id=package.pk,
        payload=encode_document(package_payload(package, reading)),
        audience=audience_at(package.stock_location_id),
        destination=package.stock_location_id,
        now=now,
    )


def move_package_items(
    package: Package, items: Collection[int], *, to: PackageItemStatus, reading: Reading, now: datetime
) -> None:
    """Put items of a locked package into a state; nothing where the package is closed. One query."""
    if workflow(reading).states[package.state_id].enum_value in CLOSED:
        return
    state = workflow(reading).state(ContentType.PACKAGE_ITEM, PACKAGE_ITEM_STATUS, to)
    PackageItem.objects.filter(package=package, pk__in=items).update(state_id=state.id, modified_date=now)
