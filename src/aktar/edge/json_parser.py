"""Reads JSON bodies, and refuses what two readers could understand differently or a database cannot hold."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, NoReturn

from django.conf import settings
from django.http import UnreadablePostError
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

DEEPEST = 64
SMALLEST_INTEGER, BIGGEST_INTEGER = -(2**63), 2**63 - 1
_LONGEST_INTEGER = len(str(SMALLEST_INTEGER))
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LONGEST_PLACE = 200


class BodyTooLarge(APIException):
    """The body is larger than `AKTAR_MAX_BODY_BYTES`."""

    status_code = 413
    default_code = "body_too_large"

    def __init__(self, *, limit: int) -> None:
        super().__init__(_("The body is larger than %(limit)d bytes.") % {"limit": limit})


@dataclass(frozen=True, slots=True)
class _Refused:
    """Stands in a decoded document where something must be refused, so that its place can be told."""

    why: str


class StrictJSONParser(BaseParser):
    """One JSON object in UTF-8, unless the view's `body_types` say otherwise."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Read a body; raises ParseError, UnsupportedMediaType or BodyTooLarge."""
        context = parser_context or {}
        _require_utf8(media_type or "")
        body = read_body(stream, context["request"].META)
        if body and not media_type:
            raise UnsupportedMediaType("")
        document = decode(body)
        body_types: tuple[type, ...] = context["view"].body_types
        if not isinstance(document, body_types):
            if list in body_types:
                raise ParseError(_("The body must be a JSON object, or a list of such."))
            raise ParseError(_("The body must be a JSON object."))
        return document


def decode(body: bytes) -> Any:
    """Decode JSON strictly; raises ParseError with what is wrong and where."""
    if not body.strip():
        raise ParseError(_("The body is empty."))
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise ParseError(_("The body is not UTF-8 (byte %(place)d).") % {"place": error.start + 1}) from error
    if text.startswith("\ufeff"):
        raise ParseError(_("The body begins with a byte order mark."))
    try:
        document = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise ParseError(
            _("The body is not valid JSON (line %(line)d, column %(column)d).")
            % {"line": error.lineno, "column": error.colno}
        ) from error
    except RecursionError as error:
        raise _too_deep() from error
    _check(document)
    return document


def _require_utf8(media_type: str) -> None:
    try:
        charset = parse_header_parameters(media_type)[1].get("charset", "utf-8")
    except ValueError as error:
        raise UnsupportedMediaType(media_type) from error
    if charset.lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(media_type)


def read_body(stream: IO[Any], meta: Mapping[str, Any]) -> bytes:
    """The bytes of a body; raises BodyTooLarge, and ParseError for one that broke off."""
    limit: int = settings.AKTAR_MAX_BODY_BYTES
    declared = _declared_length(meta)
    if declared > limit:
        raise BodyTooLarge(limit=limit)
    try:
        body: bytes = stream.read(limit + 1)
    except UnreadablePostError as error:
        raise ParseError(_("The body broke off.")) from error
    if len(body) > limit:
        raise BodyTooLarge(limit=limit)
    if len(body) < declared:
        # The server hands over what came before the line went dead; it may be valid JSON by accident.
        raise ParseError(_("The body broke off."))
    return body


def _declared_length(meta: Mapping[str, Any]) -> int:
    length = meta.get("CONTENT_LENGTH") or "0"
    # A length of twenty digits is beyond any limit, and one that is no number is read as none.
    return int(length[:20]) if length.isascii() and length.isdigit() else 0


def _integer(digits: str) -> "int | _Refused":
    if len(digits) <= _LONGEST_INTEGER and SMALLEST_INTEGER <= (number := int(digits)) <= BIGGEST_INTEGER:
        return number
    return _Refused(_("the number does not fit 64 bits"))


def _float(digits: str) -> "float | _Refused":
    number = float(digits)
    return number if math.isfinite(number) else _Refused(_("the number is too large"))


def _constant(name: str) -> _Refused:
    return _Refused(_("%(name)s is no JSON number") % {"name": name})


def _object(pairs: list[tuple[str, Any]]) -> "dict[str, Any] | _Refused":
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = next(key for key, times in Counter(key for key, _value in pairs).items() if times > 1)
    return _Refused(_("the key %(key)s comes twice") % {"key": json.dumps(twice)[:_LONGEST_PLACE]})


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)


def _check(document: Any) -> None:
    """Walk a document without recursion; raises ParseError at the first thing that must be refused."""
    pending: list[tuple[Any, tuple[str | int, ...]]] = [(document, ())]
    while pending:
        value, place = pending.pop()
        if isinstance(value, _Refused):
            _refuse(value.why, place)
        if isinstance(value, str):
            _check_text(value, place)
        elif isinstance(value, (dict, list)):
            if len(place) >= DEEPEST:
                raise _too_deep()
            pending.extend((child, (*place, key)) for key, child in _children(value, place))


def _children(
    value: "dict[str, Any] | list[Any]", place: tuple[str | int, ...]
) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, list):
        yield from enumerate(value)
        return
    for key, child in value.items():
        _check_text(key, (*place, key))
        yield key, child


def _check_text(text: str, place: tuple[str | int, ...]) -> None:
    if _UNSTORABLE.search(text):
        _refuse(_("the text holds a NUL or half of a surrogate pair"), place)


def _too_deep() -> ParseError:
    return ParseError(_("The body is nested deeper than %(deepest)d levels.") % {"deepest": DEEPEST})


def _refuse(why: str, place: tuple[str | int, ...]) -> NoReturn:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")
    # Keys are the caller's: shown as JSON writes them, without what must not be written at all.
    shown = json.dumps(path)[1:-1][:_LONGEST_PLACE] or _("the body")
    raise ParseError(_("The body cannot be taken: at %(place)s, %(why)s.") % {"place": shown, "why": why})
