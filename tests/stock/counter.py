"""One who counts among many, a process of its own: makes levels that others make at the same instant.

`python -m tests.stock.counter SEED ROUNDS LOCATIONS PRODUCTS` takes ids with commas between them, says
`ready`, and waits for a line on standard input: the instant (seconds of the epoch) of the first round.
"""

# Django is set up before what needs its models is imported.
# ruff: noqa: E402

import os
import random
import sys
import time
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aktar.site.settings")
django.setup()

from aktar.stock.actions import change_keeping, set_stock
from aktar.stock.rules import StockCount

ROUND = 0.03
"""Seconds; in each round everybody begins at once, with products that nobody has counted yet."""


def main(seed: int, rounds: int, *, locations: list[int], products: list[int]) -> None:
    """Count what each round is about; any error ends the process with a traceback."""
    chance = random.Random(seed)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    first = float(sys.stdin.readline())
    each = len(products) // rounds
    for turn in range(rounds):
        fresh = products[turn * each : (turn + 1) * each]
        pairs = [(product, location) for product in fresh for location in locations]
        chosen = chance.sample(pairs, chance.randint(2, len(pairs)))
        time.sleep(max(0.0, first + turn * ROUND - time.time()))
        now = datetime.now(UTC)
        if chance.random() < 0.2:
            change_keeping(chance.choice(locations), may_go_negative=True, safety_stock=turn, now=now)
        set_stock([StockCount(*pair, 100) for pair in chosen], by=None, now=now)


if __name__ == "__main__":
    counted, at = ([int(id_) for id_ in ids.split(",")] for ids in (sys.argv[4], sys.argv[3]))
    main(int(sys.argv[1]), int(sys.argv[2]), locations=at, products=counted)
