"""Holds an answer against the OpenAPI document, more strictly than clients do: every key must be known."""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from aktar.site.openapi import document

Json = dict[str, Any]
ELSEWHERE = frozenset({301, 405})
"""Statuses of another address or another method, which an operation's description cannot speak of."""


@cache
def described() -> Json:
    """The document without examples."""
    return document({})


def operation_at(method: str, route: str) -> Json | None:
    """What the document says of a method of a route (Django's); None if it says nothing."""
    path = "/" + route.replace("<id:pk>", "{id}").replace("<id:", "{").replace(">", "}")
    found: Json | None = described()["paths"].get(path, {}).get(method.lower())
    return found


def require_documented(method: str, route: str, answer: Any) -> None:
    """Hold status, content type, headers and JSON body of an answer against its operation, if it has one."""
    operation = operation_at(method, route)
    if operation is None or answer.status_code in ELSEWHERE:
        return
    assert str(answer.status_code) in operation["responses"], f"undocumented: {answer.status_code}"
    response = resolved(operation["responses"][str(answer.status_code)])
    for name in response.get("headers", ()):
        assert name in answer.headers
    if "content" not in response:
        assert answer.content == b""
        return
    kind = answer.headers["Content-Type"].partition(";")[0]
    assert kind in response["content"]
    if kind == "application/json":
        require_valid(answer.json(), response["content"][kind]["schema"])


def require_valid(value: Any, schema: Json) -> None:
    """Hold a value against a schema of the document, every object of a shape closed."""
    whole = schema | {"components": _closed()["components"]}
    faults = [
        f"{fault.json_path}: {fault.message}" for fault in Draft202012Validator(whole).iter_errors(value)
    ]
    assert not faults, "\n".join(faults)


def resolved(node: Json) -> Json:
    """What a `$ref` of the document refers to, or the node itself."""
    while "$ref" in node:
        whole: Any = described()
        for step in node["$ref"].removeprefix("#/").split("/"):
            whole = whole[step]
        node = whole
    return node


@cache
def _closed() -> Json:
    closed: Json = _close(described())
    return closed


def _close(node: Any) -> Any:
    if isinstance(node, list):
        return [_close(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _close(value) for key, value in node.items()}
    if closed.get("type") == "object" and "properties" in closed:
        closed.setdefault("additionalProperties", False)
    return closed
