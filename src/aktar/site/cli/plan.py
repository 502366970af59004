"""`aktar plan`: plans the orders that were put in and left alone, and what was out of stock once more."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

import click

from aktar.site.cli.site import wake_with_workflow

if TYPE_CHECKING:
    from typing import Any

    from django.db.models import QuerySet

    from aktar.fulfilment.rules import Resupply
    from aktar.planning.rules import Decision, PackagePlan, Situation
    from aktar.planning.solving import Promised, Solution

NO_SOLVER = "--batch needs a solver, which pip install 'aktar[plan]' brings."

MOST_TOGETHER = 2000
"""Orders that are weighed against each other at once."""

PATIENCE = 60
"""Seconds that an order or a package waits for other writers; nobody waits for this."""


@click.command()
@click.option(
    "--batch", is_flag=True, help="Weigh the orders against each other; else first come, first served."
)
@click.option("--dry-run", is_flag=True, help="Say what would be planned, and change nothing.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help="At most so many: packages that lacked something, then orders, the oldest first; those that nobody "
    "might dispatch last time, last.",
)
@click.option(
    "--seconds",
    type=click.IntRange(min=1),
    default=60,
    show_default=True,
    help="How long --batch may weigh 2,000 orders; it takes the best it has by then.",
)
def plan(batch: bool, dry_run: bool, limit: int | None, seconds: int) -> None:
    """Plan what no package holds of approved orders: which location dispatches, who sends what it lacks.

    Before that, what is out of stock in open packages is asked for once more, package by package even with
    --batch: of whoever has it by now and has not failed the package before. Packages for which nobody has
    anything stay as they are, and do not count for --limit. What others hold for more than a minute is named
    and left for another time; the exit status is 1 then.
    """
    wake_with_workflow()
    from django.db import OperationalError

    from aktar.edge.locks import patiently
    from aktar.fulfilment.queries import lacking_packages, unplanned_orders
    from aktar.places.models import StockLocation
    from aktar.planning.solving import Promised, SolverMissing, require_solver

    if batch:
        try:
            require_solver()
        except SolverMissing as missing:
            raise click.ClickException(NO_SOLVER) from missing
    codes = _Codes(StockLocation.objects.values_list("pk", "erp_code"))
    promised, leaving = Promised(), _Leaving()
    supplied = partly = planned = short = 0
    gave_up = None
    try:
        with patiently(seconds=PATIENCE):
            waiting = lacking_packages()
            asked = _supplies_said(waiting, promised) if dry_run else _supplies(waiting, leaving)
            for supply in islice(asked, limit):
                click.echo(_supply_sentence(supply, codes))
                supplied += 1
                partly += supply.missing > 0
            orders = unplanned_orders(limit=None if limit is None else limit - supplied)
            if batch:
                found = _together(orders, promised, leaving, is_dry=dry_run, seconds=seconds)
            else:
                found = _said(orders, promised) if dry_run else _one_by_one(orders, leaving)
            for decision in found:
                click.echo(_sentence(decision, codes))
                planned += 1
                short += not decision.is_complete
    except OperationalError as error:
        gave_up = " ".join(str(error).split())
    if supplied:
        done = "would get" if dry_run else "got"
        click.echo(f"{supplied} packages {done} what was out of stock, {partly} of them only a part.")
    done = "would be planned" if dry_run else "planned"
    click.echo(f"{planned} orders {done}, {short} of them with something out of stock.")
    if gave_up is not None:
        raise click.ClickException(f"The database gave up: {gave_up}. Run it again to go on.")
    if leaving.left:
        click.echo(f"{leaving.left} left as they were: run it again to go on.", err=True)
        sys.exit(1)


class _Leaving:
    """Says what is left as it is and why, and counts it; the rest goes on."""

    def __init__(self) -> None:
        self.left = 0

    @contextmanager
    def may_leave(self, number: "QuerySet[Any, str]") -> Iterator[None]:
        """Let what is within be waited for in vain, or refused by the database; `number` finds its name."""
        from django.db import DataError, IntegrityError, OperationalError

        from aktar.edge.locks import waited_in_vain

        try:
            yield
        except OperationalError as error:
            if not waited_in_vain(error):
                raise
            why = f"others held what it needs for {PATIENCE} seconds"
        except (DataError, IntegrityError) as error:
            # One that cannot be kept, for whatever reason, must not stand in the way of all after it.
            why = f"the database refuses it ({' '.join(str(error).split())})"
        else:
            return
        self.left += 1
        click.echo(f"{number.first()}: left, for {why}.", err=True)


def _supplies(packages: list[int], leaving: _Leaving) -> "Iterator[Resupply]":
    from aktar.fulfilment.actions import resupply_package
    from aktar.orders.models import Package

    for package in packages:
        found = None
        with leaving.may_leave(Package.objects.filter(pk=package).values_list("number", flat=True)):
            found = resupply_package(package, by=None, now=datetime.now(UTC))
        if found is not None:
            yield found


def _supplies_said(packages: list[int], promised: "Promised") -> "Iterator[Resupply]":
    """As `_supplies`, but nothing is carried out: each package does without what those before it took."""
    from aktar.fulfilment.queries import resupply_without

    for package in packages:
        found = resupply_without(promised, package, now=datetime.now(UTC))
        if found is not None:
            promised.promise(found.decision)
            yield found


def _one_by_one(orders: list[int], leaving: _Leaving) -> "Iterator[Decision]":
    from aktar.fulfilment.actions import plan_order
    from aktar.orders.models import Order

    for order in orders:
        decision = None
        with leaving.may_leave(Order.objects.filter(pk=order).values_list("number", flat=True)):
            decision = plan_order(order, by=None, now=datetime.now(UTC))
        if decision is not None:
            yield decision


def _said(orders: list[int], promised: "Promised") -> "Iterator[Decision]":
    """As `_one_by_one`, but nothing is carried out: each order does without what those before it took."""
    from aktar.fulfilment.queries import decision_without

    for order in orders:
        decision = decision_without(promised, order, now=datetime.now(UTC))
        if decision is not None:
            promised.promise(decision)
            yield decision


def _together(
    orders: list[int], promised: "Promised", leaving: _Leaving, *, is_dry: bool, seconds: int
) -> "Iterator[Decision]":
    from aktar.fulfilment.actions import carry_out_decision
    from aktar.fulfilment.queries import decisions_on
    from aktar.orders.models import Order
    from aktar.planning.solving import in_batch

    def solve(situation: "Situation") -> "Solution":
        return in_batch(promised.without(situation), seconds=seconds)

    for start in range(0, len(orders), MOST_TOGETHER):
        some = orders[start : start + MOST_TOGETHER]
        solution = decisions_on(some, solve=solve, now=datetime.now(UTC))
        for decision in solution.decisions:
            if is_dry:
                # In the books it would be promised before the next ones are weighed.
                promised.promise(decision)
                yield decision
                continue
            carried, order = None, Order.objects.filter(pk=decision.demand.key)
            with leaving.may_leave(order.values_list("number", flat=True)):
                carried = carry_out_decision(decision, is_batch=True, by=None, now=datetime.now(UTC))
            if carried is not None:
                yield carried


class _Codes(dict[int, str]):
    """The ERP codes of stock locations by id; one that was made meanwhile is looked up."""

    def __missing__(self, location: int) -> str:
        from aktar.places.models import StockLocation

        self[location] = StockLocation.objects.values_list("erp_code", flat=True).get(pk=location)
        return self[location]


def _sentence(decision: "Decision", codes: _Codes) -> str:
    """One line: who dispatches how much; of that, what it has itself, who sends, and what nobody has."""
    return f"{decision.demand.number}: {'; '.join(_package(each, codes) for each in decision.packages)}."


def _supply_sentence(supply: "Resupply", codes: _Codes) -> str:
    """One line: what of that which a package lacked is there by now, who sends, and what nobody has still."""
    (plan,) = supply.decision.packages
    parts = []
    if plan.kept and plan.dispatching is not None:
        parts.append(f"{codes[plan.dispatching]} has {len(plan.kept)} itself")
    parts += _senders(plan, codes)
    parts += [f"{supply.missing} still out of stock"] if supply.missing else []
    return f"{supply.package}: {', '.join(parts)}."


def _senders(plan: "PackagePlan", codes: _Codes) -> list[str]:
    senders = Counter(codes[item.source] for item in plan.transferred if item.source is not None)
    return [f"{count} from {code}" for code, count in sorted(senders.items())]


def _package(plan: "PackagePlan", codes: _Codes) -> str:
    lines = f"{len(plan.items)} {'line' if len(plan.items) == 1 else 'lines'}"
    if plan.dispatching is None:
        return f"nobody may dispatch {lines}"
    parts = [f"{len(plan.kept)} of its own"] if plan.kept else []
    parts += _senders(plan, codes)
    parts += [f"{len(plan.short)} out of stock"] if plan.short else []
    return f"{codes[plan.dispatching]} dispatches {lines}: {', '.join(parts)}"
