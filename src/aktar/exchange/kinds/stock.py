"""Stock as a table: how much of a product is on hand at a location, as it was counted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from aktar.catalog.models import Product
from aktar.edge.bulk import told
from aktar.edge.upserts import Difference, Fate, Told, Verdict, refused, with_errors
from aktar.exchange.columns import amount, shown_amount, text
from aktar.exchange.kinds.kind import Document, Kind
from aktar.exchange.queries import in_pieces
from aktar.places.models import StockLocation
from aktar.stock.actions import set_stock
from aktar.stock.bodies import CountBody
from aktar.stock.models import StockLevel
from aktar.stock.results import why_refused
from aktar.stock.rules import StockCount, StockOutcome


def counted_as_of(as_of: datetime | None) -> Kind:
    """The kind of stock that was counted at an instant; None says that it is as it is told now."""
    return replace(STOCK, keep=_keep_as_of(as_of))


def _keep_as_of(as_of: datetime | None) -> Callable[[Sequence[Document], datetime], list[Verdict]]:
    def keep(documents: Sequence[Document], now: datetime) -> list[Verdict]:
        body = CountBody()
        rows = [told(body, each, key="sku") for each in documents]
        products, locations = _ids(rows)
        verdicts: dict[int, Verdict] = {}
        counts: dict[int, StockCount] = {}
        for place, row in enumerate(rows):
            errors = with_errors(row.errors, _unknown(row, products, locations))
            if errors:
                verdicts[place] = refused(row, errors)
            else:
                product, location = products[row.values["sku"]], locations[row.values["erp_code"]]
                counts[place] = StockCount(product, location, row.values["on_hand"])
        outcomes = set_stock(list(counts.values()), by=None, now=now, as_of=as_of, reason="import")
        for place, outcome in zip(counts, outcomes, strict=True):
            verdicts[place] = _verdict(rows[place], outcome)
        return [verdicts[place] for place in range(len(rows))]

    return keep


def _ids(rows: Sequence[Told]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """The products and the locations that are named, by SKU and ERP code. Two queries."""
    skus = {row.values["sku"] for row in rows if "sku" in row.values}
    codes = {row.values["erp_code"] for row in rows if "erp_code" in row.values}
    products = Product.objects.filter(sku__in=skus).values_list("sku", "pk")
    return dict(products), dict(
        StockLocation.objects.filter(erp_code__in=codes).values_list("erp_code", "pk")
    )


def _unknown(row: Told, products: Mapping[str, int], locations: Mapping[str, int]) -> dict[str, list[str]]:
    errors = {}
    if row.values.get("sku") not in products:
        errors["sku"] = [_("There is no product of this SKU.")]
    if row.values.get("erp_code") not in locations:
        errors["erp_code"] = [_("There is no such stock location.")]
    return errors


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
