"""Bringing records in, batch by batch, each in a transaction of its own; or only trying it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from aktar.edge.upserts import Fate, Verdict
from aktar.exchange.columns import shown
from aktar.exchange.kinds import Kind
from aktar.exchange.records import Mistake, Record, mistakes


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that is another one now than before; before is empty where there was nothing."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a record, or would: its place in the file, and every change and mistake by column."""

    place: str
    key: str
    fate: Fate
    changes: Sequence[Change] = ()
    mistakes: Sequence[Mistake] = ()


def import_records(
    kind: Kind, records: Iterable[Record], *, now: Callable[[], datetime]
) -> Iterator[list[Report]]:
    """Take records over; the reports of each batch as soon as it is committed.

    A record that is refused stops no other. What was taken over before it broke off stays, and another run
    finds it unchanged. Raises FileRefused where the file cannot be read further.
    """
    for batch in _batches(records, size=kind.batch):
        yield _judged(kind, batch, now())


def try_records(
    kind: Kind, records: Iterable[Record], *, now: Callable[[], datetime]
) -> Iterator[list[Report]]:
    """What would become of records: each batch is taken over as it would be, and then taken back.

    So nothing is changed, and no batch sees what an earlier one would have made. Raises FileRefused as well.
    """
    for batch in _batches(records, size=kind.batch):
        with transaction.atomic():
            reports = _judged(kind, batch, now())
            transaction.set_rollback(True)
        yield reports


def _batches(records: Iterable[Record], *, size: int) -> Iterator[list[Record]]:
    left = iter(records)
    while batch := list(islice(left, size)):
        yield batch


def _judged(kind: Kind, batch: Sequence[Record], now: datetime) -> list[Report]:
    sound = [record for record in batch if not record.mistakes]
    try:
        with transaction.atomic():
            verdicts = kind.keep([record.document for record in sound], now) if sound else []
    except (IntegrityError, DataError):
        # The database knows better of one of them: each alone, to find out of which.
        verdicts = [_alone(kind, record, now) for record in sound]
    _add_further_mistakes(kind, [record for record in batch if record.mistakes], now)
    left = iter(verdicts)
    return [_report(kind, record, None if record.mistakes else next(left)) for record in batch]


def _add_further_mistakes(kind: Kind, mistaken: Sequence[Record], now: datetime) -> None:
    """What is wrong beside the cells that could not be read: the records are taken over and taken back.

    Of one whose key is wrong, or that has too many cells or too few, nothing more is known.
    """
    nameless = {"", *kind.key}
    asked = [each for each in mistaken if nameless.isdisjoint(said.column for said in each.mistakes)]
    if not asked:
        return
    try:
        with transaction.atomic():
            verdicts = kind.keep([record.document for record in asked], now)
            transaction.set_rollback(True)
    except (IntegrityError, DataError):
        return
    for record, verdict in zip(asked, verdicts, strict=True):
        # A cell that could not be read is missing from the document, which is no mistake of its own.
        said = {(mistake.place, mistake.column) for mistake in record.mistakes}
        further = mistakes(kind, record, verdict.errors)
        record.mistakes += [each for each in further if (each.place, each.column) not in said]


def _alone(kind: Kind, record: Record, now: datetime) -> Verdict:
    try:
        with transaction.atomic():
            (verdict,) = kind.keep([record.document], now)
    except (IntegrityError, DataError) as error:
        sentence = _("The database refuses it: {why}").format(why=str(error).strip().splitlines()[0])
        return Verdict(record.key, Fate.REFUSED, errors={"non_field_errors": [sentence]})
    return verdict


def _report(kind: Kind, record: Record, verdict: Verdict | None) -> Report:
    if verdict is None:
        return Report(record.place, record.key, Fate.REFUSED, mistakes=record.mistakes)
    changes = []
    for each in verdict.differences:
        path = each.field.split(".")
        column = kind.column_at(path)
        name = column.name if column else each.field
        changes.append(Change(name, shown(column, each.before), shown(column, each.after)))
    return Report(record.place, record.key, verdict.fate, changes, mistakes(kind, record, verdict.errors))
