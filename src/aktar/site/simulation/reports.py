"""What a month is told as: one line for each policy, and whether the books balance."""

from collections.abc import Sequence
from dataclasses import dataclass

from aktar.site.simulation.month import PROMISE, Month
from aktar.site.simulation.tallies import Tally
from aktar.stock.shapes import StockVerificationShape

_HEAD = ("policy", "served whole", "late", "transfers", "renewed", "km", "cost")


@dataclass(frozen=True, slots=True)
class Played:
    """A policy by its name, and what the month came to under it."""

    name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Report:
    """A month as it was carried out, the same orders on paper, the books, and the seconds it took.

    The planner comes first on paper, too.
    """

    month: Month
    locations: int
    is_batched: bool
    carried_out: Played
    on_paper: tuple[Played, ...]
    books: StockVerificationShape
    seconds: float

    @property
    def savings(self) -> dict[str, float]:
        """Which part of each rival's cost the planner saves, as it was carried out."""
        cost = self.carried_out.tally.cost_an_order
        return {each.name: 1 - cost / each.tally.cost_an_order for each in self.on_paper[1:]}

    @property
    def is_same_on_paper(self) -> bool:
        """Whether the planner's month on paper is the one that was carried out, to the last figure."""
        return self.on_paper[0].tally == self.carried_out.tally


def told(report: Report) -> str:
    """The report as text."""
    month, books = report.month, report.books
    way = "four hours' orders together" if report.is_batched else "each as it came in"
    savings = [
        f"{abs(part):.1%} {'less' if part >= 0 else 'more'} than {name}"
        for name, part in report.savings.items()
    ]
    count = report.locations - month.stores
    warehouses = "1 warehouse" if count == 1 else f"{count:,} warehouses"
    lines = [
        f"{month.orders:,} orders in {month.days} days at {month.stores:,} stores and "
        f"{warehouses}, {month.products:,} products, seed {month.seed}; "
        f"planned {way}.",
        "",
        *_table(
            [
                _HEAD,
                _row(report.carried_out, "carried out"),
                *(_row(each, "on paper") for each in report.on_paper),
            ]
        ),
        "",
        f"Late: packed more than {PROMISE.days} days after it was placed. Transfers, km (of transfers and",
        "packages, as the crow flies) and cost (in points, by the planner's weights) are for one order.",
        f"The planner costs {' and '.join(savings)}.",
        *(["Its month on paper is the one that was carried out."] if report.is_same_on_paper else []),
        f"Books: {books.came_in} came in, {books.went_out} went out, {books.on_hand} on hand, "
        f"{books.in_transit} in transit. {'They balance.' if books.is_balanced else 'They do NOT balance.'}",
    ]
    return "\n".join(lines)


def _row(played: Played, how: str) -> tuple[str, ...]:
    tally = played.tally
    return (
        f"{played.name}, {how}",
        f"{tally.service:.1%}",
        f"{tally.late_share:.1%}",
        f"{tally.transfers_an_order:.2f}",
        f"{tally.renewals:,}",
        f"{tally.kilometres_an_order:,.0f}",
        f"{tally.cost_an_order:,.0f}",
    )


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEAD))]
    return [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    ]
