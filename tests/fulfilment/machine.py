"""A retailer at random: orders, plans, commands, renewals, cancels, corrections, held against the model."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from aktar.edge import references
from aktar.fulfilment import actions as fulfilment
from aktar.fulfilment.rules import OrderNotCancellable, OrderNumberTaken
from aktar.orders import models as orders
from aktar.orders.rules import NewAddress, NewCustomer, NewOrder, NewOrderItem, Pieces
from aktar.places.models import StockLocation
from aktar.places.rules import EVERYWHERE
from aktar.stock.actions import adjust_stock, set_stock
from aktar.stock.rules import StockCount, StockDelta
from aktar.transfers.actions import request_transfer_order, run_command
from aktar.transfers.models import TransferItem, TransferOrder
from aktar.transfers.rules import RENEWAL_REASONS, CommandParameters, TransferWish, WishConflicts, WishRefused
from aktar.workflow.rules import CommandNotAllowed
from tests.factories import NOW
from tests.fulfilment.agreement import enum_values, require_agreement
from tests.fulfilment.model import OPEN, PIECE, Model, Order, Package, Piece, Transfer

STORES, PRODUCTS, NUMBERS = 5, 8, 30
COMMANDS = {
    100: ("waiting", "ready_to_shipment"),
    298: ("waiting", "ready_to_shipment"),
    101: ("ready_to_shipment", "in_transit"),
    102: ("in_transit", "transferred"),
    103: ("ready_to_shipment", "cancelled"),
    104: ("in_transit", "cancelled"),
    105: ("waiting", "cancelled"),
}
PACKAGE_COMMANDS = {
    201: ("100", "200"),
    202: ("200", "400"),
    203: ("400", "500"),
    204: ("100", "600"),
    205: ("150", "600"),
    206: ("200", "600"),
    207: ("400", "600"),
    208: ("920", "600"),
}
CANCELS = 204
CLOSED = ("500", "600")
some = st.integers(0, 10**6)
LIKELY = (
    *["take"] * 4,
    *["command"] * 7,
    *["package"] * 6,
    *["renew"] * 2,
    *["by hand"] * 5,
    *["resupply"] * 2,
    *("plan", "plan again", "cancel order", "correct"),
)
mostly = st.sampled_from([True, True, True, False])
# Every product here and there, so that no store has all that is ordered.
few = st.sampled_from([0, 0, 0, 1, 2])


class Retailer(RuleBasedStateMachine):
    """Each example takes back whatever it did. `steps` and what was `done` are counted over all of them."""

    steps: int
    done: Counter[str]
    stores: tuple[int, ...]
    products: tuple[int, ...]
    address: NewAddress

    @initialize(stock=st.lists(few, min_size=STORES * PRODUCTS, max_size=STORES * PRODUCTS))
    def open(self, stock: list[int]) -> None:
        # As Django's own test cases do: durable transactions may begin within this one.
        self.whole = transaction.atomic()
        self.whole._from_testcase = True
        self.whole.__enter__()
        references.forget()
        self.model = Model()
        self.now = NOW
        self.bodies: dict[str, NewOrder] = {}
        self.states = enum_values()
        pairs = [(product, store) for product in self.products for store in self.stores]
        counts = [StockCount(*pair, count * PIECE) for pair, count in zip(pairs, stock, strict=True)]
        set_stock(counts, by=None, now=self.now)
        for count in counts:
            assert self.model.change(count.pair, count.on_hand)

    def teardown(self) -> None:
        if hasattr(self, "whole"):
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    @invariant()
    def agree(self) -> None:
        if hasattr(self, "whole"):
            type(self).steps += 1
            require_agreement(self.model, self.states)

    @rule(
        what=st.sampled_from(LIKELY),
        which=some,
        other=some,
        wanted=st.lists(some, min_size=2, max_size=5),
        is_apt=mostly,
    )
    def happen(self, what: str, which: int, other: int, wanted: list[int], is_apt: bool) -> None:
        """One rule, for of many hypothesis leaves some out of an example, and with them what follows."""
        model = self.model
        if what == "take" or not model.orders:
            self.take(1 + which % NUMBERS, wanted, is_apt)
        elif what == "plan" and self._unplanned():
            self.plan(which)
        elif what == "plan again":
            self.plan_again(which)
        elif what == "resupply" and model.packages:
            self.resupply(which)
        elif what == "cancel order":
            self.cancel_order(which, is_apt)
        elif what == "command" and model.transfers:
            self.command(which, self._one_of(sorted(COMMANDS), other), is_apt)
        elif what == "renew" and model.transfers:
            self.renew(which, self._one_of(list(RENEWAL_REASONS), other), not is_apt)
        elif what == "by hand" and model.packages:
            self.transfer_by_hand(which, other, is_apt)
        elif what == "package" and model.packages:
            self.package_command(which, self._one_of(sorted(PACKAGE_COMMANDS), other), is_apt)
        else:
            self.correct(which, other % 7 - 2, is_apt)

    # -- orders --------------------------------------------------------------------------------------------

    def take(self, number: int, wanted: list[int], plan: bool) -> None:
        """A number that is there already is the same order again, or another one."""
        new = self._order(f"N{number}", wanted)
        known = self.bodies.get(new.number)
        act = fulfilment.take_order if plan else fulfilment.take_order_unplanned
        if known is not None and known != new:
            with pytest.raises(OrderNumberTaken):
                act(new, by=None, reach=EVERYWHERE, now=self._tick())
            self.done["number taken"] += 1
            return
        taken = act(new, by=None, reach=EVERYWHERE, now=self._tick())
        assert taken.is_new == (known is None)
        if known is None:
            self.bodies[new.number] = new
            items = orders.OrderItem.objects.filter(order=taken.order).order_by("pk")
            order = Order(taken.order, new.number, dict(items.values_list("pk", "product_id")))
            self.model.place(order)
            if plan:
                self._planned(order)

    def plan(self, which: int) -> None:
        order = self._one_of(self._unplanned(), which)
        assert fulfilment.plan_order(order.id, by=None, now=self._tick()) is not None
        self._planned(order)

    def plan_again(self, which: int) -> None:
        """What is planned, or cancelled, stays as it is."""
        order = self._one_of(list(self.model.orders.values()), which)
        if order not in self._unplanned():
            assert fulfilment.plan_order(order.id, by=None, now=self._tick()) is None

    def resupply(self, which: int) -> None:
        """What is out of stock is asked for again, be there somebody who has it by now or not."""
        short = [
            package
            for package in self.model.packages.values()
            if package.state not in CLOSED and any(piece.state == "920" for piece in package.pieces)
        ]
        package = self._one_of(short or list(self.model.packages.values()), which)
        before = [piece for piece in package.pieces if piece.state == "920"]
        found = fulfilment.resupply_package(package.id, by=None, now=self._tick())
        if package not in short:
            assert found is None
            return
        made = self._new_transfers(package, renews=None)
        states = self._piece_states(package)
        here = [piece for piece in before if states[piece.id] == "100"]
        assert (found is not None) == bool(made or here)
        self.model.resupply(package, made, here)
        self.done["resupplied" if found else "nowhere still"] += 1

    def cancel_order(self, which: int, is_meant: bool) -> None:
        order = self._one_of(list(self.model.orders.values()), which)
        if is_meant and order.state == "400":
            return  # or too little would ever be brought to its end
        packed = any(package.state == "500" for package in self.model.packages_of(order))
        cancel = self._calling(fulfilment.cancel_order, order.id)
        if packed or order.state == "100":
            with pytest.raises(OrderNotCancellable):
                cancel()
            self.done["order not cancelled"] += 1
            return
        cancel()
        self.done["order cancelled"] += 1
        self.model.cancel_order(order)

    # -- transfers -----------------------------------------------------------------------------------------

    def command(self, which: int, transition: int, is_apt: bool) -> None:
        moving = [each for each in self.model.transfers.values() if each.state in OPEN]
        transfer = self._one_of(moving, which) if is_apt and moving else self._transfer(which)
        if is_apt:
            leaving = [id_ for id_, (state, _) in COMMANDS.items() if state == transfer.state]
            transition = (
                self._one_of([*leaving[:1] * 3, *leaving], transition + which) if leaving else transition
            )
        source, reached = COMMANDS[transition]
        if transfer.state != source:
            with pytest.raises(CommandNotAllowed):
                self._command(transfer, transition)
            self.done["command refused"] += 1
            return
        self._command(transfer, transition)
        self.done[f"{source} to {reached}"] += 1
        if reached == "in_transit":
            self.model.dispatch(transfer)
        elif reached == "transferred":
            self.model.deliver(transfer)
        elif reached == "cancelled":
            self.model.cancel_transfer(transfer)
        else:
            self.model.move_transfer(transfer, reached)

    def renew(self, which: int, reason: str, is_lost: bool) -> None:
        waiting = [each for each in self.model.transfers.values() if each.state == "waiting"]
        transfer = self._one_of(waiting, which) if waiting else self._transfer(which)
        given = {"reason": reason, "declare_loss": is_lost}
        if transfer.state != "waiting":
            with pytest.raises(CommandNotAllowed):
                self._command(transfer, 694, given)
            return
        answer = self._command(transfer, 694, given)
        package = self.model.packages[transfer.package]
        self.model.fail(transfer, is_lost=is_lost)
        made = self._new_transfers(package, renews=transfer.id)
        for each in made:
            self.model.add_planned_transfer(each)
        states = self._piece_states(package)
        rest = [piece for piece in transfer.pieces if not any(piece in each.pieces for each in made)]
        for piece in rest:
            if states[piece.id] == "100":
                self.model.hold(package, piece)
                piece.state = "100"
        self.model.miss(package, [piece for piece in rest if states[piece.id] == "920"])
        self.model.wait_no_more(package)
        self.done["renewed" if made else "out of stock"] += 1
        assert answer["transfer_order"] == ({"id": made[0].id, "number": made[0].number} if made else None)

    def transfer_by_hand(self, which: int, other: int, is_apt: bool) -> None:
        """Somebody asks a store to bring a piece, be it there already, on its way, or not to be had."""
        packages = list(self.model.packages.values())
        lacking = [each for each in packages if each.state not in CLOSED and self.model.pieces_to_bring(each)]
        package = self._one_of(lacking if is_apt and lacking else packages, which)
        to_bring = self.model.pieces_to_bring(package)
        product = self._one_of(to_bring if is_apt and to_bring else package.pieces, other).product
        stores = [store for store in self.stores if store != package.location]
        able = [store for store in stores if self.model.levels[product, store].available >= PIECE]
        source = self._one_of(able if is_apt and able else stores, other)
        wish = TransferWish(
            source=source,
            destination=package.location,
            package=package.id,
            order=None,
            items=(Pieces(product=product),),
        )
        piece = next((piece for piece in to_bring if piece.product == product), None)
        if package.state in CLOSED or piece is None or source not in able:
            # The items of a cancelled package are as good as not there, whatever else is.
            with pytest.raises(WishRefused if package.state == "600" else WishConflicts):
                request_transfer_order(wish, by=None, reach=EVERYWHERE, now=self._tick())
            self.done["not by hand"] += 1
            return
        request_transfer_order(wish, by=None, reach=EVERYWHERE, now=self._tick())
        (made,) = self._new_transfers(package, renews=None)
        assert made.pieces == [piece]
        self.model.add_transfer(made)
        self.done["by hand"] += 1

    # -- packages and stock --------------------------------------------------------------------------------

    def package_command(self, which: int, transition: int, is_apt: bool) -> None:
        package = self._one_of(list(self.model.packages.values()), which)
        onward = {state: id_ for id_, (state, _) in PACKAGE_COMMANDS.items() if id_ < CANCELS}
        ahead = [each for each in self.model.packages.values() if each.state in onward]
        if is_apt and ahead:
            # Whatever is nearest to the customer goes on; cancelling is rarer.
            package = max(ahead, key=lambda each: int(each.state))
            transition = onward[package.state]
        source, reached = PACKAGE_COMMANDS[transition]
        run = self._calling(fulfilment.run_package_command, package.id, transition=transition, parameters={})
        if package.state != source:
            with pytest.raises(CommandNotAllowed):
                run()
            return
        run()
        self.done[f"package {reached}"] += 1
        if reached == "500":
            self.model.pack(package)
        elif reached == "600":
            self.model.lose_package(package)
        else:
            self.model.move_package(package, reached)

    def correct(self, which: int, by: int, is_count: bool) -> None:
        """A delta, or a count of what there is and that delta."""
        product = self.products[which % PRODUCTS]
        store = self.stores[which // PRODUCTS % STORES]
        before = self.model.levels[product, store].on_hand
        if is_count:
            by = max(by, -before // PIECE)
            count = StockCount(product, store, before + by * PIECE)
            (outcome,) = set_stock([count], by=None, now=self._tick())
        elif by:
            (outcome,) = adjust_stock([StockDelta(product, store, by * PIECE)], by=None, now=self._tick())
        else:
            return
        assert (outcome.fault is None) == self.model.change((product, store), by * PIECE), outcome
        self.done["correction refused" if outcome.fault else "corrected"] += 1

    # -- what was made ---------------------------------------------------------------------------------------

    def _planned(self, order: Order) -> None:
        """Take over what the planner made, and hold it against the rules."""
        (row,) = orders.Package.objects.filter(order=order.id).exclude(pk__in=[*self.model.packages])
        assert row.number == f"{order.number}P{len(self.model.packages_of(order)) + 1}"
        items = orders.PackageItem.objects.filter(package=row).order_by("pk")
        pieces = [
            Piece(id_, item, order.items[item], self.states[state])
            for id_, item, state in items.values_list("pk", "order_item_id", "state_id")
        ]
        assert sorted(piece.order_item for piece in pieces) == sorted(order.items)
        package = Package(row.pk, row.number, order.id, row.stock_location_id, pieces)
        short = [piece for piece in pieces if piece.state == "920"]
        self.model.add_package(package)
        self.done["planned"] += 1
        for transfer in self._new_transfers(package, renews=None):
            self.model.add_planned_transfer(transfer)
        self.model.miss(package, short)

    def _new_transfers(self, package: Package, *, renews: int | None) -> list[Transfer]:
        rows = TransferOrder.objects.filter(package=package.id).exclude(pk__in=[*self.model.transfers])
        pieces = {piece.id: piece for piece in package.pieces}
        made = []
        for row in rows.order_by("pk"):
            assert row.renews_id == renews
            interval = StockLocation.objects.get(pk=row.source_id).target_transfer_interval
            assert row.target_transfer_date == self.now + interval
            brought = TransferItem.objects.filter(transfer_order=row).order_by("pk")
            ids = brought.values_list("package_item_id", flat=True)
            made.append(
                Transfer(
                    row.pk,
                    row.number,
                    package.id,
                    row.source_id,
                    [pieces[id_] for id_ in ids],
                    renews=renews,
                )
            )
        return made

    def _piece_states(self, package: Package) -> dict[int, str]:
        rows = orders.PackageItem.objects.filter(package=package.id).values_list("pk", "state_id")
        return {pk: self.states[state] for pk, state in rows}

    # -- how it is asked for ---------------------------------------------------------------------------------

    def _order(self, number: str, wanted: list[int]) -> NewOrder:
        items = tuple(
            NewOrderItem(
                pieces=Pieces(product=self.products[each % PRODUCTS]),
                price=1000,
                net_amount=1000,
                price_currency="try",
            )
            for each in sorted(each % PRODUCTS for each in wanted)
        )
        return NewOrder(
            number=number,
            channel="Web",
            customer=NewCustomer(first_name="Ayşe", last_name="Yılmaz"),
            shipping_address=self.address,
            items=items,
        )

    def _unplanned(self) -> list[Order]:
        return [
            order
            for order in self.model.orders.values()
            if order.state == "400" and all(each.state == "600" for each in self.model.packages_of(order))
        ]

    def _transfer(self, which: int) -> Transfer:
        return self._one_of(list(self.model.transfers.values()), which)

    def _command(self, transfer: Transfer, transition: int, given: dict[str, Any] | None = None) -> Any:
        parameters = CommandParameters(given=given or {}, cargo_company=1 if transition == 298 else None)
        return self._calling(run_command, transfer.id, transition=transition, parameters=parameters)()

    def _calling(self, act: Callable[..., Any], id_: int, **arguments: Any) -> Callable[[], Any]:
        return lambda: act(id_, by=None, reach=EVERYWHERE, now=self._tick(), **arguments)

    def _tick(self) -> Any:
        self.now += timedelta(seconds=1)
        return self.now

    @staticmethod
    def _one_of(things: list[Any], which: int) -> Any:
        return things[which % len(things)]
