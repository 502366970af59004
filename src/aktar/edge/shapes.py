"""What every public shape is made of: typed instants and decimals, pre-encoded fragments, one encoder.

Shapes are annotated with the types a reader of the API meets. `fragment` puts bytes that are JSON
already in their place, so that what was encoded once is never encoded again.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar, cast

import msgspec

Shape = TypeVar("Shape")

Instant = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", extra_json_schema={"format": "date-time"}
    ),
]
"""A UTC instant with six digits of a second and `Z`."""

DecimalText = Annotated[str, msgspec.Meta(pattern=r"^-?\d+\.\d{2}$")]
"""An amount or a quantity with two places, as `"1.00"`."""

DegreesText = Annotated[str, msgspec.Meta(pattern=r"^-?\d+\.\d{8}$")]
"""A coordinate with eight places, as `"28.97817800"`."""

Document = dict[str, Any]
"""A free JSON object."""

encode = msgspec.json.Encoder().encode


class Page(msgspec.Struct, Generic[Shape]):
    """A page of a list: how many results there are, null on a page by cursor, and its neighbours' addresses.

    `next` and `previous` are null where the list ends.
    """

    count: int | None
    next: str | None
    previous: str | None
    results: list[Shape]


class DetailShape(msgspec.Struct):
    """Why a request was refused, in a sentence of the caller's language."""

    detail: str


def fragment(encoded: str | bytes, shape: type[Shape]) -> Shape:  # noqa: ARG001 - it gives the type
    """Stand already encoded JSON in for a value of type `shape`; the encoder copies it as it is."""
    return cast("Shape", msgspec.Raw(encoded.encode() if isinstance(encoded, str) else encoded))


def document(text: str) -> Document:
    """Stand a JSON column's text in for the object it holds."""
    return cast("Document", msgspec.Raw(text.encode()))


def instant_text(value: datetime) -> str:
    """Write an aware datetime as an Instant."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def in_document_order(value: Any) -> Any:
    """Order every object's keys by length and then by code point.

    Event payloads carry this order in the contract's samples, unlike the reads.
    """
    if isinstance(value, Mapping):
        return {key: in_document_order(value[key]) for key in _ordered(tuple(value))}
    if isinstance(value, list):
        return [in_document_order(item) for item in value]
    if isinstance(value, msgspec.Struct):
        return {name: in_document_order(getattr(value, name)) for name in _ordered(value.__struct_fields__)}
    if isinstance(value, msgspec.Raw):
        encoded = bytes(value)
        order = _fragment_in_order if len(encoded) <= _LONGEST_KEPT else _fragment_in_order.__wrapped__
        return msgspec.Raw(order(encoded))
    return value


def encode_document(shape: Any) -> str:
    """Encode a shape as an event's frozen payload: JSON text with its keys in document order."""
    return encode(in_document_order(shape)).decode()


@lru_cache(maxsize=1000)
def _ordered(keys: tuple[str, ...]) -> tuple[str, ...]:
    # Most objects of a document are of one of a dozen kinds.
    return tuple(sorted(keys, key=lambda key: (len(key.encode()), key)))


# Most fragments of a document are those of the one before: states, commands, locations, products.
_LONGEST_KEPT = 8_000


@lru_cache(maxsize=1000)
def _fragment_in_order(encoded: bytes) -> bytes:
    return encode(in_document_order(msgspec.json.decode(encoded)))
