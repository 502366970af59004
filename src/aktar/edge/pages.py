"""Pages of a list: which one was asked for, and the envelope around it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param

from aktar.edge.shapes import encode

PAGE_PARAMETERS = frozenset({"page", "limit"})
DEFAULT_LIMIT = 20
BIGGEST_LIMIT = 100
# More digits than this name a page past the end of anything; int() itself gives up at 4,300.
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The page asked for, from 1, and how many results make a page."""

    number: int
    limit: int

    def offset_within(self, count: int) -> int:
        """How many results lie before this page; raises NotFound past the end of `count` results.

        The first page of an empty list is there.
        """
        offset = (self.number - 1) * self.limit
        if offset and offset >= count:
            raise NotFound(_("There is no such page."))
        return offset


def page_request(query: QueryDict) -> PageRequest:
    """Read `page` and `limit`; raises NotFound for a page no list has, ValidationError for a bad limit."""
    return PageRequest(number=_number(query.get("page", "1")), limit=_limit(query.get("limit")))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands: how many results the list has (null where nobody counted), and its neighbours."""

    count: int | None
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class IdPage:
    """The ids of one page, and where it stands."""

    ids: list[int]
    at: Place


def place(request: Request, *, page: PageRequest, count: int) -> Place:
    """Where a numbered page stands among `count` results."""
    has_next = page.number * page.limit < count
    url = request.build_absolute_uri() if has_next or page.number > 1 else ""
    following = _at_page(url, page.number + 1) if has_next else None
    return Place(count=count, next=following, previous=_previous(url, page.number))


def envelope(
    request: Request, *, page: PageRequest, count: int, results: bytes | Sequence[msgspec.Struct]
) -> bytes:
    """A list answer as JSON; `results` are shapes, or the JSON array itself."""
    return enclosed(place(request, page=page, count=count), results)


def enclosed(at: Place, results: bytes | Sequence[msgspec.Struct]) -> bytes:
    """A list answer as JSON; `results` are shapes, or the JSON array itself."""
    return b"".join((_head(at), results if isinstance(results, bytes) else encode(results), b"}"))


def enclosed_documents(at: Place, documents: Iterable[bytes]) -> bytes:
    """A list answer as JSON; `documents` are its results, each JSON already."""
    parts = [_head(at), b"["]
    for document in documents:
        parts += (document, b",")
    # Copied once: half a megabyte is copied more slowly than it is found.
    parts[-1:] = (b"]}",) if len(parts) > 2 else (b"[]}",)
    return b"".join(parts)


def _head(at: Place) -> bytes:
    return b'{"count":%b,"next":%b,"previous":%b,"results":' % (
        encode(at.count),
        encode(at.next),
        encode(at.previous),
    )


def limit_of(query: QueryDict) -> int:
    """Read `limit`; raises ValidationError for a bad one."""
    return _limit(query.get("limit"))


def _previous(url: str, number: int) -> str | None:
    if number == 1:
        return None
    if number == 2:
        return remove_query_param(url, "page")
    return _at_page(url, number - 1)


# Taking a query apart costs a twentieth of a page that is at hand. An address has 64 KB at most.
@lru_cache(maxsize=128)
def _at_page(url: str, number: int) -> str:
    found: str = replace_query_param(url, "page", number)
    return found


def _number(text: str) -> int:
    digits = text.lstrip("0")
    if not digits or len(digits) > _MOST_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise NotFound(_("There is no such page."))
    return int(digits)


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    digits = text.lstrip("0")
    if not digits or not (digits.isascii() and digits.isdigit()):
        raise ValidationError({"limit": [_("Give a whole number from 1; over 100 counts as 100.")]})
    return (
        int(digits)
        if len(digits) <= len(str(BIGGEST_LIMIT)) and int(digits) < BIGGEST_LIMIT
        else BIGGEST_LIMIT
    )
