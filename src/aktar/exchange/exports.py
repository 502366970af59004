"""Everything there is of a kind as a file, in the columns that it is brought in by."""

from collections.abc import Iterator, Sequence

from aktar.edge.sheets import FORMS, Cell, Column
from aktar.exchange.kinds import Kind


def file_of(kind: Kind, *, form: str) -> Iterator[bytes]:
    """The file as `csv` or `xlsx`, written as it is read: memory does not grow with the table.

    Raises CellTooLong on the way, for `xlsx`.
    """
    columns = [Column(column.name, column.kind) for column in kind.columns]
    return FORMS[form].chunks(columns, _rows(kind), kind.name)


def _rows(kind: Kind) -> Iterator[Sequence[Cell]]:
    for values in kind.listed():
        yield [column.write(values[column.name]) for column in kind.columns]
