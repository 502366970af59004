"""Making the transfer orders that a plan asks for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from aktar.accounts.models import User
from aktar.orders.models import Package, PackageItem
from aktar.places.models import StockLocation
from aktar.planning.rules import ItemPlan
from aktar.transfers.actions.creating import ItemToMove, create_transfer_order
from aktar.transfers.models import TransferOrder


def create_planned_transfer_orders(
    package: Package,
    planned: Sequence[ItemPlan],
    *,
    is_grouped: bool,
    plan_items: Mapping[int, int],
    by: User | None,
    now: datetime,
    renews: TransferOrder | None = None,
) -> list[TransferOrder]:
    """A transfer order for each line, or (`is_grouped`) one for each source, all of them planned at `now`.

    `plan_items` are the kept lines (ids) by order item. Raises NotEnoughStock.
    """
    sources = StockLocation.objects.in_bulk({item.source for item in planned if item.source is not None})
    rows = PackageItem.objects.filter(package=package, order_item__in=[item.line.key for item in planned])
    items = {row.order_item_id: row for row in rows.select_related("order_item")}
    return [
        create_transfer_order(
            package.pk,
            source=sources[source],
            items=[ItemToMove(items[item.line.key], item.line.quantity) for item in lines],
            planned_at=now,
            plan_item=plan_items[lines[0].line.key],
            renews=renews,
            by=by,
            now=now,
        )
        for source, lines in _transfers(planned, is_grouped=is_grouped)
    ]


def _transfers(planned: Iterable[ItemPlan], *, is_grouped: bool) -> list[tuple[int, list[ItemPlan]]]:
    """The source of each transfer order, and its lines."""
    transfers: dict[tuple[int, int], list[ItemPlan]] = {}
    for number, item in enumerate(planned):
        if item.source is not None:
            transfers.setdefault((item.source, 0 if is_grouped else number), []).append(item)
    return [(source, lines) for (source, _), lines in transfers.items()]
