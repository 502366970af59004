"""The named parts of the OpenAPI document: shapes and refusals, each described once."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from aktar.edge.shapes import DetailShape

Json = dict[str, Any]
_REFERENCE = "#/components/schemas/{name}"
_PAGE = re.compile(r"Page_(\w+?)(?:Shape)?_")

REFUSALS: Mapping[int, tuple[str, str]] = {
    400: (
        "BadRequest",
        "Something in the query, the headers or the body cannot be taken; nothing was changed.",
    ),
    401: ("Unauthorized", "No token, or one that is wrong, expired or revoked."),
    403: ("Forbidden", "The token may only read."),
    404: ("NotFound", "There is no such thing, page or address, or none that the caller may see."),
    406: ("NotAcceptable", "There is no such form of answer."),
    409: ("Conflict", "The present state of things does not allow it; nothing was changed."),
    410: ("Gone", "It was there, and is kept no more."),
    412: ("PreconditionFailed", "If-Match names another version than the present one; nothing was changed."),
    413: ("BodyTooLarge", "The body is larger than this installation takes."),
    415: ("UnsupportedMediaType", "The body is not JSON in UTF-8."),
    422: (
        "KeyReused",
        "The Idempotency-Key was used with another body or query before; nothing was changed.",
    ),
    429: ("TooManyRequests", "Too many requests."),
}
"""Component and description of what each refusal means."""

FIELD_ERRORS: Json = {
    "type": "object",
    "description": (
        "What is wrong, by the field or parameter it is wrong with: sentences, or the same again for what "
        "lies inside. `non_field_errors` is about the whole."
    ),
    "minProperties": 1,
    "additionalProperties": {
        "anyOf": [
            {"type": "array", "items": {"type": "string"}},
            {"type": "array", "items": {"type": "object"}},
            {"type": "object"},
        ]
    },
}
HEADERS: Mapping[str, Json] = {
    "WWW-Authenticate": {
        "description": "The scheme to call with.",
        "schema": {"type": "string", "enum": ["Token"]},
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
    "Location": {"description": "Where it is.", "schema": {"type": "string", "format": "uri-reference"}},
    "ETag": {"description": "Names this version of the answer.", "schema": {"type": "string"}},
}


def shape_schema(shape: Any) -> tuple[Json, dict[str, Json]]:
    """A reference to a shape (or `Page[shape]`), and the components that it needs, itself among them."""
    (reference,), components = msgspec.json.schema_components([shape], ref_template=_REFERENCE)
    named = {_plain(name): _tidy(schema) for name, schema in components.items()}
    return _tidy(reference), named


def refusal(status: int, *, schema: Json, headers: Sequence[str] = (), in_html: bool = True) -> Json:
    """The response of a refusal."""
    content: Json = {"application/json": {"schema": schema}}
    if in_html:
        content["text/html"] = {"schema": {"type": "string"}}
    answer: Json = {"description": REFUSALS[status][1], "content": content}
    if headers:
        answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    return answer


def shared_components() -> Json:
    """What operations refer to by name beside their shapes: errors, refusals, headers, the scheme."""
    detail, schemas = shape_schema(DetailShape)
    schemas["FieldErrors"] = FIELD_ERRORS
    either = {"anyOf": [detail, {"$ref": _REFERENCE.format(name="FieldErrors")}]}
    headers = {401: ["WWW-Authenticate"], 429: ["Retry-After"]}
    return {
        "schemas": schemas,
        "responses": {
            "NotModified": {
                "description": "What the caller has is still good.",
                "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
            }
        }
        | {
            name: refusal(
                status,
                schema=either if status == 400 else detail,
                headers=headers.get(status, ()),
                in_html=status != 406,
            )
            for status, (name, _) in REFUSALS.items()
        },
        "headers": dict(HEADERS),
        "securitySchemes": {
            "token": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "`Authorization: Token <key>`: the word `Token`, a space, the key.",
            }
        },
    }


def _plain(name: str) -> str:
    """`TransferOrderShape` → `TransferOrder`, `Page_TransferOrderShape_` → `TransferOrderPage`."""
    page = _PAGE.fullmatch(name)
    return f"{page[1]}Page" if page else name.removesuffix("Shape")


def _tidy(node: Any) -> Any:
    """What msgspec says, with our names, 64 bits for integers, and items for lists of anything."""
    return _walk(node, _tidy_one)


def _tidy_one(schema: Json) -> Json:
    schema.pop("title", None)
    if "$ref" in schema:
        prefix, _, name = schema["$ref"].rpartition("/")
        return {"$ref": f"{prefix}/{_plain(name)}"}
    if schema.get("type") == "integer":
        schema.setdefault("format", "int64")
    if schema.get("type") == "array":
        schema.setdefault("items", {})
    return schema


def _walk(node: Any, change: Callable[[Json], Json]) -> Any:
    if isinstance(node, list):
        return [_walk(item, change) for item in node]
    if not isinstance(node, dict):
        return node
    walked = {
        key: {name: _walk(schema, change) for name, schema in value.items()}
        if key == "properties"
        else _walk(value, change)
        for key, value in node.items()
    }
    return change(walked)
