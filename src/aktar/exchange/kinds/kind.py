"""What is known of a table before any row is read: its columns, who judges its rows and who lists them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aktar.edge.upserts import Verdict
from aktar.exchange.columns import Column

Document = Mapping[str, Any]
"""What a row tells, as the API takes it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of one kind of things, named in the plural.

    `key` are the columns that say which thing a row is about. `keep` takes documents over and judges each, in
    their order; it may stand within a caller's transaction. `listed` are all the things there are, by column.
    Where a thing has lines, `lines` is the field that they are in: each has a row, and those of one thing
    stand together. `batch` are as many as are taken over at once.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    keep: Callable[[Sequence[Document], datetime], list[Verdict]]
    listed: Callable[[], Iterator[Mapping[str, Any]]]
    lines: str | None = None
    batch: int = 1000

    def column_at(self, path: Sequence[str]) -> Column | None:
        """The column of a field, or the first of those inside it or around it; None if it has none."""
        for column in self.columns:
            common = min(len(path), len(column.path))
            if tuple(path[:common]) == column.path[:common]:
                return column
        return None
