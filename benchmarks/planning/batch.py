"""Two thousand orders over five hundred locations in a batch: time, bound, and the immediate way's cost."""

import os
import random
import sys
import time

from aktar.planning.rules import (
    UNPLANNED,
    Decision,
    Demand,
    Line,
    Market,
    Scenario,
    Site,
    Situation,
    Tariff,
    point,
)
from aktar.planning.solving import Solution, immediately, in_batch

ORDERS, LOCATIONS, PRODUCTS = 2_000, 500, 2_000
SECONDS = 50.0
WITHIN = 0.03
SEEDS = (1,) if os.environ.get("AKTAR_BENCH_QUICK", "1") != "0" else (1, 2, 3)


def crowd(seed: int, *, orders: int, locations: int, products: int, holders: int, pieces: int) -> Situation:
    """Orders of one to four lines by Zipf's law, for products that some locations have a few pieces of."""
    chance = random.Random(seed)

    def somewhere() -> tuple[float, float]:
        return chance.uniform(36.3, 41.6), chance.uniform(26.5, 44.2)

    sites = {}
    for id_ in range(1, locations + 1):
        latitude, longitude = somewhere()
        sites[id_] = Site(
            id=id_,
            erp_code=f"S{id_}",
            name=f"Store {id_}",
            kind="store",
            city=1,
            tags=frozenset(),
            priority=10 if id_ % 50 else 5,
            days=1.0 + id_ % 4,
            point=point(latitude=latitude, longitude=longitude),
        )
    # As many holders as a product is wanted, so that goods are scarce and yet mostly there.
    weights = [1 / (rank + 1) ** 0.7 for rank in range(products)]
    average = sum(weights) / products
    stock = {
        product: {
            site: 100 * chance.randint(1, pieces)
            for site in chance.sample(
                range(1, locations + 1), min(locations, max(2, round(holders * weights[product] / average)))
            )
        }
        for product in range(products)
    }
    demands = []
    for key in range(1, orders + 1):
        wanted = dict.fromkeys(chance.choices(range(products), weights, k=chance.randint(1, 4)))
        latitude, longitude = somewhere()
        demands.append(
            Demand(
                key=key,
                number=f"N{key}",
                lines=tuple(Line(key * 10 + n, product, 100) for n, product in enumerate(wanted)),
                point=point(latitude=latitude, longitude=longitude),
            )
        )
    market = Market(sites=sites, stock=stock)
    tariff = Tariff(sites=sites, standings={}, scenario=Scenario())
    return Situation(tuple(demands), market, {demand.key: tariff for demand in demands})


def beneath(solution: Solution) -> int:
    """What of the cost is no fixed price of a package, a transfer or a line that is left."""
    return solution.cost - sum(_fixed(decision) for decision in solution.decisions)


def _fixed(decision: Decision) -> int:
    return sum(
        package.cost.fixed
        + sum(UNPLANNED if item.source is None else item.cost.fixed for item in package.items)
        for package in decision.packages
    )


def told(name: str, solution: Solution, seconds: float) -> str:
    packages = [package for decision in solution.decisions for package in decision.packages]
    return (
        f"  {name}: {seconds:.1f} s, {sum(len(package.short) for package in packages)} lines left, "
        f"{sum(len(package.transferred) for package in packages)} transfers, "
        f"{sum(item.cost.kilometres for p in packages for item in p.items):,.0f} km between locations, "
        f"cost {solution.cost / 100:,.0f} points, {beneath(solution) / 100:,.0f} beneath the fixed prices"
    )


def main() -> int:
    failed = 0
    for seed in SEEDS:
        situation = crowd(seed, orders=ORDERS, locations=LOCATIONS, products=PRODUCTS, holders=4, pieces=2)
        print(f"batch, {ORDERS:,} orders, {LOCATIONS} locations, seed {seed}", flush=True)
        began = time.perf_counter()
        at_once = immediately(situation)
        print(told("immediately", at_once, time.perf_counter() - began), flush=True)
        began, began_busy = time.perf_counter(), time.process_time()
        # By the seconds of one core: whatever else the machine does is not measured.
        together = in_batch(situation, seconds=SECONDS, clock=time.process_time)
        busy = time.process_time() - began_busy
        took = time.perf_counter() - began
        print(told("in batch", together, took), flush=True)
        assert together.bound is not None
        apart = together.cost - together.bound
        print(
            f"  the proven bound is {apart / together.bound:.5%} below the cost, and "
            f"{apart / beneath(together):.2%} of what is beneath the fixed prices; {busy:.1f} s of one core; "
            f"the immediate way costs {at_once.cost / together.cost - 1:.2%} more",
            flush=True,
        )
        failed |= busy > 60 or apart > WITHIN * together.bound or together.cost > at_once.cost
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
