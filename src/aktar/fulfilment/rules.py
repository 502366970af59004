"""What is found for packages that lack something, and the errors of orders and packages as wholes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aktar.planning.rules import UNPLANNED, Decision, Demand
from aktar.workflow.rules import StateSpec


@dataclass(frozen=True, slots=True)
class Lacking:
    """What is out of stock in a package (its number): so many `pieces`, of which `demand` is to be asked for.

    They are the same, but for those that are there or on their way all the same.
    """

    package: str
    pieces: int
    demand: Demand


@dataclass(frozen=True, slots=True)
class Resupply:
    """What was found of that which a package (its number) lacked; so many pieces are `missing` still."""

    package: str
    decision: Decision
    missing: int


def resupply_of(lacking: Lacking, decision: Decision) -> Resupply | None:
    """The part of a decision that comes from somewhere; None where nothing does."""
    (plan,) = decision.packages
    found = tuple(item for item in plan.items if item.source is not None)
    if not found:
        return None
    part = replace(
        decision,
        demand=replace(decision.demand, lines=tuple(item.line for item in found)),
        packages=(replace(plan, items=found),),
        cost=decision.cost - len(plan.short) * UNPLANNED,
    )
    return Resupply(lacking.package, part, lacking.pieces - len(found))


class OrderUnknown(Exception):
    """No order of this id exists where the caller may see it."""


class PackageUnknown(Exception):
    """No package of this id exists where the caller may see it."""


class NotEverywhere(Exception):
    """The caller works at some stock locations, and this concerns all of them, or others."""


class OrderNumberTaken(Exception):
    """Another order, with other content, has this number."""


class OrderNotCancellable(Exception):
    """The order is cancelled already, or on its way to the customer, be it in part: `packed` are packages."""

    def __init__(self, state: StateSpec, packed: Sequence[str]) -> None:
        super().__init__(state, packed)
        self.state = state
        self.packed = tuple(packed)
