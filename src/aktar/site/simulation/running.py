"""Playing a month: the planner by the actions on the database, then planner and rivals on paper."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from aktar.planning.solving import immediately, in_batch
from aktar.site.simulation.books import BatchedBooks, Books
from aktar.site.simulation.course import Course
from aktar.site.simulation.ground import Ground
from aktar.site.simulation.month import Month, Purchase, purchases
from aktar.site.simulation.policies import Policy, first_with_stock, nearest_with_stock
from aktar.site.simulation.reports import Played, Report
from aktar.site.simulation.stage import Stage, set_stage
from aktar.site.simulation.tabletop import Tabletop
from aktar.site.simulation.tallies import Tally
from aktar.stock.queries import stock_verification

TOGETHER = timedelta(hours=4)
"""In batch, the orders of so many hours are planned at their end."""

_SECONDS = 20.0
"""How long a batch may be weighed; those of a month need a small part of it."""

PLANNER, FIRST, NEAREST = "planner", "first with stock", "nearest with stock"

Progress = Callable[[str, int], None]


def simulate(month: Month, *, is_batched: bool, progress: Progress) -> Report:
    """Play a month on an empty database. Raises NotEmpty, and SolverMissing for a batched one.

    `progress` hears what is played and how many orders of it have come in.
    """
    stage = set_stage(month)
    orders = purchases(month, homes=stage.stores, products=stage.products)
    ground: Ground = Books(addresses=stage.addresses)
    together = None
    if is_batched:
        ground = BatchedBooks(addresses=stage.addresses, solve=partial(in_batch, seconds=_SECONDS))
        together = TOGETHER
    began = time.monotonic()
    carried_out = _course(month, stage, ground, partial(progress, PLANNER)).play(orders, together=together)
    seconds = time.monotonic() - began
    rivals: dict[str, Policy] = {
        PLANNER: immediately,
        FIRST: first_with_stock,
        NEAREST: nearest_with_stock,
    }
    on_paper = tuple(
        Played(name, on_paper_played(month, stage, orders, policy, progress=partial(progress, name)))
        for name, policy in rivals.items()
    )
    return Report(
        month=month,
        locations=len(stage.sites),
        is_batched=is_batched,
        carried_out=Played(PLANNER, carried_out),
        on_paper=on_paper,
        books=stock_verification(),
        seconds=seconds,
    )


def on_paper_played(
    month: Month,
    stage: Stage,
    orders: list[Purchase],
    policy: Policy,
    *,
    progress: Callable[[int], None],
) -> Tally:
    """The month on a copy of the stock."""
    ground = Tabletop(
        policy,
        sites=stage.sites,
        customers=stage.customers,
        cities=stage.cities,
        stock=stage.targets,
    )
    return _course(month, stage, ground, progress).play(orders)


def _course(month: Month, stage: Stage, ground: Ground, progress: Callable[[int], None]) -> Course:
    return Course(
        month,
        ground=ground,
        sites=stage.sites,
        customers=stage.customers,
        targets=stage.targets,
        progress=progress,
    )
