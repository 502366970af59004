"""Planning an order where it stands."""

from datetime import datetime

from aktar.accounts.models import User
from aktar.edge.references import Reading
from aktar.orders.models import Order


def plan_locked_order(order: Order, *, by: User | None, reading: Reading, now: datetime) -> None:
    """Plan what no package of a locked order holds."""
