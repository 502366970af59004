"""Bodies of many rows, each of which is taken or refused by itself, and the answer that tells of each."""

from collections.abc import Sequence
from typing import Any, Literal, cast

import msgspec
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.response import Response

from aktar.edge.shapes import encode
from aktar.edge.upserts import Fate, Told, Verdict, plain

MOST_ROWS = 1000


class RowResultShape(msgspec.Struct):
    """What became of a row of the body; `row` counts from 1, `errors` is empty unless it was refused."""

    row: int
    key: str | None
    status: Literal["created", "updated", "unchanged", "refused"]
    id: int | None
    errors: dict[str, Any]


class BulkShape(msgspec.Struct):
    """What became of the rows of a body, in their order, and how many of each there are."""

    created: int
    updated: int
    unchanged: int
    refused: int
    results: list[RowResultShape]


class RowsField(serializers.ListField):
    """Rows that are looked at one by one: what is wrong with one is its own affair. Becomes `Told`s."""

    default_error_messages = {"no_objects": _("Give a list of objects.")}

    def __init__(self, *, key: str, **options: Any) -> None:
        super().__init__(allow_empty=False, max_length=MOST_ROWS, **options)
        self.key = key

    def run_child_validation(self, data: Any) -> Any:
        if not all(isinstance(each, dict) for each in data):
            self.fail("no_objects")
        row = cast("serializers.Serializer[Any]", self.child)
        return [told(row, each, key=self.key) for each in data]


def told(row: "serializers.Serializer[Any]", data: Any, *, key: str) -> Told:
    """A row as its serializer understands it, with all that is wrong with it."""
    try:
        values = row.run_validation(data)
    except serializers.ValidationError as error:
        return Told(_key(data, key), _sound(row, data), cast("dict[str, Any]", error.detail))
    return Told(values[key], values)


def _sound(row: "serializers.Serializer[Any]", data: Any) -> dict[str, Any]:
    """The fields of a row that are right, though the row is not; and of an object in it those that are."""
    found: dict[str, Any] = {}
    for name, field in row.fields.items():
        if not isinstance(data, dict) or name not in data:
            continue
        try:
            found[name] = field.run_validation(data[name])
        except serializers.ValidationError:
            if isinstance(field, serializers.Serializer) and (inside := _sound(field, data[name])):
                found[name] = inside
    return found


def bulk_answer(verdicts: Sequence[Verdict]) -> Response:
    """The answer to a body of rows."""
    fates = [verdict.fate for verdict in verdicts]
    results = [
        RowResultShape(
            row=number,
            key=verdict.key,
            status=verdict.fate.value,
            id=verdict.id,
            errors=plain(verdict.errors),
        )
        for number, verdict in enumerate(verdicts, start=1)
    ]
    shape = BulkShape(
        created=fates.count(Fate.CREATED),
        updated=fates.count(Fate.UPDATED),
        unchanged=fates.count(Fate.UNCHANGED),
        refused=fates.count(Fate.REFUSED),
        results=results,
    )
    return Response(encode(shape))


def _key(data: Any, key: str) -> str | None:
    value = data.get(key) if isinstance(data, dict) else None
    name = value.strip() if isinstance(value, str) else ""
    return name if name.isprintable() and 0 < len(name) <= 100 else None
