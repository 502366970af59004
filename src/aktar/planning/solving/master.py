"""The master problem in the hands of HiGHS: one column for each demand, and no goods promised twice.

The one file that knows the solver, which is loaded when it is first needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from aktar.planning.solving.solutions import SolverMissing

_THOROUGH = 1e-7


@dataclass(frozen=True, slots=True)
class Column:
    """One way to serve a demand (`owner` counts demands from 0): its cost, and what it takes of which row."""

    owner: int
    cost: float
    uses: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Duals:
    """What the relaxed master pays: for each demand to be served, and another unit of a row (at least 0)."""

    cost: float
    demands: Sequence[float]
    rows: Sequence[float]


class Master:
    """Chooses among columns: first in parts, with prices on what is scarce, and in the end in whole ones."""

    def __init__(self, *, demands: int, capacities: Sequence[float]) -> None:
        self._solver = _loaded()
        self._highs = _silent(self._solver)
        self._highs.setOptionValue("threads", 1)
        self._highs.setOptionValue("random_seed", 1)
        self._demands = demands
        self._columns: list[Column] = []
        for _ in range(demands):
            self._highs.addRow(1.0, 1.0, 0, [], [])
        for capacity in capacities:
            self._highs.addRow(-self._solver.kHighsInf, capacity, 0, [], [])

    def add(self, column: Column) -> int:
        """Offer a column; answers its number."""
        rows = [column.owner, *(self._demands + row for row, _ in column.uses)]
        values = [1.0, *(used for _, used in column.uses)]
        self._highs.addCol(column.cost, 0.0, 1.0, len(rows), rows, values)
        self._columns.append(column)
        return len(self._columns) - 1

    def relaxed(self) -> Duals:
        """The optimum where columns may be taken in parts."""
        self._highs.run()
        duals = list(self._highs.getSolution().row_dual)
        return Duals(
            cost=float(self._highs.getInfo().objective_function_value),
            demands=duals[: self._demands],
            rows=[max(0.0, -dual) for dual in duals[self._demands :]],
        )

    def chosen(self, *, seconds: float, gap: float, start: Sequence[int]) -> list[int]:
        """The number of the column of each demand: the best found in so many seconds, or to within `gap`.

        `start` is given back where nothing is found in time. The solver is not told of it: HiGHS 1.16 takes a
        given answer for cheaper than it is after presolving, and stops there.
        """
        count = len(self._columns)
        integer = self._solver.HighsVarType.kInteger
        self._highs.changeColsIntegrality(count, list(range(count)), [integer] * count)
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + max(seconds, 0.1))
        self._highs.setOptionValue("mip_abs_gap", gap)
        self._highs.setOptionValue("mip_rel_gap", _THOROUGH)
        self._highs.run()
        found = list(self._highs.getSolution().col_value)
        picked: dict[int, tuple[float, int]] = {}
        for number, value in enumerate(found):
            owner = self._columns[number].owner
            if value > picked.get(owner, (0.5, 0))[0]:
                picked[owner] = (value, number)
        if len(picked) < self._demands:
            return [*start]
        return [picked[owner][1] for owner in range(self._demands)]


def require_solver() -> None:
    """Raise SolverMissing where the batch way has no solver."""
    _loaded()


def _loaded() -> ModuleType:
    """The solver's module; raises SolverMissing."""
    try:
        import highspy
    except ImportError as error:
        raise SolverMissing from error
    module: ModuleType = highspy
    return module


def _silent(solver: ModuleType) -> Any:
    """A solver that says nothing; the class's own constructor greets before one can tell it to be quiet."""

    class Silent(solver.Highs):  # type: ignore[misc, name-defined] # the module is known at run time alone
        def __init__(self) -> None:
            super(solver.Highs, self).__init__()
            self.setOptionValue("output_flag", False)

    return Silent()
