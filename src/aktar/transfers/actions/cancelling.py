"""Cancelling what is on its way to a package that is cancelled itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from aktar.accounts.models import User
from aktar.edge.content_types import ContentType
from aktar.edge.references import Reading
from aktar.orders.models import Package
from aktar.places.rules import EVERYWHERE
from aktar.transfers.actions.news import tell
from aktar.transfers.effects import Run, call_off, leave
from aktar.transfers.models import TransferOrder
from aktar.transfers.rules import (
    OPEN,
    TRANSFER_STATUS,
    TRANSITIONED_EVENT,
    CommandParameters,
    TransferStatus,
    transfer_event,
)
from aktar.workflow.queries import workflow


def cancel_transfer_orders(
    package: Package, *, by: User | None, attributes: Mapping[str, Any], reading: Reading, now: datetime
) -> None:
    """Cancel every open transfer order of a locked package, each with its log and its event.

    The package and its items are the caller's, who has moved the items already.
    """
    flow = workflow(reading)
    still_open = [flow.state(ContentType.TRANSFER_ORDER, TRANSFER_STATUS, status).id for status in OPEN]
    cancelled = flow.state(ContentType.TRANSFER_ORDER, TRANSFER_STATUS, TransferStatus.CANCELLED)
    locked = TransferOrder.objects.select_for_update(no_key=True).filter(package=package)
    orders = list(locked.filter(state_id__in=still_open).order_by("pk"))
    # The others show the package's items too: who holds their tags must hear of the change.
    others = TransferOrder.objects.filter(package=package).exclude(pk__in=[order.pk for order in orders])
    others.update(version=F("version") + 1)
    for order in orders:
        run = Run(
            order=order,
            package=package,
            parameters=CommandParameters(),
            attributes=attributes,
            by=by,
            reach=EVERYWHERE,
            reading=reading,
            now=now,
        )
        call_off(run)
        leave(run, to=cancelled)
        tell(
            order,
            transfer_event(TransferStatus.CANCELLED),
            reading,
            now,
            also_as=TRANSITIONED_EVENT,
            handler="cancel",
        )
