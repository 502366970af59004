"""What is said of each row of a count or an adjustment."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from aktar.edge.rules import decimal_text
from aktar.places.rules import Reach
from aktar.stock.bodies import NamedRow
from aktar.stock.rules import MOST_ON_HAND, StockFault, StockOutcome
from aktar.stock.shapes import StockResultShape, StockResultsShape

_FAULTS: Mapping[StockFault, "str | Promise"] = {
    StockFault.COUNTED_TWICE: _("The same product is counted here by an earlier row."),
    StockFault.COUNTED_LATER: _("A later count stands."),
    StockFault.BELOW_ZERO: _("Only {on_hand} are on hand, and this location may not go below zero."),
    StockFault.BELOW_RESERVED: _("{reserved} of these are reserved here: cancel what they are for first."),
    StockFault.TOO_MUCH: _("No more than {most} can be on hand, either side of zero."),
}


def refusals(reach: Reach, *, product: int | None, location: int | None) -> dict[str, list[str]]:
    """By field, why a row does not come to the books at all; `product` and `location` are what it names."""
    wrong = {}
    if product is None:
        wrong["sku"] = [gettext("There is no product of this SKU.")]
    if location is None:
        wrong["erp_code"] = [gettext("There is no such stock location.")]
    elif not reach.everything and location not in reach.locations:
        wrong["erp_code"] = [gettext("You do not work at this stock location.")]
    return wrong


def results_of(
    rows: Sequence[NamedRow], reach: Reach, *, about: str
) -> Callable[[Sequence[StockOutcome]], StockResultsShape]:
    """What makes the results of all rows from the outcomes of those without `refusals`, in their order.

    `about` is the field that says how much.
    """

    def made(outcomes: Sequence[StockOutcome]) -> StockResultsShape:
        taken = iter(outcomes)
        results = []
        for row in rows:
            wrong = refusals(reach, product=row.product, location=row.location)
            if wrong:
                results.append(StockResultShape(row.sku, row.erp_code, "refused", errors=wrong))
            else:
                results.append(_result(row, next(taken), about))
        refused = sum(1 for result in results if result.status == "refused")
        return StockResultsShape(count=len(results), refused=refused, results=results)

    return made


def why_refused(fault: StockFault, outcome: StockOutcome) -> str:
    """Why a count or an adjustment is not taken over, in the language of the moment."""
    numbers = {
        "on_hand": decimal_text(outcome.on_hand),
        "reserved": decimal_text(outcome.reserved),
        "most": decimal_text(MOST_ON_HAND),
    }
    return str(_FAULTS[fault]).format(**numbers)


def _result(row: NamedRow, outcome: StockOutcome, about: str) -> StockResultShape:
    errors = None
    if outcome.fault is not None:
        errors = {about: [why_refused(outcome.fault, outcome)]}
    done: Literal["changed", "unchanged"] = "changed" if outcome.changed_by else "unchanged"
    return StockResultShape(
        sku=row.sku,
        erp_code=row.erp_code,
        status="refused" if errors else done,
        on_hand=decimal_text(outcome.on_hand),
        reserved=decimal_text(outcome.reserved),
        in_transit=decimal_text(outcome.in_transit),
        available=decimal_text(outcome.on_hand - outcome.reserved),
        errors=errors,
    )
