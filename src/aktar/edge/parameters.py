"""What the OpenAPI document says of an operation's parameters: path, query and headers."""

import re
from collections.abc import Iterator, Mapping

from django.forms import Field

from aktar.edge import filters
from aktar.edge.api import ApiView
from aktar.edge.components import Json
from aktar.edge.cursors import CURSOR_PARAMETER, LONGEST_CURSOR
from aktar.edge.exports import ALL, ExportView
from aktar.edge.idempotency import LONGEST_KEY
from aktar.edge.ids import BIGGEST_ID
from aktar.edge.negotiation import FORMAT_PARAMETER
from aktar.edge.pages import BIGGEST_LIMIT, DEFAULT_LIMIT

ID: Json = {"type": "integer", "format": "int64", "minimum": 0, "maximum": BIGGEST_ID}
PAGING: Mapping[str, Json] = {
    "page": {
        "description": "The page, from 1; one past the end is a 404.",
        "schema": {"type": "integer", "format": "int64", "minimum": 1, "default": 1},
    },
    "limit": {
        "description": f"Results a page; over {BIGGEST_LIMIT} counts as {BIGGEST_LIMIT}.",
        "schema": {"type": "integer", "format": "int64", "minimum": 1, "default": DEFAULT_LIMIT},
    },
    CURSOR_PARAMETER: {
        "description": "Pages that rows which come in do not move: empty for the first, then as `next` says.",
        "schema": {"type": "string", "maxLength": LONGEST_CURSOR},
    },
}
"""The parameters that mean the same at every list; they stand after an endpoint's own."""
_LIMIT_OF_TABLES: Json = {
    "description": f"{PAGING['limit']['description']} `all` is for tables.",
    "schema": {"anyOf": [PAGING["limit"]["schema"], {"type": "string", "enum": [ALL]}]},
}


def path_parameters(path: str, *, route: str) -> Iterator[Json]:
    """The parameters of a path, named as in `path`, of the kinds that Django's `route` names."""
    kinds = re.findall(r"<(?:(\w+):)?\w+>", route)
    for name, kind in zip(re.findall(r"{(\w+)}", path), kinds, strict=True):
        schema = ID if kind == "id" else {"type": "string"}
        yield {"name": name, "in": "path", "required": True, "schema": dict(schema)}


def query_parameters(view: ApiView) -> Iterator[Json]:
    """Every name that the query of a read may hold beside `format`."""
    known = _filters(view) | _sort(view) | dict(PAGING) | dict(view.own_parameters)
    if isinstance(view, ExportView):
        known["limit"] = _LIMIT_OF_TABLES
    unknown = {name: {"schema": {"type": "string"}} for name in sorted(view.query_parameters - known.keys())}
    for name, said in (unknown | known).items():
        if name in view.query_parameters:
            yield {"name": name, "in": "query"} | said


def write_parameters(view: ApiView) -> Iterator[Json]:
    """Every name that the query of a write may hold beside `format`, as the view describes it."""
    for name in sorted(view.write_parameters):
        yield {"name": name, "in": "query"} | dict(view.own_parameters[name])


def format_parameter(view: ApiView) -> Json:
    """`format`, which every operation knows."""
    formats = [renderer.format for renderer in view.renderer_classes]
    return {
        "name": FORMAT_PARAMETER,
        "in": "query",
        "description": "The form of the answer; it wins over Accept.",
        "schema": {"type": "string", "enum": formats, "default": formats[0]},
    }


def header_parameters(*statuses: int) -> Iterator[Json]:
    """The headers that an answer depends on, for an operation that can answer so."""
    yield _header("Accept-Language", "The language of names and messages, `en-us` or `tr-tr`.")
    if 304 in statuses:
        yield _header(
            "If-None-Match", "Tags of answers at hand; if one is still good, there is nothing to send."
        )
    if 412 in statuses:
        yield _header(
            "If-Match", "The tag of the version to change; if it is another one by now, nothing is."
        )
    if 422 in statuses:
        text = "A name for this request, query and all; sent again under it, it is carried out once."
        yield _header(
            "Idempotency-Key", text, minLength=1, maxLength=LONGEST_KEY, pattern="^[!-~]([ -~]*[!-~])?$"
        )


def _header(name: str, description: str, **limits: str | int) -> Json:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string", **limits}}


def _sort(view: ApiView) -> dict[str, Json]:
    sorts = getattr(view, "sorts", ())
    offered = [sign + name for name in sorts for sign in ("", "-")]
    return {"sort": {"description": "The order of the list.", "schema": {"type": "string", "enum": offered}}}


def _filters(view: ApiView) -> dict[str, Json]:
    chosen: type[filters.QueryFilters] | None = getattr(view, "filters", None)
    return {name: _filter(kept.field) for name, kept in chosen.base_filters.items()} if chosen else {}


def _filter(field: Field) -> Json:
    match field:
        case filters.NumberField():
            return {"schema": _whole_number(field)}
        case filters.HundredthsFormField():
            return {"schema": {"type": "string", "pattern": r"^-?[0-9]{1,16}(\.[0-9]{1,2})?$"}}
        case filters.InstantField():
            kinds = [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]
            return {"schema": {"anyOf": kinds}}
        case filters.BooleanField():
            return {"schema": {"type": "boolean"}}
        case filters.UuidField():
            return {"schema": {"type": "string", "format": "uuid"}}
        case filters.IdListField():
            items = ID
        case filters.TextListField():
            items = {"type": "string", "pattern": "^[^,]+$", "maxLength": filters.LONGEST_TEXT}
        case _:
            return {"schema": {"type": "string", "maxLength": filters.LONGEST_TEXT}}
    listed = {"type": "array", "items": dict(items), "maxItems": field.most}
    return {"schema": listed, "style": "form", "explode": False}


def _whole_number(field: filters.NumberField) -> Json:
    return {"type": "integer", "format": "int64", "minimum": field.smallest, "maximum": field.biggest}
