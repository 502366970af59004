"""One planner among many, a process of its own: reserves scarce stock and prints what it got.

`python -m tests.stock.worker SEED TRIES LOCATION PRODUCT…` says `ready`, waits for a line on standard input,
and then prints a JSON object for each try.
"""

# Django is set up before what needs its models is imported.
# ruff: noqa: E402

import json
import os
import random
import sys
from datetime import UTC, datetime
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aktar.site.settings")
django.setup()

from aktar.stock.actions import adjust_stock, call_off, dispatch, reserve, set_stock
from aktar.stock.rules import NotEnoughStock, StockCount, StockDelta, StockLine

PIECE = 100


def take(chance: random.Random, order: int, *, location: int, destination: int, products: list[int]) -> Any:
    """Reserve a piece of some products for a transfer order, and send or call off some of what was had."""
    now = datetime.now(UTC)
    wanted = chance.sample(products, chance.randint(1, len(products)))
    lines = [StockLine(product, location, PIECE, order) for product in wanted]
    try:
        reserve(lines, transfer_order=order, by=None, now=now)
    except NotEnoughStock as refusal:
        if not refusal.shortages:
            raise
        return {"order": order, "had": [], "fate": "short"}
    fate = chance.choice(("kept", "sent", "called off", "sent and called off"))
    if fate.startswith("sent"):
        dispatch(lines, transfer_order=order, destination=destination, by=None, now=now)
    if fate.endswith("called off"):
        call_off(transfer_order=order, by=None, now=now)
    return {"order": order, "had": wanted, "fate": fate}


def disturb(chance: random.Random, *, location: int, products: list[int]) -> None:
    """Count or adjust something in between, without making goods."""
    now = datetime.now(UTC)
    product = chance.choice(products)
    if chance.random() < 0.5:
        adjust_stock([StockDelta(product, location, -PIECE)], by=None, now=now)
    else:
        set_stock([StockCount(product, location, 0)], by=None, now=now)


def main(seed: int, tries: int, location: int, destination: int, products: list[int]) -> None:
    """Wait for the start, then take; any error but a shortage ends the process with a traceback."""
    chance = random.Random(seed)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for turn in range(tries):
        order = seed * 1_000_000 + turn
        taken = take(chance, order, location=location, destination=destination, products=products)
        sys.stdout.write(json.dumps(taken) + "\n")
        if chance.random() < 0.1:
            disturb(chance, location=location, products=products)
    sys.stdout.flush()


if __name__ == "__main__":
    seed, tries, location, destination, *products = map(int, sys.argv[1:])
    main(seed, tries, location, destination, products)
