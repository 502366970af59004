"""Reads the transfer orders of a live installation over HTTP: one request at a time, patiently."""

import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from aktar.transfers.loading.documents import Document, decoded
from aktar.transfers.loading.rules import Refused, shown

LIST_PATH = "/api/v1/oms/transfer_orders/"
ATTEMPTS = 8
_LONGEST_WAIT = 60.0  # seconds between two attempts, unless the other side asks for more
_LONGEST_ASKED = 600.0
_TIMEOUT = 60.0
_LONGEST_ANSWER = 600.0  # seconds from the first byte of an answer to its last
_LARGEST_BODY = 64 * 1024 * 1024
_RETRIED_FROM = 499
_LONGEST_QUERY = 2000


class SourceRefuses(Exception):
    """The other installation does not answer, or not with what can be read; the message says it."""


class WrongAddress(ValueError):
    """What was given is no address that transfer orders can be read from."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page's documents and the query of the page after it, if there is one."""

    documents: list[Document]
    count: int | None
    next_query: str | None


def list_address(given: str) -> str:
    """The address of the list, from that of an installation or of its list. Raises WrongAddress."""
    try:
        parts = urlsplit(given)
        is_plain = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        _ = parts.port
    except ValueError:
        is_plain = False
    if not is_plain or parts.query or parts.fragment or len(given) > 400:
        raise WrongAddress("The address must be like https://oms.example.com, without user, ? or #.")
    path = LIST_PATH if parts.path in ("", "/") else parts.path.rstrip("/") + "/"
    return f"{parts.scheme}://{parts.netloc.lower()}{path}"


