"""Counts what came of each command, for `/metrics`."""

from types import TracebackType

from prometheus_client import Counter

from aktar.edge.counting import COUNTED
from aktar.stock.rules import NotEnoughStock
from aktar.transfers.rules import (
    CargoCompanyRequired,
    CargoCompanyUnknown,
    LossElsewhere,
    PackageDisagrees,
    RenewalRefused,
    TransferOrderUnknown,
    VersionDisagrees,
)
from aktar.workflow.rules import CommandNotAllowed, CommandsDisagree, CommandUnknown

COMMANDS = Counter(
    "aktar_commands",
    "Commands run on transfer orders: done, not_allowed in the present state, refused otherwise, failed.",
    ["slug", "result"],
    registry=COUNTED,
)
_REFUSED = (
    CargoCompanyRequired,
    CargoCompanyUnknown,
    CommandsDisagree,
    CommandUnknown,
    LossElsewhere,
    NotEnoughStock,
    PackageDisagrees,
    RenewalRefused,
    TransferOrderUnknown,
    VersionDisagrees,
)


class CountedCommand:
    """Counts one run when it is left; `slug` is set once the command is known."""

    slug = "unknown"

    def __enter__(self) -> "CountedCommand":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        COMMANDS.labels(self.slug, _result(error)).inc()


def _result(error: BaseException | None) -> str:
    match error:
        case None:
            return "done"
        case CommandNotAllowed():
            return "not_allowed"
    return "refused" if isinstance(error, _REFUSED) else "failed"
