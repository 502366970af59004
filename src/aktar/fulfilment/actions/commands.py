"""Running a command on a package."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from aktar.accounts.models import User
from aktar.edge.content_types import ContentType
from aktar.edge.references import reading
from aktar.fulfilment.effects import PACKAGE_EFFECTS, PackageRun
from aktar.fulfilment.queries import at_risk
from aktar.fulfilment.rules import PackageUnknown
from aktar.orders.actions import move_package, tell_at_risk
from aktar.orders.models import Order
from aktar.orders.queries import visible_packages
from aktar.orders.rules import PackageStatus
from aktar.places.rules import Reach
from aktar.transfers.actions import PAYLOAD_LANGUAGE
from aktar.workflow.queries import workflow


def run_package_command(
    package_id: int,
    *,
    transition: int | None = None,
    slug: str | None = None,
    parameters: Mapping[str, Any],
    by: User | None,
    reach: Reach,
    now: datetime,
    then: Callable[[None], None] | None = None,
) -> None:
    """Run the command named by `transition`, `slug` or both; `parameters` are logged.

    `then` is called within the transaction. Raises PackageUnknown, CommandUnknown, CommandsDisagree and
    CommandNotAllowed: then nothing has changed.
    """
    with transaction.atomic(durable=True):
        package = visible_packages(reach).select_for_update(no_key=True).filter(pk=package_id).first()
        if package is None:
            raise PackageUnknown
        # The clock was read before the lock was had, and who had it may have read it later.
        now = max(now, package.modified_date)
        current = reading(PAYLOAD_LANGUAGE)
        flow = workflow(current)
        command = flow.command(ContentType.PACKAGE, transition=transition, slug=slug)
        flow.require(command, state=package.state_id)
        attributes = {"command": {**parameters, "slug": command.slug, "transition_id": command.id}}
        PACKAGE_EFFECTS[command.handler](
            PackageRun(package=package, attributes=attributes, by=by, reading=current, now=now)
        )
        reached = PackageStatus(flow.states[command.destination_state].enum_value)
        move_package(
            package,
            to=reached,
            by=by,
            attributes=attributes,
            reading=current,
            now=now,
        )
        if reached == PackageStatus.CANCELLED and at_risk([package.order_id], current):
            # What it held waits to be planned anew. Last, for it locks the order's events.
            order = Order.objects.get(pk=package.order_id)
            tell_at_risk(order, locations=[package.stock_location_id], reading=current, now=now)
        if then is not None:
            then(None)
