"""Holds a batch of records against what the database has: which are taken, and which rows differ."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from aktar.edge.expressions import document_text
from aktar.orders.models import Package
from aktar.transfers.loading.matching import Differences
from aktar.transfers.loading.records import Record
from aktar.transfers.loading.rules import Refused, shown
from aktar.transfers.loading.tables import (
    ORDER,
    PACKAGE,
    PRODUCT,
    PRODUCT_IMAGE,
    TABLES,
    TRANSFER_ORDER,
    Row,
    Table,
)
from aktar.transfers.models import TransferOrder

Key = tuple[Table, int]
_UNTOLD = object()


class Older(Exception):
    """The document is older than the transfer order that we have."""


class Batch:
    """The accepted rows of some records (`told`), beside those that the database holds (`held`).

    `settled` are the reference rows that the run has written already, with their modified dates: the first
    that tells of one decides, unless a later one was modified later. Nothing says which of two tellings is
    true, and a second run must come to the same end. `settles` are those that this batch adds.
    """

    def __init__(
        self, records: Sequence[Record], settled: Mapping[Key, datetime | None], differences: Differences
    ) -> None:
        self.told: dict[Table, dict[int, Row]] = {table: {} for table in TABLES}
        self.held: dict[Table, dict[int, Row]] = {}
        self.settles: dict[Key, datetime | None] = {}
        self._owners: dict[Table, dict[Any, int]] = {}
        self._settled = settled
        self._differences = differences
        self._fetch(records)

    def take(self, record: Record) -> None:
        """Accept every row of a record, or none. Raises Refused, and Older where we have a newer one."""
        for table, row, key in record.rows:
            present = self._present(table, row["id"])
            if table is TRANSFER_ORDER and present and present["modified_date"] > row["modified_date"]:
                raise Older
            try:
                self._require_fitting(table, row, present)
            except Refused as refused:
                raise refused.under(key) if key else refused from None
        pictured: set[int] = set()
        for table, row, _ in record.rows:
            if table is PRODUCT_IMAGE:
                # Pictures stand and fall with the telling of the product that they follow.
                if row["product_id"] in pictured:
                    self.told[table][row["id"]] = row
            elif table is not PRODUCT:
                self._accept(table, row)
            elif self._accept(table, row):
                pictured.add(row["id"])
            else:
                pictured.discard(row["id"])

    def changes(self, table: Table) -> dict[int, Row]:
        """The columns of held rows that are told otherwise, by id."""
        found = {}
        for id_, row in self.told[table].items():
            held = self.held[table].get(id_)
            if held is not None and (changed := _changed(table, row, held)):
                found[id_] = changed
        return found

    def new(self, table: Table) -> list[Row]:
        """The rows that the database lacks."""
        held = self.held[table]
        return [row for id_, row in self.told[table].items() if id_ not in held]

    def _require_fitting(self, table: Table, row: Row, present: Row | None) -> None:
        if present is not None:
            for column in table.fixed:
                if present[column] != row[column]:
                    raise Refused(
                        f"{row['id']} has {shown(present[column])} here, not {shown(row[column])}",
                        column.removesuffix("_id"),
                    )
        value = row.get(table.unique) if table.unique else None
        if value is not None and table.unique:
            owner = self._owners[table].get(value)
            if owner is not None and owner != row["id"]:
                raise Refused(f"{shown(value)} is that of {owner} here", table.unique.removesuffix("_id"))

    def _accept(self, table: Table, row: Row) -> bool:
        """Take a row over, unless there is a newer one, or another telling of it was first."""
        id_ = row["id"]
        present = self._present(table, id_)
        if (
            present is not None
            and table.has_modified_date
            and row["modified_date"] < present["modified_date"]
        ):
            return False
        if table.is_reference:
            if self._is_settled(table, row):
                if present is not None and _changed(table, row, present):
                    self._differences.tell(
                        f"{table.model._meta.verbose_name} {id_} is told in two ways; the first is kept"
                    )
                return False
            self.settles[(table, id_)] = row.get("modified_date")
            if table is PRODUCT and id_ in self.told[table]:
                self._forget_pictures(id_)
            self.told[table][id_] = row
        else:
            told = self.told[table].get(id_)
            self.told[table][id_] = row if told is None else told | row
        if table.unique and row.get(table.unique) is not None:
            self._owners[table][row[table.unique]] = id_
        return True

    def _forget_pictures(self, product: int) -> None:
        """Drop what an earlier record of the batch told of a product's pictures."""
        told = self.told[PRODUCT_IMAGE]
        for id_ in [id_ for id_, row in told.items() if row["product_id"] == product]:
            del told[id_]

    def _is_settled(self, table: Table, row: Row) -> bool:
        key = (table, row["id"])
        if key in self.settles:
            modified = self.settles[key]
        elif key in self._settled:
            modified = self._settled[key]
        else:
            return False
        return modified is None or row["modified_date"] <= modified

    def _present(self, table: Table, id_: int) -> Row | None:
        return self.told[table].get(id_) or self.held[table].get(id_)

    def _fetch(self, records: Sequence[Record]) -> None:
        ids: dict[Table, set[int]] = defaultdict(set)
        uniques: dict[Table, set[Any]] = defaultdict(set)
        for record in records:
            for table, row, _ in record.rows:
                ids[table].add(row["id"])
                if table.unique and row.get(table.unique) is not None:
                    uniques[table].add(row[table.unique])
        # Commands lock the package and then the transfer order: the same here, lest two wait in a ring.
        for model, wanted in ((Package, ids[PACKAGE]), (TransferOrder, ids[TRANSFER_ORDER])):
            rows = model._default_manager.select_for_update(no_key=True).filter(pk__in=wanted)
            list(rows.order_by("pk").values_list("pk"))
        for table in TABLES:
            self.held[table] = _held(table, ids[table])
            self._owners[table] = _owners(table, uniques[table])


def _held(table: Table, ids: set[int]) -> dict[int, Row]:
    """What the table holds of these ids, documents as their text. One query, or none without ids."""
    if not ids:
        return {}
    names = ["id", *table_columns(table)]
    columns = [document_text(name) if name in table.documents else name for name in names]
    rows = table.model._default_manager.filter(pk__in=ids).values_list(*columns)
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def _owners(table: Table, values: set[Any]) -> dict[Any, int]:
    """Which ids have these unique values. One query, or none without values."""
    if not values or table.unique is None:
        return {}
    rows = table.model._default_manager.filter(**{f"{table.unique}__in": values})
    return dict(rows.values_list(table.unique, "pk"))


def table_columns(table: Table) -> list[str]:
    """Every column that a document may tell of a table's rows."""
    names = [name for name, _ in table.columns]
    references = [f.attname for f in table.model._meta.concrete_fields if f.is_relation]
    more = {ORDER: ["number", "date_placed"], PACKAGE: ["number"]}.get(table, [])
    unique = [table.unique] if table.unique and table.unique not in (*names, *references, *more) else []
    return [*names, *references, *more, *unique]


def _changed(table: Table, row: Row, present: Row) -> Row:
    """The columns of `row` in which it differs from `present`."""
    return {
        name: value
        for name, value in row.items()
        if (there := present.get(name, _UNTOLD)) != value
        and not (name in table.documents and _text(there) == _text(value))
    }


def _text(document: Any) -> Any:
    """A document as its column keeps it: two that differ in the order of their keys differ."""
    if document is None or isinstance(document, str):
        return document
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
