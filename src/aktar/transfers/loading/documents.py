"""Reads a stream of JSON documents record by record, in memory that one record bounds, not the file."""

import codecs
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aktar.transfers.loading.rules import ExactNumber, Refused

LARGEST_RECORD = 16 * 1024 * 1024  # characters
_CHUNK = 1024 * 1024  # bytes
_GZIP = b"\x1f\x8b"
_SPACE = re.compile(r"[ \t\r\n]*")
# Where something new begins after a broken part: pretty-printed documents have no opening bracket there.
_BEGINNING = re.compile(r"\n(?=[{\[])")
_ENVELOPE_KEY = "results"
_LONGEST_INTEGER = 25


@dataclass(frozen=True, slots=True)
class Document:
    """A record and its place, from 1; `is_suspect` if its texts may hold what no database takes."""

    place: int
    told: Any
    is_suspect: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """What stands at a place and is no JSON."""

    place: int
    why: str


class _Unreadable(Exception):
    """The stream's bytes cannot be had: a damaged archive, a disk that fails."""


def _too_large() -> ValueError:
    return ValueError(f"a record is larger than {LARGEST_RECORD:,} characters")


def _integer(text: str) -> int:
    # Python gives up at 4,300 digits, in the middle of a document; a number as long as that is wrong anyway.
    return int(text[:_LONGEST_INTEGER])


def _constant(text: str) -> ExactNumber:
    return ExactNumber.read(text.lower().replace("infinity", "inf"))


decoder = json.JSONDecoder(parse_float=ExactNumber.read, parse_int=_integer, parse_constant=_constant)


def documents(stream: io.BufferedReader) -> Iterator[Document | Broken]:
    """The records of pages, lists and single objects, one after the other, plain or gzipped.

    After a broken part it goes on at the next line that begins with a bracket.
    """
    return _Records(_unpacked(stream)).records()


def _unpacked(stream: io.BufferedReader) -> io.BufferedIOBase:
    return gzip.GzipFile(fileobj=stream, mode="rb") if stream.peek(2)[:2] == _GZIP else stream


