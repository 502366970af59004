"""One planner among many, a process of its own: plans orders in its own sequence, and says what came of it.

`python -m tests.concurrency.planner orders SEED ORDER…` says `ready`, waits for a line on standard input, and
then prints one JSON object an order. With `packages` in its place it asks once more for what these lack.
"""

# Django is set up before what needs its models is imported.
# ruff: noqa: E402

import json
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aktar.site.settings")
django.setup()

from aktar.edge.locks import patiently
from aktar.fulfilment.actions import plan_order, resupply_package
from aktar.site.cli.plan import PATIENCE

WAYS: dict[str, Callable[..., Any]] = {"orders": plan_order, "packages": resupply_package}


def main(what: str, seed: int, orders: list[int]) -> None:
    """Wait for the start, then plan, as patiently as `aktar plan`; any error ends it with a traceback."""
    chance = random.Random(seed)
    chance.shuffle(orders)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with patiently(seconds=PATIENCE):
        for order in orders:
            # Else who has SQLite's one write lock takes it again before anybody else wakes.
            time.sleep(chance.random() / 20)
            decision = WAYS[what](order, by=None, now=datetime.now(UTC))
            sys.stdout.write(json.dumps({"order": order, "planned": decision is not None}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    seed, *orders = map(int, sys.argv[2:])
    main(sys.argv[1], seed, orders)
