"""Stock as a table: how much of a product is on hand at a location, as it was counted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from aktar.edge.bulk import told
from aktar.edge.upserts import Difference, Fate, Told, Verdict, refused, with_errors
from aktar.exchange.columns import amount, shown_amount, text
from aktar.exchange.kinds.kind import Document, Kind
from aktar.exchange.queries import in_pieces
from aktar.places.rules import EVERYWHERE
from aktar.stock.actions import set_stock
from aktar.stock.bodies import CountBody, ids_named
from aktar.stock.models import StockLevel
from aktar.stock.results import refusals, why_refused
from aktar.stock.rules import StockCount, StockOutcome


def counted_as_of(as_of: datetime | None) -> Kind:
    """The kind of stock that was counted at an instant; None says that it is as it is told now."""
    return replace(STOCK, keep=_keep_as_of(as_of))


def _keep_as_of(as_of: datetime | None) -> Callable[[Sequence[Document], datetime], list[Verdict]]:
    def keep(documents: Sequence[Document], now: datetime) -> list[Verdict]:
        body = CountBody()
        rows = [told(body, each, key="sku") for each in documents]
        products, locations = ids_named([row.values for row in rows])
        verdicts: dict[int, Verdict] = {}
        counts: dict[int, StockCount] = {}
        for place, row in enumerate(rows):
            product = products.get(row.values.get("sku", ""))
            location = locations.get(row.values.get("erp_code", ""))
            errors = with_errors(row.errors, refusals(EVERYWHERE, product=product, location=location))
            if errors or product is None or location is None:
                verdicts[place] = refused(row, errors)
            else:
                counts[place] = StockCount(product, location, row.values["on_hand"])
        outcomes = set_stock(list(counts.values()), by=None, now=now, as_of=as_of, reason="import")
        for place, outcome in zip(counts, outcomes, strict=True):
            verdicts[place] = _verdict(rows[place], outcome)
        return [verdicts[place] for place in range(len(rows))]

    return keep


def _verdict(row: Told, outcome: StockOutcome) -> Verdict:
    if outcome.fault is not None:
        return refused(row, {"on_hand": [why_refused(outcome.fault, outcome)]})
    if not outcome.changed_by:
        return Verdict(row.key, Fate.UNCHANGED)
    before = outcome.on_hand - outcome.changed_by
    return Verdict(row.key, Fate.UPDATED, differences=(Difference("on_hand", before, outcome.on_hand),))


def _listed() -> Iterator[dict[str, Any]]:
    names = ("product__sku", "stock_location__erp_code", "on_hand", "reserved", "in_transit")
    for row in in_pieces(StockLevel.objects.all(), *names):
        yield {
            **row,
            "sku": row["product__sku"],
            "erp_code": row["stock_location__erp_code"],
            "available": row["on_hand"] - row["reserved"],
        }


STOCK = Kind(
    "stock",
    (
        text("sku"),
        text("erp_code"),
        amount("on_hand"),
        *map(shown_amount, ("reserved", "in_transit", "available")),
    ),
    ("sku", "erp_code"),
    _keep_as_of(None),
    _listed,
)
