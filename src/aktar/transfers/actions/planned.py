"""Making the transfer orders that a plan asks for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from aktar.accounts.models import User
from aktar.edge.references import Reading
from aktar.orders.models import Package, PackageItem
from aktar.orders.rules import PackageStatus
from aktar.places.models import StockLocation
from aktar.planning.rules import ItemPlan
from aktar.transfers.actions.creating import ItemToMove, TransferToMake, make_transfer_orders
from aktar.transfers.actions.news import tell_of_made
from aktar.transfers.models import TransferOrder


def create_planned_transfer_orders(
    package: Package,
    planned: Sequence[ItemPlan],
    *,
    is_grouped: bool,
    plan_items: Mapping[int, int],
    by: User | None,
    reading: Reading,
    now: datetime,
    renews: TransferOrder | None = None,
    package_to: PackageStatus = PackageStatus.WAITING_FOR_TRANSFER,
) -> list[TransferOrder]:
    """A transfer order for each line, or (`is_grouped`) one for each source, all of them planned at `now`.

    They go to a locked package, which they move to `package_to`. `plan_items` are the kept lines (ids) by
    order item. As many statements however many they are, as `make_transfer_orders` has it. Raises
    NotEnoughStock.
    """
    transfers = _transfers(planned, is_grouped=is_grouped)
    if not transfers:
        return []
    sources = StockLocation.objects.in_bulk({source for source, _ in transfers})
    rows = PackageItem.objects.filter(package=package, order_item__in=[item.line.key for item in planned])
    items = {row.order_item_id: row for row in rows.select_related("order_item")}
    wanted = [
        TransferToMake(
            source=sources[source],
            items=[ItemToMove(items[item.line.key], item.line.quantity) for item in lines],
            due=now + sources[source].target_transfer_interval,
            plan_item=plan_items[lines[0].line.key],
            renews=renews,
        )
        for source, lines in transfers
    ]
    orders = make_transfer_orders(package, wanted, package_to=package_to, by=by, current=reading, now=now)
    tell_of_made(orders, reading, now)
    return orders


def _transfers(planned: Iterable[ItemPlan], *, is_grouped: bool) -> list[tuple[int, list[ItemPlan]]]:
    """The source of each transfer order, and its lines."""
    transfers: dict[tuple[int, int], list[ItemPlan]] = {}
    for number, item in enumerate(planned):
        if item.source is not None:
            transfers.setdefault((item.source, 0 if is_grouped else number), []).append(item)
    return [(source, lines) for (source, _), lines in transfers.items()]
