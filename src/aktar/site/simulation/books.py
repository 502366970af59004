"""The month in the database: intake, planner, commands, renewals, packing and stock, by the actions."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from django.db.models import F

from aktar.accounts.models import User
from aktar.fulfilment.actions import (
    Taken,
    cancel_order,
    carry_out_decision,
    run_package_command,
    take_order,
    take_order_unplanned,
)
from aktar.fulfilment.queries import decisions_on
from aktar.orders.models import OrderItem, Package, PackageItem
from aktar.orders.rules import NewAddress, NewCustomer, NewOrder, NewOrderItem, PackageItemStatus, Pieces
from aktar.places.rules import EVERYWHERE, Reach
from aktar.site.simulation.ground import Ask, Pair, Planned
from aktar.site.simulation.month import Purchase
from aktar.site.simulation.policies import Policy
from aktar.stock.actions import adjust_stock
from aktar.stock.models import StockLevel
from aktar.stock.rules import Kind, StockDelta
from aktar.transfers.actions import run_command
from aktar.transfers.models import TransferItem
from aktar.transfers.rules import CommandParameters

_CHANNEL = 1
_PRICE = 249_90
_ASK = ("transfer_order_id", "product_id", "transfer_order__source_id", "transfer_order__destination_id")
_READY = "transferorder__ready_to_ship_transfer_order__waiting__ready-for-shipping"
_DISPATCH = "transferorder__dispatch_transfer_order__ready-for-shipping__in-transit"
_DELIVER = "transferorder__deliver_transfer_order__in-transit__transferred"
_RENEW = "renew_transfer"
_PACKING = (
    "package__prepare__waiting__preparing",
    "package__ready__preparing__ready-for-packaging",
    "package__pack__ready-for-packaging__packed",
)


class _Take(Protocol):
    """One of the ways to take an order in."""

    def __call__(self, new: NewOrder, *, by: User | None, reach: Reach, now: datetime) -> Taken:
        """As `take_order`."""


class Books:
    """A ground in the database, which plans every order as it comes in."""

    def __init__(self, *, addresses: Mapping[int, NewAddress]) -> None:
        self._addresses = addresses
        self._orders: dict[str, int] = {}
        self._packages: dict[str, int] = {}

    def place(self, orders: Sequence[Purchase], *, now: datetime) -> list[Planned]:
        for order in orders:
            self._take(order, take=take_order, now=now)
        return [self._planned(order.number) for order in orders]

    def renew(self, ask: Ask, *, now: datetime) -> Planned:
        self._command(ask, _RENEW, now, reason="not_found", declare_loss=True)
        asks = self._asks(ask.order, renews=ask.key)
        items = PackageItem.objects.filter(transfer_items__transfer_order=ask.key)
        short = items.filter(state__enum_value=PackageItemStatus.OUT_OF_STOCK).count()
        return Planned(ask.destination, asks, short)

    def send(self, ask: Ask, *, now: datetime) -> None:
        self._command(ask, _READY, now)
        self._command(ask, _DISPATCH, now)

    def arrive(self, ask: Ask, *, now: datetime) -> None:
        self._command(ask, _DELIVER, now)

    def pack(self, order: str, *, now: datetime) -> None:
        for slug in _PACKING:
            run_package_command(
                self._packages[order], slug=slug, parameters={}, by=None, reach=EVERYWHERE, now=now
            )
        self._forget(order)

    def cancel(self, order: str, *, now: datetime) -> None:
        cancel_order(self._orders[order], by=None, reach=EVERYWHERE, now=now)
        self._forget(order)

    def available(self) -> Mapping[Pair, int]:
        """One query."""
        rows = StockLevel.objects.filter(on_hand__gt=F("reserved"))
        return {
            (product, location): on_hand - reserved
            for product, location, on_hand, reserved in rows.values_list(
                "product_id", "stock_location_id", "on_hand", "reserved"
            )
        }

    def receive(self, goods: Mapping[Pair, int], *, now: datetime) -> None:
        deltas = [StockDelta(*pair, change=quantity, kind=Kind.RECEIVED) for pair, quantity in goods.items()]
        adjust_stock(deltas, by=None, now=now)

    def _take(self, order: Purchase, *, take: _Take, now: datetime) -> int:
        taken = take(self._new(order), by=None, reach=EVERYWHERE, now=now)
        self._orders[order.number] = taken.order
        return taken.order

    def _new(self, order: Purchase) -> NewOrder:
        return NewOrder(
            number=order.number,
            channel=_CHANNEL,
            customer=NewCustomer("Ayşe", "Yılmaz"),
            shipping_address=self._addresses[order.home],
            items=tuple(
                NewOrderItem(Pieces(product), price=_PRICE, net_amount=_PRICE, price_currency="try")
                for product in order.products
            ),
            date_placed=order.at,
        )

    def _planned(self, number: str) -> Planned:
        """What became of an order. At most three queries."""
        order = self._orders[number]
        found = Package.objects.filter(order=order).values_list("pk", "stock_location_id").first()
        if found is None:
            return Planned(None, (), OrderItem.objects.filter(order=order).count())
        self._packages[number] = found[0]
        items = PackageItem.objects.filter(package=found[0])
        short = items.filter(state__enum_value=PackageItemStatus.OUT_OF_STOCK).count()
        return Planned(found[1], self._asks(number, order=order), short)

    def _asks(self, number: str, **of: int) -> tuple[Ask, ...]:
        rows = TransferItem.objects.filter(**{f"transfer_order__{name}": id_ for name, id_ in of.items()})
        return tuple(
            Ask(key, number, product, source, destination)
            for key, product, source, destination in rows.order_by("pk").values_list(*_ASK)
        )

    def _command(self, ask: Ask, slug: str, now: datetime, **given: str | bool) -> None:
        run_command(
            ask.key,
            slug=slug,
            parameters=CommandParameters(given=given),
            by=None,
            reach=EVERYWHERE,
            now=now,
        )

    def _forget(self, order: str) -> None:
        del self._orders[order]
        self._packages.pop(order, None)


class BatchedBooks(Books):
    """A ground in the database, which weighs the orders that come together against each other."""

    def __init__(self, *, addresses: Mapping[int, NewAddress], solve: Policy) -> None:
        super().__init__(addresses=addresses)
        self._solve = solve

    def place(self, orders: Sequence[Purchase], *, now: datetime) -> list[Planned]:
        taken: Collection[int] = [self._take(order, take=take_order_unplanned, now=now) for order in orders]
        for decision in decisions_on(taken, solve=self._solve, now=now).decisions:
            carry_out_decision(decision, is_batch=True, by=None, now=now)
        return [self._planned(order.number) for order in orders]
