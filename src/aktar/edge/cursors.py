"""Cursor pages: a place in a list that later rows do not move, at the same cost however deep.

A cursor names the row it stands at by the value it is sorted by and its id, so that the next page is found on
an index, without counting or skipping. It is opaque to clients, and no secret: one that was made by hand asks
for rows that its maker may see anyway. What it holds is checked, for whoever types one.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db.models import CharField, DateTimeField, Field, QuerySet, Value
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from aktar.edge.expressions import beyond
from aktar.edge.ids import BIGGEST_ID
from aktar.edge.pages import IdPage, Place, limit_of

CURSOR_PARAMETER = "cursor"
LONGEST_CURSOR = 3000


class _Written(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    sort: str
    is_backwards: bool
    value: int | str
    id: int


@dataclass(frozen=True, slots=True)
class Position:
    """A row of a list, and whether what is asked for lies before it rather than after it."""

    value: int | datetime | str
    id: int
    is_backwards: bool


def cursor_page(request: Request, found: "QuerySet[Any]", *, sort: str) -> IdPage:
    """The page that `cursor` asks for of rows in the order of `sort`, from the beginning if it is empty.

    One query. Raises ValidationError for a cursor that we did not give for this list in this order, for a
    `page` beside it, and for a bad `limit`.
    """
    query = request.query_params
    limit = limit_of(query)
    if "page" in query:
        raise ValidationError({"page": [_("Give a page or a cursor.")]})
    position = _position(query, found, sort)
    is_backwards = position is not None and position.is_backwards
    column = sort.removeprefix("-")
    rows = list(_beyond(found, sort, position).values_list("pk", column)[: limit + 1])
    has_more = len(rows) > limit
    rows = rows[:limit]
    if is_backwards:
        rows.reverse()
    has_next, has_previous = (True, has_more) if is_backwards else (has_more, position is not None)

    def neighbour(row: tuple[int, Any], *, backwards: bool) -> str:
        token = (
            urlsafe_b64encode(msgspec.json.encode((sort, backwards, row[1], row[0]))).rstrip(b"=").decode()
        )
        address: str = replace_query_param(request.build_absolute_uri(), CURSOR_PARAMETER, token)
        return address

    return IdPage(
        ids=[id_ for id_, _value in rows],
        at=Place(
            count=None,
            next=neighbour(rows[-1], backwards=False) if rows and has_next else None,
            previous=neighbour(rows[0], backwards=True) if rows and has_previous else None,
        ),
    )


def _beyond(found: "QuerySet[Any]", sort: str, position: Position | None) -> "QuerySet[Any]":
    if position is None:
        return found
    column = sort.removeprefix("-")
    value = Value(position.value, output_field=found.model._meta.get_field(column))
    is_descending = sort.startswith("-") is not position.is_backwards
    columns, values = ([column, "id"], [value, Value(position.id)]) if column != "id" else (["id"], [value])
    rows = found.filter(beyond(columns, values, is_descending=is_descending))
    return rows.reverse() if position.is_backwards else rows


def _position(query: QueryDict, found: "QuerySet[Any]", sort: str) -> Position | None:
    token = query.get(CURSOR_PARAMETER)
    if not token:
        return None
    try:
        return _read(token, sort, found.model._meta.get_field(sort.removeprefix("-")))
    except (ValueError, OverflowError):
        raise ValidationError(
            {CURSOR_PARAMETER: [_("This is no cursor that was given for this list in this order.")]}
        ) from None


def _read(token: str, sort: str, field: "Field[Any, Any] | Any") -> Position:
    """Raises ValueError (msgspec's and base64's errors are such) or OverflowError."""
    if len(token) > LONGEST_CURSOR:
        raise ValueError(token)
    decoded = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    written = msgspec.json.decode(decoded, type=_Written)
    if written.sort != sort or not 0 <= written.id <= BIGGEST_ID:
        raise ValueError(token)
    return Position(value=_value(written.value, field), id=written.id, is_backwards=written.is_backwards)


def _value(value: int | str, field: "Field[Any, Any] | Any") -> int | datetime | str:
    if isinstance(field, DateTimeField):
        instant = msgspec.convert(value, datetime)
        if instant.tzinfo is None:
            raise ValueError(value)
        return instant.astimezone(UTC)
    if isinstance(field, CharField) is not isinstance(value, str):
        raise ValueError(value)
    is_id = field.primary_key or field.is_relation
    smallest = 0 if is_id else -BIGGEST_ID
    if "\x00" in value if isinstance(value, str) else not smallest <= value <= BIGGEST_ID:
        raise ValueError(value)
    return value
