"""What either way of deciding answers."""

from dataclasses import dataclass

from aktar.planning.rules import Decision


class SolverMissing(Exception):
    """Planning in batch needs the solver HiGHS; the extra `plan` brings it: pip install aktar[plan]."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Decisions in the order of the demands, what they cost together, and what none could cost less than.

    `bound` is None where nothing was proven. Costs are hundredths of a point.
    """

    decisions: tuple[Decision, ...]
    cost: int
    bound: float | None = None
