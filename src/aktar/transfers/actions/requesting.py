"""Making a transfer order as somebody outside wishes it, with the order and the package if they are new."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.db import transaction

from aktar.accounts.models import User
from aktar.edge.content_types import ContentType
from aktar.edge.references import Reading, reading
from aktar.orders.actions import add_package, place_order
from aktar.orders.models import Order, Package, PackageItem
from aktar.orders.rules import (
    CLOSED,
    PACKAGE_ITEM_STATUS,
    NewOrder,
    NewPackage,
    NothingToPack,
    NotInOrder,
    PackageItemStatus,
    PackageNumberTaken,
)
from aktar.places.models import StockLocation
from aktar.places.rules import PlacesUnknown, Reach
from aktar.stock.rules import NotEnoughStock
from aktar.transfers.actions.creating import (
    ItemToMove,
    create_transfer_order,
    items_in_transfer,
    items_there,
)
from aktar.transfers.actions.news import PAYLOAD_LANGUAGE
from aktar.transfers.models import TransferOrder
from aktar.transfers.queries import is_order_visible, is_package_visible
from aktar.transfers.rules import (
    CONFLICTS,
    Fault,
    NotAtEitherEnd,
    Refusal,
    TransferWish,
    WishConflicts,
    WishRefused,
)
from aktar.workflow.queries import workflow


def request_transfer_order(
    wish: TransferWish,
    *,
    by: User | None,
    reach: Reach,
    now: datetime,
    then: Callable[[TransferOrder], None] | None = None,
) -> TransferOrder:
    """Make a transfer order as wished, and whatever of its order and package is not there yet.

    `then` hears of it within the transaction. Raises NotAtEitherEnd, and WishRefused or WishConflicts with
    everything that is wrong: then nothing has been made.
    """
    if not reach.everything and reach.locations.isdisjoint((wish.source, wish.destination)):
        raise NotAtEitherEnd
    with transaction.atomic(durable=True):
        current = reading(PAYLOAD_LANGUAGE)
        package = _package(wish, reach, current, now)
        refusals = list(_disagreements(wish, package, current))
        items = _items(wish, package, current, refusals)
        if refusals:
            raise _refused(refusals)
        try:
            order = create_transfer_order(
                package.pk,
                source=StockLocation.objects.get(pk=wish.source),
                items=items,
                planned_at=now,
                due=wish.target_transfer_date,
                invoice_number=wish.invoice_number,
                remote_id=wish.remote_id,
                by=by,
                now=now,
            )
        except NotEnoughStock as error:
            raise _refused(list(_shortages(wish, error))) from error
        if then is not None:
            then(order)
    return order


def _package(wish: TransferWish, reach: Reach, current: Reading, now: datetime) -> Package:
    """The package that is wished for, its row locked; made, if it is new, at the destination.

    What is there already, and is none of the caller's business, is as unknown to them as everywhere: a
    transfer of it would show them the customer.
    """
    if not isinstance(wish.package, NewPackage):
        package = Package.objects.select_for_update(no_key=True).get(pk=wish.package)
        if not is_package_visible(package, reach):
            raise WishRefused([Refusal(("package",), Fault.PACKAGE_UNKNOWN)])
        return package
    is_new = False
    if isinstance(wish.order, NewOrder):
        try:
            order, is_new = place_order(wish.order, reach=reach, reading=current, now=now)
        except PlacesUnknown as error:
            places = [("order", "shipping_address", level) for level in error.levels]
            raise WishRefused([Refusal(place, Fault.PLACE_UNKNOWN) for place in places]) from error
    else:
        order = Order.objects.select_for_update(no_key=True).get(pk=wish.order or 0)
    if not (is_new or is_order_visible(order, reach)):
        raise WishRefused([Refusal(("order",), Fault.ORDER_UNKNOWN)])
    try:
        return add_package(order, wish.package, stock_location=wish.destination, reading=current, now=now)
    except NothingToPack:
        refusals = [Refusal(("package",), Fault.NOTHING_TO_PACK)]
    except PackageNumberTaken:
        refusals = [Refusal(("package", "number"), Fault.PACKAGE_NUMBER_TAKEN)]
    except NotInOrder as error:
        refusals = [Refusal(("package", "items", place, "sku"), Fault.NOT_IN_ORDER) for place in error.lines]
    raise _refused(refusals)


def _disagreements(wish: TransferWish, package: Package, current: Reading) -> Iterator[Refusal]:
    """What the package itself has against the wish."""
    if isinstance(wish.order, NewOrder):
        agrees = Order.objects.filter(pk=package.order_id, number=wish.order.number).exists()
    else:
        agrees = wish.order in (None, package.order_id)
    if not agrees:
        yield Refusal(("order",), Fault.ORDER_DISAGREES)
    if package.stock_location_id != wish.destination:
        yield Refusal(("destination",), Fault.DESTINATION_DISAGREES, {"location": package.stock_location_id})
    if workflow(current).states[package.state_id].enum_value in CLOSED:
        yield Refusal(("package",), Fault.PACKAGE_CLOSED)


def _items(
    wish: TransferWish, package: Package, current: Reading, refusals: list[Refusal]
) -> list[ItemToMove]:
    """The package's items that are to be brought, one a piece; what cannot be had goes to `refusals`."""
    gone = workflow(current).state(ContentType.PACKAGE_ITEM, PACKAGE_ITEM_STATUS, PackageItemStatus.CANCELLED)
    products = {line.product for line in wish.items}
    packed = PackageItem.objects.filter(package=package, order_item__product__in=products)
    rows = packed.exclude(state_id=gone.id).select_related("order_item").order_by("pk")
    ids = [row.pk for row in rows]
    numbers, there = items_in_transfer(ids, current), items_there(package, ids, current)
    free: dict[int, list[PackageItem]] = defaultdict(list)
    busy: dict[int, list[PackageItem]] = defaultdict(list)
    for row in rows:
        (busy if row.pk in numbers or row.pk in there else free)[row.order_item.product_id].append(row)
    found = []
    for place, line in enumerate(wish.items):
        mine, taken = free[line.product][: line.count], busy[line.product]
        free[line.product] = free[line.product][line.count :]
        found += [ItemToMove(item) for item in mine]
        if len(mine) == line.count:
            continue
        if not mine and not taken:
            refusals.append(Refusal(("items", place, "sku"), Fault.NOT_IN_PACKAGE))
        elif len(mine) + len(taken) < line.count:
            refusals.append(Refusal(("items", place, "quantity"), Fault.TOO_FEW, {"count": len(mine)}))
        else:
            item = taken[0].pk
            fault = Fault.IN_TRANSFER if item in numbers else Fault.THERE_ALREADY
            about = {"item": item, "number": numbers.get(item)}
            refusals.append(Refusal(("items", place, "sku"), fault, about))
    return found


def _shortages(wish: TransferWish, error: NotEnoughStock) -> Iterator[Refusal]:
    """Each line of the wish that its source has too little for; the items are the lines' pieces in order."""
    pieces = [place for place, line in enumerate(wish.items) for _ in range(line.count)]
    missing = Counter(pieces[shortage.place] for shortage in error.shortages)
    for place, count in missing.items():
        available = {"count": wish.items[place].count - count}
        yield Refusal(("items", place, "quantity"), Fault.SHORT_OF_STOCK, available)


def _refused(refusals: Sequence[Refusal]) -> WishRefused:
    kind = WishConflicts if {refusal.fault for refusal in refusals} <= CONFLICTS else WishRefused
    return kind(refusals)
