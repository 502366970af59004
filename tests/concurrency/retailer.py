"""One of a retailer's hands, a process of its own: takes orders, moves goods, counts, cancels, at random.

`python -m tests.concurrency.retailer hand SEED STEPS` says `ready`, waits for a line on standard input, and
then prints one JSON object a step. With `planner` in the place of `hand` a step is a run of `aktar plan`,
every other one in batch. Any error but a refusal ends the process with a traceback.
"""

# Django is set up before what needs its models is imported.
# ruff: noqa: E402

import json
import os
import random
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aktar.site.settings")
django.setup()

from aktar.catalog.models import Product
from aktar.edge.locks import patiently
from aktar.fulfilment.actions import (
    cancel_order,
    run_package_command,
    take_order,
    take_order_unplanned,
)
from aktar.fulfilment.rules import OrderNotCancellable
from aktar.orders.models import Order, Package
from aktar.orders.rules import PIECE
from aktar.places.rules import EVERYWHERE
from aktar.site.cli.plan import PATIENCE, plan
from aktar.stock.actions import adjust_stock, set_stock
from aktar.stock.models import StockLevel
from aktar.stock.rules import StockCount, StockDelta
from aktar.transfers.actions import run_command
from aktar.transfers.models import TransferOrder
from aktar.transfers.rules import RENEWAL_REASONS, CommandParameters
from aktar.workflow.rules import CommandNotAllowed
from tests.concurrency.rows import a_new_order

RENEW, READY_ADVANCE = 694, 298
ONWARD: Mapping[str, tuple[int, ...]] = {
    "waiting": (100, 298, RENEW, RENEW, 105),
    "ready_to_shipment": (101, 101, 101, 103),
    "in_transit": (102, 102, 102, 104),
}
"""What a transfer order is done to in a state; what is written more than once is done more often."""
PACKAGES: Mapping[str, tuple[int, ...]] = {
    "100": (201, 201, 201, 204),
    "150": (205,),
    "200": (202, 202, 202, 206),
    "400": (203, 203, 203, 207),
    "920": (208,),
}
NEAR = 8
"""Everybody looks at so many that are open, so that they meet."""


class Hand:
    """What a hand can do. Each act answers whether it was done; an act that was refused changed nothing."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self._seed = seed
        self._taken = 0
        self._products = list(Product.objects.order_by("pk").values_list("pk", flat=True))
        self._acts: dict[str, tuple[int, Callable[[], bool]]] = {
            "take": (4, self.take),
            "transfer": (9, self.transfer),
            "package": (4, self.package),
            "cancel order": (1, self.cancel),
            "count": (2, self.count),
            "adjust": (2, self.adjust),
        }
        self._untried = self.chance.sample(list(self._acts), len(self._acts))

    def act(self) -> tuple[str, bool]:
        """Do something, at first everything in turn; answers what, and whether it was done."""
        if self._untried:
            name = self._untried.pop()
        else:
            weights = [weight for weight, _ in self._acts.values()]
            (name,) = self.chance.choices(list(self._acts), weights)
        return name, self._acts[name][1]()

    def take(self) -> bool:
        self._taken += 1
        new = a_new_order(f"S{self._seed}-{self._taken}", products=self._products, chance=self.chance)
        take = self.chance.choice((take_order, take_order, take_order_unplanned))
        return take(new, by=None, reach=EVERYWHERE, now=datetime.now(UTC)).is_new

    def transfer(self) -> bool:
        moving = TransferOrder.objects.filter(state__enum_value__in=ONWARD).order_by("pk")
        seen = self._one_of(list(moving.values_list("pk", "state__enum_value")[:NEAR]))
        if seen is None:
            return False
        order, state = seen
        transition = self.chance.choice(ONWARD[state])
        given = {"reason": self.chance.choice(RENEWAL_REASONS), "declare_loss": self.chance.random() < 0.5}
        parameters = CommandParameters(
            given=given if transition == RENEW else {},
            cargo_company=1 if transition == READY_ADVANCE else None,
        )
        return self._unless_it_moved(run_command, order, transition=transition, parameters=parameters)

    def package(self) -> bool:
        open_ones = Package.objects.filter(state__enum_value__in=PACKAGES).order_by("-state__enum_value")
        seen = self._one_of(list(open_ones.values_list("pk", "state__enum_value")[: 2 * NEAR]))
        if seen is None:
            return False
        package, state = seen
        transition = self.chance.choice(PACKAGES[state])
        return self._unless_it_moved(run_package_command, package, transition=transition, parameters={})

    def cancel(self) -> bool:
        approved = Order.objects.filter(state__enum_value="400").order_by("pk")
        order = self._one_of(list(approved.values_list("pk", flat=True)[:NEAR]))
        try:
            if order is not None:
                cancel_order(order, by=None, reach=EVERYWHERE, now=datetime.now(UTC))
        except OrderNotCancellable:
            return False
        return order is not None

    def count(self) -> bool:
        product, location, on_hand = self._level()
        counted = max(0, on_hand + self.chance.randint(-1, 2) * PIECE)
        (outcome,) = set_stock([StockCount(product, location, counted)], by=None, now=datetime.now(UTC))
        return outcome.fault is None

    def adjust(self) -> bool:
        product, location, _ = self._level()
        by = self.chance.choice((-1, 1, 2)) * PIECE
        (outcome,) = adjust_stock([StockDelta(product, location, by)], by=None, now=datetime.now(UTC))
        return outcome.fault is None

    def _level(self) -> tuple[int, int, int]:
        levels = StockLevel.objects.values_list("product_id", "stock_location_id", "on_hand")
        return self.chance.choice(list(levels.order_by("pk")))

    def _one_of(self, things: list[Any]) -> Any:
        return self.chance.choice(things) if things else None

    @staticmethod
    def _unless_it_moved(run: Callable[..., Any], id_: int, **asked: Any) -> bool:
        try:
            run(id_, by=None, reach=EVERYWHERE, now=datetime.now(UTC), **asked)
        except CommandNotAllowed:
            return False
        return True


def say(did: str, *, is_done: bool) -> None:
    sys.stdout.write(json.dumps({"did": did, "done": is_done}) + "\n")
    sys.stdout.flush()


def main(role: str, seed: int, steps: int) -> None:
    """Wait for the start, then work, as patiently as `aktar plan`."""
    hand = Hand(seed)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    if role == "planner":
        for step in range(steps):
            plan.main(["--batch", "--seconds", "2"] if step % 2 else [], standalone_mode=False)
            say("plan", is_done=True)
        return
    with patiently(seconds=PATIENCE):
        for _ in range(steps):
            did, is_done = hand.act()
            say(did, is_done=is_done)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
