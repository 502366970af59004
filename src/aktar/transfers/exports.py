"""Transfer orders as a table for people: the brief list's columns, with names beside the ids."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from aktar.edge.expressions import InstantText
from aktar.edge.references import Reading
from aktar.edge.sheets import Cell, Column, Kind
from aktar.edge.statements import RowsOfIds
from aktar.transfers.models import TransferOrder
from aktar.workflow.queries import workflow

_AT_ONCE = 1000


def columns() -> list[Column]:
    """The table's columns, with headings in the present language."""
    return [
        Column(_("ID"), Kind.NUMBER),
        Column(_("Created (UTC)"), Kind.INSTANT),
        Column(_("Modified (UTC)"), Kind.INSTANT),
        Column(_("Number"), Kind.TEXT),
        Column(_("Target date (UTC)"), Kind.INSTANT),
        Column(_("Invoice number"), Kind.TEXT),
        Column(_("Remote ID"), Kind.TEXT),
        Column(_("State ID"), Kind.NUMBER),
        Column(_("State"), Kind.TEXT),
        Column(_("Source ID"), Kind.NUMBER),
        Column(_("Source"), Kind.TEXT),
        Column(_("Source ERP code"), Kind.TEXT),
        Column(_("Destination ID"), Kind.NUMBER),
        Column(_("Destination"), Kind.TEXT),
        Column(_("Destination ERP code"), Kind.TEXT),
        Column(_("Plan item"), Kind.NUMBER),
    ]


def rows(ids: Iterable[int], reading: Reading) -> Iterator[tuple[Cell, ...]]:
    """The rows of these transfer orders, in their order. One query a thousand, and two for the workflow."""
    names = {id_: state.name_in(reading.language) for id_, state in workflow(reading).states.items()}
    left = iter(ids)
    while part := list(islice(left, _AT_ONCE)):
        found = {row[0]: row for row in _rows.of(part)}
        for id_ in part:
            if id_ in found:
                row = found[id_]
                yield (*row[: _STATE + 1], names[row[_STATE]], *row[_STATE + 1 :])


_COLUMNS: tuple[Any, ...] = (
    "id",
    InstantText("created_date"),
    InstantText("modified_date"),
    "number",
    InstantText("target_transfer_date"),
    "invoice_number",
    "remote_id",
    "state_id",
    "source_id",
    "source__name",
    "source__erp_code",
    "destination_id",
    "destination__name",
    "destination__erp_code",
    "plan_item",
)
_STATE = 7
_rows = RowsOfIds(lambda ids: TransferOrder.objects.filter(pk__in=ids).values_list(*_COLUMNS))