class Source:
    """A live installation, read with a token that is sent to its own address and nowhere else."""

    def __init__(
        self, address: str, *, token: str, pause: float = 0.0, wait: Callable[[float], None] = time.sleep
    ) -> None:
        """`address` is that of the list; `pause` are the seconds between two requests."""
        self.address = address
        self._pause = pause
        self._wait = wait
        self._has_asked = False
        # A redirect would take the token along: none is followed.
        self._client = httpx.Client(
            headers={
                "Authorization": f"Token {token}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                "User-Agent": "aktar",
            },
            timeout=_TIMEOUT,
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def first_query(self, limit: int) -> str:
        """The query of the first page: by ascending id where the other side can sort, as it likes elsewhere.

        In that order nothing that comes into being meanwhile moves what is still to be read.
        """
        query = f"limit={limit}&sort=id"
        status, _ = self._get(query)
        return query if status != 400 else f"limit={limit}"

    def pages(self, query: str, *, has_details: bool) -> Iterator[Page]:
        """The pages from this query on. Raises SourceRefuses."""
        place = 1
        following: str | None = query
        read: set[str] = set()
        while following is not None:
            asked = following
            read.add(asked)
            page = self._page(asked, place, has_details=has_details)
            following = page.next_query
            if following == asked:
                raise SourceRefuses(f"the page {asked!r} names itself as the next one")
            if following in read:
                raise SourceRefuses(f"the page {asked!r} leads back to {following!r}, which was read before")
            place += len(page.documents)
            yield page

    def _page(self, query: str, place: int, *, has_details: bool) -> Page:
        told, is_suspect = self._told(query)
        results, count, following = told, None, None
        if type(told) is dict:
            results, count, following = told.get("results"), told.get("count"), told.get("next")
        if type(results) is not list:
            raise SourceRefuses("its answer is no page of a list")
        if following is not None and (type(following) is not str or len(following) > _LONGEST_QUERY):
            raise SourceRefuses(f"its next page is {shown(following)}")
        documents = []
        for offset, listed in enumerate(results):
            document = Document(place + offset, listed, is_suspect)
            documents.append(self._with_detail(document) if has_details else document)
        return Page(
            documents,
            count if type(count) is int else None,
            _query_of(following) if following else None,
        )

    def _with_detail(self, document: Document) -> Document:
        """The listed order with the customer's side, which only its detail tells."""
        id_ = document.told.get("id") if type(document.told) is dict else None
        if type(id_) is not int:
            return document
        status, body = self._get("", path=f"{id_}/")
        if status == 404:
            return document  # gone since the page was read
        told, is_suspect = _read(status, body)
        if type(told) is not dict or told.get("id") != id_:
            raise SourceRefuses(f"the detail of {id_} is that of another order")
        return Document(document.place, document.told | told, document.is_suspect or is_suspect)

    def _told(self, query: str) -> tuple[Any, bool]:
        return _read(*self._get(query))

    def _get(self, query: str, *, path: str = "") -> tuple[int, bytes]:
        """Status and body, after as many attempts as it takes. Raises SourceRefuses."""
        address = f"{self.address}{path}?{query}" if query else f"{self.address}{path}"
        reason = ""
        for attempt in range(ATTEMPTS):
            if self._has_asked and self._pause:
                self._wait(self._pause)
            self._has_asked = True
            asked: float | None = None
            try:
                status, headers, body = self._answer(address)
            except httpx.HTTPError as error:
                reason = f"it does not answer ({type(error).__name__})"
            except httpx.InvalidURL as error:
                raise SourceRefuses(f"its next page has no address ({error})") from None
            else:
                if status != 429 and status < _RETRIED_FROM:
                    return status, body
                reason = f"it answers with {status}"
                asked = retry_after(headers.get("Retry-After"), now=datetime.now(UTC))
            if attempt + 1 < ATTEMPTS:
                self._wait(min(2.0**attempt, _LONGEST_WAIT) if asked is None else asked)
        raise SourceRefuses(f"{reason}, {ATTEMPTS} times in a row")

    def _answer(self, address: str) -> tuple[int, httpx.Headers, bytes]:
        with self._client.stream("GET", address) as answer:
            end = time.monotonic() + _LONGEST_ANSWER
            body = bytearray()
            for chunk in _unpacked(answer):
                body += chunk
                if len(body) > _LARGEST_BODY:
                    raise SourceRefuses(f"its answer is larger than {_LARGEST_BODY:,} bytes")
                if time.monotonic() > end:
                    raise httpx.ReadTimeout("The answer does not come to its end.")
            return answer.status_code, answer.headers, bytes(body)


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """The seconds that a `Retry-After` asks for, at most ten minutes; None where it cannot be read."""
    if value is None:
        return None
    try:
        if value.isascii() and value.isdigit():
            seconds = float(value)
        else:
            seconds = (parsedate_to_datetime(value) - now).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), _LONGEST_ASKED)


def _unpacked(answer: httpx.Response) -> Iterator[bytes]:
    """The body, gzip undone by no more than is taken; httpx would unpack any number of layers at once."""
    encoding = answer.headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("", "identity"):
        yield from answer.iter_raw()
        return
    if encoding not in ("gzip", "x-gzip"):
        raise SourceRefuses(f"its answer is packed as {shown(encoding)}, which nobody asked for")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for chunk in answer.iter_raw():
            yield unpacker.decompress(chunk, _LARGEST_BODY + 1)
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from None
    if not unpacker.eof:
        raise httpx.DecodingError("The packed answer broke off.")


def _query_of(link: str) -> str:
    """The query of the next page's link; a wrong host or scheme in it cannot lead the token astray."""
    try:
        query = urlsplit(link).query
    except ValueError:
        query = "\0"
    # Half a character or a control character is no part of any address, and no database keeps it.
    if not query.isprintable():
        raise SourceRefuses(f"its next page is {shown(link)}")
    return query


def _read(status: int, body: bytes) -> tuple[Any, bool]:
    if status in (401, 403):
        raise SourceRefuses(f"it does not take the token ({status})")
    if 300 <= status < 400:
        raise SourceRefuses(f"it redirects ({status}); give the address that it leads to")
    if status != 200:
        raise SourceRefuses(f"it answers with {status}")
    try:
        return decoded(body)
    except Refused as refused:
        raise SourceRefuses(f"its answer cannot be read: {refused}") from None
