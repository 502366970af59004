"""Loads documents batch by batch, one transaction each, and keeps count of what became of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DataError, IntegrityError, transaction

from aktar.transfers.loading.batches import Batch, Key, Older
from aktar.transfers.loading.documents import Broken, Document
from aktar.transfers.loading.matching import Differences, Matching
from aktar.transfers.loading.records import Fingerprint, Record, RecordReader
from aktar.transfers.loading.rules import Refused, identity
from aktar.transfers.loading.writing import Written, write
from aktar.workflow.queries import stored_workflow

BATCH = 500
# What is remembered of reference rows lest they be compared again; beyond this it begins anew.
_MOST_REMEMBERED = 400_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that was not taken: its place from 1, its id if it has one, and why."""

    place: int
    id: int | None
    why: str


@dataclass
class Summary:
    """How many records were new, changed something, changed nothing, were older than ours, were refused."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    older: int = 0
    refused: int = 0

    @property
    def records(self) -> int:
        """How many records were read."""
        return self.created + self.updated + self.unchanged + self.older + self.refused


@dataclass
class _Outcome:
    written: Written
    taken: list[Record]
    older: int
    refusals: list[Refusal]
    settles: dict[Key, datetime | None] = field(default_factory=dict)


class Loader:
    """One run of loading: what it was told, what it remembers, and how far it has come."""

    def __init__(self, *, refuse: Callable[[Refusal], None], now: datetime) -> None:
        """`refuse` is told of every record that is not taken. Two queries, for the workflow."""
        self.summary = Summary()
        self.differences = Differences()
        self._refuse = refuse
        self._now = now
        self._known: set[Fingerprint] = set()
        self._settled: dict[Key, datetime | None] = {}
        self._flow = stored_workflow()
        self._reader = RecordReader(Matching(self._flow, self.differences), self._known)

    def load(self, documents: Iterable[Document | Broken], *, progress: Callable[[], None]) -> None:
        """Load a stream; `progress` is called after each batch."""
        batch: list[Record] = []
        for document in documents:
            self._read(document, batch)
            if len(batch) == BATCH:
                self._write(batch, _nothing)
                batch = []
                progress()
        self._write(batch, _nothing)
        progress()

    def load_page(
        self, documents: Iterable[Document | Broken], *, alongside: Callable[[], None] = lambda: None
    ) -> None:
        """Load one page; `alongside` writes, in the same transaction, how far one has come."""
        batch: list[Record] = []
        for document in documents:
            self._read(document, batch)
        self._write(batch, alongside)

    def _read(self, document: Document | Broken, batch: list[Record]) -> None:
        if isinstance(document, Broken):
            self._tell(Refusal(document.place, None, document.why))
            return
        try:
            batch.append(self._reader.record(document))
        except Refused as refused:
            self._tell(Refusal(document.place, _id_of(document), str(refused)))

    def _write(self, records: Sequence[Record], alongside: Callable[[], None]) -> None:
        try:
            self._count(self._transact(records, alongside))
        except (IntegrityError, DataError):
            # The database knows better of one of them: each alone, to find out of which.
            for record in records:
                self._write_alone(record)
            with transaction.atomic():
                alongside()

    def _write_alone(self, record: Record) -> None:
        try:
            self._count(self._transact([record], _nothing))
        except (IntegrityError, DataError) as error:
            reason = str(error).strip().splitlines()[0]
            self._tell(Refusal(record.place, record.id, f"the database refuses it: {reason}"))

    def _transact(self, records: Sequence[Record], alongside: Callable[[], None]) -> _Outcome:
        taken, refusals, older = [], [], 0
        with transaction.atomic():
            batch = Batch(records, self._settled, self.differences)
            for record in records:
                try:
                    batch.take(record)
                    taken.append(record)
                except Older:
                    older += 1
                except Refused as refused:
                    refusals.append(Refusal(record.place, record.id, str(refused)))
            written = write(batch, self._flow, now=self._now)
            alongside()
        return _Outcome(written, taken, older, refusals, batch.settles)

    def _count(self, outcome: _Outcome) -> None:
        for refusal in outcome.refusals:
            self._tell(refusal)
        self.summary.older += outcome.older
        seen: set[int] = set()
        for record in outcome.taken:
            is_first = record.id not in seen
            seen.add(record.id)
            if is_first and record.id in outcome.written.created:
                self.summary.created += 1
            elif is_first and record.id in outcome.written.updated:
                self.summary.updated += 1
            else:
                self.summary.unchanged += 1
            self._known.update(record.fingerprints)
        self._settled |= outcome.settles
        if len(self._settled) + len(self._known) > _MOST_REMEMBERED:
            self._settled.clear()
            self._known.clear()

    def _tell(self, refusal: Refusal) -> None:
        self.summary.refused += 1
        self._refuse(refusal)


def _nothing() -> None:
    """Nothing else is written with a batch."""


def _id_of(document: Document) -> int | None:
    try:
        return identity(document.told)
    except Refused:
        return None
