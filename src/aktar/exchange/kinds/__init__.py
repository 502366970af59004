"""What can be brought in and out as a table, by the name that it is asked for."""

from collections.abc import Mapping
from datetime import datetime

from aktar.exchange.kinds.cargo_companies import CARGO_COMPANIES
from aktar.exchange.kinds.kind import Kind
from aktar.exchange.kinds.locations import LOCATIONS
from aktar.exchange.kinds.orders import ORDERS
from aktar.exchange.kinds.products import PRODUCTS
from aktar.exchange.kinds.stock import STOCK, counted_as_of

__all__ = ["KINDS", "Kind", "counted_as_of", "kind_of"]

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (LOCATIONS, PRODUCTS, CARGO_COMPANIES, STOCK, ORDERS)
}


def kind_of(name: str, *, as_of: datetime | None = None) -> Kind:
    """The kind of this name; `as_of` is the instant at which stock was counted, and for stock alone."""
    return counted_as_of(as_of) if as_of is not None else KINDS[name]