class _Records:
    """A window of text that moves over the stream; `_at` is the place in it that is read next."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        # Bytes that are no UTF-8 become halves of characters, for which their record alone is refused.
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._text = ""
        self._at = 0
        self._has_ended = False
        self._place = 0
        self._read = 0  # characters of values

    def records(self) -> Iterator[Document | Broken]:
        try:
            while not self._text and self._fill():
                pass
            self._text = self._text.removeprefix("\ufeff")
            while self._next_sign():
                try:
                    yield from self._whole()
                except ValueError as error:
                    self._place += 1
                    yield Broken(self._place, _why(error))
                    self._skip_to_beginning()
        except _Unreadable as error:
            yield Broken(self._place + 1, f"the rest cannot be read: {error}")

    def _whole(self) -> Iterator[Document | Broken]:
        """What one outermost value holds. Raises ValueError where it is broken."""
        sign = self._next_sign()
        if sign == "[":
            self._at += 1
            yield from self._elements()
        elif sign == "{":
            yield from self._at_hand() or self._page_or_record()
        else:
            yield self._document(self._value())

    def _at_hand(self) -> list[Document]:
        """The records of an object that is read to its end already; none if more must be read."""
        try:
            told, end = decoder.raw_decode(self._text, self._at)
        except (ValueError, RecursionError):
            return []
        results = told.get(_ENVELOPE_KEY)
        if results == []:
            return []
        is_suspect = _is_suspect(self._text[self._at : end])
        self._at = end
        records = results if type(results) is list else [told]
        return [self._document((record, is_suspect)) for record in records]

    def _page_or_record(self) -> Iterator[Document | Broken]:
        """The same, key by key: a page may be larger than the memory."""
        self._at += 1
        members: dict[str, Any] = {}
        has_results = is_suspect = False
        size = 0
        while (sign := self._next_sign()) != "}":
            if members or has_results:
                self._take(",")
                sign = self._next_sign()
            if sign != '"':
                raise ValueError("a key is expected")
            before = self._read
            key, _ = self._value()
            self._take(":")
            if key == _ENVELOPE_KEY and self._next_sign() == "[":
                self._at += 1
                has_results = True
                yield from self._elements()
            else:
                members[key], doubtful = self._value()
                is_suspect |= doubtful
                size += self._read - before
                if size > LARGEST_RECORD:
                    raise _too_large()
        self._at += 1
        if not has_results:
            yield self._document((members, is_suspect))

    def _elements(self) -> Iterator[Document | Broken]:
        is_first = True
        while (sign := self._next_sign()) != "]":
            if not is_first:
                self._take(",")
            elif not sign:
                raise ValueError("the list does not end")
            is_first = False
            yield self._document(self._value())
        self._at += 1

    def _document(self, read: tuple[Any, bool]) -> Document:
        self._place += 1
        told, is_suspect = read
        return Document(self._place, told, is_suspect)

    def _value(self) -> tuple[Any, bool]:
        """The value that begins here, and whether its texts are suspect; reads on until it is whole."""
        self._next_sign()
        while True:
            try:
                told, end = decoder.raw_decode(self._text, self._at)
            except RecursionError:
                raise ValueError("it is nested too deep") from None
            except ValueError:
                if len(self._text) - self._at > LARGEST_RECORD:
                    raise _too_large() from None
                if not self._fill():
                    raise
                continue
            # A number may go on in what is not read yet; anything else knows its own end.
            if end < len(self._text) or type(told) in (dict, list, str) or not self._fill():
                written = self._text[self._at : end]
                self._at = end
                self._read += len(written)
                return told, _is_suspect(written)

    def _take(self, sign: str) -> None:
        found = self._next_sign()
        if found != sign:
            self._at = max(0, self._at - 1)  # the line that begins here may be whole
            raise ValueError(
                f"{sign!r} is expected, not {found!a}" if found else f"{sign!r} is missing at the end"
            )
        self._at += 1

    def _next_sign(self) -> str:
        """The next character that is no space, or nothing at the end."""
        if self._at < len(self._text) and (sign := self._text[self._at]) > " ":
            return sign
        while True:
            space = _SPACE.match(self._text, self._at)
            if space is not None:
                self._at = space.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill():
                return ""

    def _fill(self) -> bool:
        """Read on, at least as much as is waiting already; False at the end."""
        if self._has_ended:
            return False
        try:
            chunk = self._stream.read(max(_CHUNK, len(self._text) - self._at))
        except (OSError, EOFError, zlib.error) as error:
            raise _Unreadable(str(error)) from error
        self._has_ended = not chunk
        self._text = self._text[self._at :] + self._decode(chunk, final=self._has_ended)
        self._at = 0
        return True

    def _skip_to_beginning(self) -> None:
        while (beginning := _BEGINNING.search(self._text, self._at)) is None:
            self._at = max(self._at, len(self._text) - 1)
            if not self._fill():
                self._at = len(self._text)
                return
        self._at = beginning.end()


def decoded(body: bytes) -> tuple[Any, bool]:
    """A whole body, and whether its texts are suspect. Raises Refused where it is no JSON."""
    try:
        written = body.decode("utf-8")
        told = decoder.decode(written)
    except RecursionError:
        raise Refused("it is nested too deep") from None
    except ValueError as error:
        raise Refused(_why(error)) from None
    return told, _is_suspect(written)


def _is_suspect(written: str) -> bool:
    if "\\u" in written and ("\\u0000" in written or "\\ud" in written.lower()):
        return True
    try:
        written.encode()
    except UnicodeEncodeError:
        return True
    return False


def _why(error: ValueError) -> str:
    return (
        f"it is no JSON: {error.msg}"
        if isinstance(error, json.JSONDecodeError)
        else f"it is no JSON: {error}"
    )
