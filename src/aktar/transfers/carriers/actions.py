"""Keeping cargo companies as another system tells them."""

from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from aktar.edge.locks import take_turn
from aktar.edge.upserts import (
    Fate,
    Row,
    Told,
    Verdict,
    differences,
    held,
    refused,
    told_twice,
    upsert,
    with_errors,
)
from aktar.transfers.models import CargoCompany

_COLUMNS = ("name", "shipping_company")


def keep_cargo_companies(
    rows: Sequence[Told], *, then: Callable[[Sequence[Verdict]], None] | None = None
) -> list[Verdict]:
    """Make the cargo companies that are new and change those that differ; a verdict for each row, in order.

    A field that is not told stays as it is, and so does a company in which nothing differs. What is refused
    stops none of the others. `then` hears the verdicts within the transaction. At most four statements.
    """
    with transaction.atomic():
        take_turn("transfers.keep_cargo_companies")
        told = told_twice(rows, name="erp_code")
        keys = [row.key for row in told if row.key is not None]
        there = held(CargoCompany.objects.all(), key="erp_code", keys=keys, columns=_COLUMNS)
        verdicts = [_verdict(row, there.get(row.key or "")) for row in told]
        written = [
            {**there.get(row.key or "", {}), **row.values}
            for row, verdict in zip(told, verdicts, strict=True)
            if verdict.fate in (Fate.CREATED, Fate.UPDATED)
        ]
        ids = upsert(
            CargoCompany,
            [{name: row[name] for name in ("erp_code", *_COLUMNS)} for row in written],
            key="erp_code",
        )
        answer = [
            Verdict(each.key, each.fate, ids[each.key or ""], each.differences)
            if each.fate is Fate.CREATED
            else each
            for each in verdicts
        ]
        if then is not None:
            then(answer)
    return answer


def _verdict(row: Told, present: Row | None) -> Verdict:
    needed = _COLUMNS if present is None and "erp_code" in row.values else ()
    missing = {name: [_("A new one needs this.")] for name in needed if name not in row.values}
    if errors := with_errors(row.errors, missing):
        return refused(row, errors)
    found = differences({name: row.values[name] for name in _COLUMNS if name in row.values}, present or {})
    if present is None:
        return Verdict(row.key, Fate.CREATED, None, found)
    return Verdict(row.key, Fate.UPDATED if found else Fate.UNCHANGED, present["id"], found)
