"""Reference data at the speed of memory: fragments encoded once, thrown away when the version moves.

Every write to a reference table (states, commands, locations, products, …) raises `ReferenceVersion` by a
trigger, whoever writes: an action, the admin, a hand at the database's console. A request reads the version
first; a process that holds fragments of another version drops them. A fragment loaded under a version can be
newer than it, never older, for triggers commit with the change.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic
from weakref import WeakSet

from django.db import connection

from aktar.edge.models import ReferenceVersion
from aktar.edge.shapes import Shape, encode, fragment


@dataclass(frozen=True, slots=True)
class Reading:
    """What a read depends on beside its rows: the reference version and the language (`en-us`, `tr-tr`)."""

    version: int
    language: str


def reading(language: str) -> Reading:
    """The reading of a request in `language`. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION)
        row = cursor.fetchone()
    return Reading(version=row[0] if row else 0, language=language)


# In SQL, for every request asks it and the ORM takes longer to write it than the database to answer.
_VERSION = f"SELECT version FROM {ReferenceVersion._meta.db_table}"  # noqa: S608 - our own table


class Remembered(Generic[Shape]):
    """One value per language, computed anew when the reference version moves."""

    def __init__(self, compute: Callable[[Reading], Shape]) -> None:
        self._compute = compute
        self._held: tuple[int, dict[str, Shape]] = (-1, {})
        _caches.add(self)

    def at(self, reading: Reading) -> Shape:
        """The value for this reading; costs what `compute` costs when it is not at hand."""
        version, held = self._held
        if version != reading.version:
            held = {}
            self._held = (reading.version, held)
        if reading.language not in held:
            held[reading.language] = self._compute(reading)
        return held[reading.language]

    def forget(self) -> None:
        self._held = (-1, {})


class Fragments(Generic[Shape]):
    """Encoded rows of one reference table by id; at most `limit` are kept, then it starts anew.

    `load` answers the shapes of the ids asked for, in a fixed number of queries.
    """

    def __init__(
        self,
        load: Callable[[Collection[int]], Mapping[int, Shape]],
        *,
        shape: type[Shape],
        limit: int = 20_000,
    ) -> None:
        self._load = load
        self._shape = shape
        self._limit = limit
        self._held: tuple[int, dict[int, Shape]] = (-1, {})
        _caches.add(self)

    def of(self, ids: Collection[int | None], reading: Reading) -> Mapping[int, Shape]:
        """A mapping that holds at least these ids. No query when all are at hand, else what `load` costs."""
        version, held = self._held
        if version != reading.version:
            held = {}
            self._held = (reading.version, held)
        missing = {id_ for id_ in ids if id_ is not None and id_ not in held}
        if missing:
            loaded = {id_: fragment(encode(row), self._shape) for id_, row in self._load(missing).items()}
            if len(held) + len(loaded) > self._limit:
                # A new dict rather than evictions: another thread may be reading the old one.
                asked = {id_: held[id_] for id_ in ids if id_ is not None and id_ in held}
                held = asked | loaded
                self._held = (reading.version, held)
            else:
                held.update(loaded)
        return held

    def forget(self) -> None:
        self._held = (-1, {})


_caches: "WeakSet[Remembered[Any] | Fragments[Any]]" = WeakSet()


def forget() -> None:
    """Drop everything this process remembers; for tests, whose databases come and go under it."""
    for cache in _caches:
        cache.forget()
