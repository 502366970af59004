"""Stock follows the goods: sent, arrived, called off, handed to the customer's carrier, lost.

Each looks at what the ledger holds for its transfer order or package items and never takes a reservation for
granted: many were made before the location began to keep books.
"""

from collections.abc import Sequence
from datetime import datetime

from aktar.accounts.models import User
from aktar.stock.rules import StockLine


def dispatch(
    lines: Sequence[StockLine],
    *,
    transfer_order: int,
    destination: int,
    by: User | None,
    now: datetime,
) -> None:
    """The goods of a transfer order leave their source (`location` of the lines) for `destination`.

    What was reserved is so no longer, and on its way. Where nothing was reserved, what is available goes;
    goods that the source's books know nothing of enter the destination's books, and those that go to where
    none are kept leave the source's.
    """
    raise NotImplementedError


def arrive(
    lines: Sequence[StockLine],
    *,
    transfer_order: int,
    by: User | None,
    now: datetime,
) -> None:
    """The goods of a transfer order are at their destination (`location` of the lines), for package items.

    They are on hand there and reserved for the package items at once. Goods that set off before the
    destination kept books enter them now.
    """
    raise NotImplementedError


def call_off(*, transfer_order: int, by: User | None, now: datetime) -> None:
    """Undo what a transfer order that will not happen holds: a reservation, or goods on their way.

    The latter are on hand at their source again, unreserved. A transfer that has arrived holds nothing.
    """
    raise NotImplementedError


def ship_out(
    lines: Sequence[StockLine],
    *,
    by: User | None,
    now: datetime,
) -> None:
    """Package items (each line names its own) leave `location` for the customer: packed, they are gone.

    What is reserved for them goes; where nothing is, what is available, if it is enough.
    """
    raise NotImplementedError


def declare_loss(
    lines: Sequence[StockLine],
    *,
    by: User | None,
    now: datetime,
    transfer_order: int | None = None,
    reason: str = "",
) -> int:
    """Write off goods that cannot be found; answers how much (hundredths).

    Only what is available goes: call off the transfer that held it first. Goods that the books do not have
    cannot be lost from them.
    """
    raise NotImplementedError
