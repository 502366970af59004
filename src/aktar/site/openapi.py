"""The OpenAPI document at `/api/schema/`, and the two pages that show it, made of local files alone."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from rest_framework.request import Request
from rest_framework.response import Response

from aktar.edge.api import ApiView
from aktar.edge.components import Json
from aktar.edge.language import DEFAULT_LANGUAGE
from aktar.edge.openapi import DocumentGenerator
from aktar.edge.renderers import JsonRenderer

EXAMPLES = "examples.json"
"""Requests and answers of the tests, by operation and status; `make openapi` writes them."""

# Both pages draw with styles that their scripts write; Redoc searches in a worker that it makes of text.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


class YamlRenderer(JsonRenderer):
    """The document in YAML; a refusal is written as JSON, which YAML reads too."""

    media_type = "application/yaml"
    format = "yaml"


class DocumentView(ApiView):
    """The OpenAPI document, for everybody."""

    schema = None
    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (JsonRenderer, YamlRenderer)

    def get(self, request: Request) -> Response:
        write = in_yaml if request.accepted_renderer.format == YamlRenderer.format else in_json
        return Response(write())


def swagger_ui(request: HttpRequest) -> HttpResponse:
    """The document to try out."""
    return _page(request, "aktar/swagger_ui.html")


def redoc(request: HttpRequest) -> HttpResponse:
    """The document to read."""
    return _page(request, "aktar/redoc.html")


@cache
def in_json() -> bytes:
    """The document in JSON."""
    return written_in_json(document(examples()))


@cache
def in_yaml() -> bytes:
    """The document in YAML."""
    return written_in_yaml(document(examples()))


def written_in_json(made: Json) -> bytes:
    """A document as JSON text."""
    return msgspec.json.format(msgspec.json.encode(made)) + b"\n"


def written_in_yaml(made: Json) -> bytes:
    """A document as YAML text."""
    text: str = yaml.dump(made, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text.encode()


def document(answered: Mapping[str, Mapping[str, Any]]) -> Json:
    """The document as data, with examples by operation and then by status or `request`."""
    with translation.override(DEFAULT_LANGUAGE):
        made: Json = DocumentGenerator().get_schema(public=True)
    for path in made["paths"].values():
        for operation in path.values():
            for place, value in answered.get(operation["operationId"], {}).items():
                whole = operation["requestBody"] if place == "request" else operation["responses"][place]
                whole["content"]["application/json"]["example"] = value
    return made


def examples() -> dict[str, dict[str, Any]]:
    """What `make openapi` collected."""
    read: dict[str, dict[str, Any]] = msgspec.json.decode(files("aktar.site").joinpath(EXAMPLES).read_bytes())
    return read


class _Dumper(yaml.SafeDumper):
    """Writes a part that is mentioned twice twice, for anchors are unknown to many readers."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _page(request: HttpRequest, template: str) -> HttpResponse:
    page = render(request, template)
    page.headers["Content-Security-Policy"] = _POLICY
    return page
