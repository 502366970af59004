"""Whole documents at the speed of memory: what was encoded once is sent again for as long as it is true.

A document is known by its id, its version, the reference version and the language: one of these moves
whenever what it shows does, so none is ever stale and nobody has to take one away. What nobody asks for
falls out.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings

from aktar.edge.references import Reading

# What the key, the entry and the bytes' own head take beside the bytes, roughly.
_OVERHEAD = 400

# How many answers are remembered to have been asked for, so that the next time they are kept whole.
_REMEMBERED = 256

Key = tuple[str, int, int, int, str] | tuple[str, str, str]
"""Kind, id, version, reference version, language: flat, for it is hashed fifty times a page.

Or of a whole answer: coding, path with query, tag; one that is not compressed: nothing, kind, tag.
"""


@dataclass(frozen=True, slots=True)
class Made:
    """One document as it was made: of which row, as that stood at which version."""

    id: int
    version: int
    encoded: bytes


class Documents:
    """The encoded documents of one kind of row.

    `make` reads the rows of some ids, each document with the version that it shows, all in a fixed number of
    queries. It is asked outside of transactions alone: a version that is rolled back may come again.
    """

    def __init__(self, kind: str, make: Callable[[Sequence[int], Reading], Iterable[Made]]) -> None:
        self._kind = kind
        self._make = make

    def of(self, versions: Mapping[int, int], reading: Reading) -> list[bytes]:
        """The documents of these ids at these versions or later ones, in their order.

        No query while all are at hand, else what `make` costs. One whose row is gone is left out.
        """
        keys = {id_: self._key(id_, version, reading) for id_, version in versions.items()}
        found = shelf.take(keys)
        if missing := [id_ for id_ in keys if id_ not in found]:
            made = list(self._make(missing, reading))
            shelf.keep({self._key(one.id, one.version, reading): one.encoded for one in made})
            found.update((one.id, one.encoded) for one in made)
        return [found[id_] for id_ in keys if id_ in found]

    def whole(self, tag: str, make: Callable[[], bytes]) -> bytes:
        """The answer that a tag of such documents stands for; from the second time on it is kept whole.

        Half a megabyte that is put together anew costs as much as everything else about it. What is asked for
        once does not drive out documents that others share.
        """
        key = ("", self._kind, tag)
        if answer := shelf.take({0: key}):
            return answer[0]
        made = make()
        if shelf.is_asked_again(key):
            shelf.keep({key: made})
        return made

    def _key(self, id_: int, version: int, reading: Reading) -> Key:
        return self._kind, id_, version, reading.version, reading.language


class Shelf:
    """Documents of every kind that this process holds, `limit` bytes at most; the least used go first."""

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._held: OrderedDict[Key, bytes] = OrderedDict()
        self._asked: OrderedDict[Key, None] = OrderedDict()
        self._lock = threading.Lock()
        self.size = 0

    @property
    def limit(self) -> int:
        """In bytes, keys and entries included."""
        return settings.AKTAR_DOCUMENT_CACHE if self._limit is None else self._limit

    def take(self, keys: Mapping[int, Key]) -> dict[int, bytes]:
        """What is at hand of these, by id."""
        found = {}
        with self._lock:
            for id_, key in keys.items():
                encoded = self._held.get(key)
                if encoded is not None:
                    self._held.move_to_end(key)
                    found[id_] = encoded
        return found

    def keep(self, documents: Mapping[Key, bytes]) -> None:
        """Hold these; where room is short, what was not asked for the longest makes it."""
        with self._lock:
            for key, encoded in documents.items():
                # Two requests at once may have made the same document, in bytes that are not the same.
                if (before := self._held.pop(key, None)) is not None:
                    self.size -= len(before) + _OVERHEAD
                self._held[key] = encoded
                self.size += len(encoded) + _OVERHEAD
            while self.size > self.limit and self._held:
                _key, encoded = self._held.popitem(last=False)
                self.size -= len(encoded) + _OVERHEAD

    def is_asked_again(self, key: Key) -> bool:
        """Whether this was asked for before, not long ago; it is remembered that it was now."""
        with self._lock:
            is_known = key in self._asked
            self._asked[key] = None
            self._asked.move_to_end(key)
            if len(self._asked) > _REMEMBERED:
                self._asked.popitem(last=False)
        return is_known

    def forget(self) -> None:
        """Drop everything; for tests, whose databases come and go under this process."""
        with self._lock:
            self._held.clear()
            self._asked.clear()
            self.size = 0

    def __len__(self) -> int:
        return len(self._held)


shelf = Shelf()
