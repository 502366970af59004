"""Sums of whole numbers beyond 64 bits: halves are summed by the database and put together here.

SQLite adds in 64 bits and gives up where they do not suffice, if only on the way to a sum that would fit.
"""

from collections.abc import Iterable, Iterator

from django.db.models import F, Sum

# Two thousand million rows of the biggest halves fit a sum. Both databases cut towards zero when they divide,
# so that a number is its upper half times this and its lower one, whatever its sign.
_CUT = 2**31


def halves_of(column: str) -> str:
    """The two sums, in SQL, that `whole` makes the sum of a column of."""
    return f"sum({column} / {_CUT}), sum({column} % {_CUT})"


def not_plainly_zero(column: str) -> str:
    """In SQL, whether the sum of a column is another one than zero; of a few it says so that are zero."""
    return f"sum({column} / {_CUT}) <> 0 OR sum({column} % {_CUT}) <> 0"


def summed_halves(column: str) -> tuple[Sum, Sum]:
    """The same two sums for a queryset."""
    return Sum(F(column) / _CUT), Sum(F(column) % _CUT)


def whole(halves: Iterable[int]) -> Iterator[int]:
    """The sums whose halves follow each other; PostgreSQL gives those as decimals."""
    left = iter(halves)
    for upper, lower in zip(left, left, strict=True):
        yield int(upper) * _CUT + int(lower)
