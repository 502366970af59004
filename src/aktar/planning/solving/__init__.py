"""The two ways to decide, behind one interface: a Situation in, a Solution out.

`immediately` serves demands one by one, in their order; `in_batch` weighs them against each other. `decided`
decides one demand immediately, and looks again before it leaves a line. None writes or reads anything.
"""

from aktar.planning.solving.batch import in_batch
from aktar.planning.solving.deciding import decided
from aktar.planning.solving.immediate import immediately
from aktar.planning.solving.master import require_solver
from aktar.planning.solving.promised import Promised
from aktar.planning.solving.solutions import Solution, SolverMissing

__all__ = ["Promised", "Solution", "SolverMissing", "decided", "immediately", "in_batch", "require_solver"]
