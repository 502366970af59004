"""Decisions a second for orders of five lines, reads included; what keeping them costs, apart."""

import os
import statistics
import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.planning.retailer import NOW, prepare

if TYPE_CHECKING:
    from aktar.planning.rules import Decision

PRODUCTS, LINES = 100_000, 5
ORDERS = 400 if os.environ.get("AKTAR_BENCH_QUICK", "1") != "0" else 2_000
WARMING = 100
SAMPLE = 100
AT_LEAST = 200


def main() -> int:
    locations = int(sys.argv[1])
    print(f"immediate, {locations:,} locations, {PRODUCTS:,} products, orders of {LINES} lines", flush=True)
    prepare(locations=locations, products=PRODUCTS, orders=ORDERS, lines=LINES)
    from django.db import connection

    from aktar.edge.references import reading
    from aktar.planning.actions import record_plan
    from aktar.planning.queries import demands_of, situation_of
    from aktar.planning.solving import decided

    def decide(order: int) -> "Decision":
        current = reading("en-us")
        (demand,) = demands_of([order], current)
        return decided(partial(situation_of, demand, current, now=NOW))

    began = time.perf_counter()
    decide(1)
    cold = time.perf_counter() - began
    for order in range(1, WARMING):
        decide(order)
    walls, decisions = [], []
    began_busy = time.process_time()
    for order in range(WARMING, ORDERS + 1):
        began = time.perf_counter()
        decisions.append(decide(order))
        walls.append(time.perf_counter() - began)
    busy = (time.process_time() - began_busy) / len(walls)
    began, began_writing = time.perf_counter(), time.process_time()
    for decision in decisions:
        record_plan(decision, now=NOW)
    writing = (time.perf_counter() - began) / len(decisions)
    writing_busy = (time.process_time() - began_writing) / len(decisions)
    lost = _lost(decisions)
    complete = sum(decision.is_complete for decision in decisions)
    sent = sum(len(decision.packages[0].transferred) for decision in decisions)
    median, worst = statistics.median(walls), sorted(walls)[int(len(walls) * 0.99)]
    print(
        f"  {connection.vendor}: {1 / busy:.0f} decisions a second of one core, "
        f"{len(walls) / sum(walls):.0f} by the clock (median {median * 1e3:.2f} ms, "
        f"99 of 100 below {worst * 1e3:.2f} ms); the first one {cold * 1e3:.0f} ms\n"
        f"  {complete} of {len(decisions)} complete, {sent / len(decisions):.2f} transfers an order; "
        f"{lost:.3%} costlier than with every location weighed\n"
        f"  kept: {1 / writing:.0f} a second by the clock, {writing_busy * 1e3:.2f} ms of one core each",
        flush=True,
    )
    return 0 if 1 / busy >= AT_LEAST else 1


def _lost(decisions: "Sequence[Decision]") -> float:
    """How much more decisions cost than if every location that has something had been weighed."""
    from aktar.edge.references import reading
    from aktar.planning.queries import situation_of_all
    from aktar.planning.rules import best_choice, plain_cost, weigh

    some, current = decisions[:SAMPLE], reading("en-us")
    best = 0
    for decision in some:
        all_of_it = situation_of_all([decision.demand], current, now=NOW)
        tariff = all_of_it.tariffs[decision.demand.key]
        options = weigh(decision.demand, market=all_of_it.market, tariff=tariff)
        best += plain_cost(options, best_choice(options))
    return sum(decision.cost for decision in some) / best - 1


if __name__ == "__main__":
    sys.exit(main())
