"""Describes every operation in OpenAPI, from what its view declares and how it behaves."""

import inspect
import re
from collections.abc import Iterator
from typing import Any, cast

import msgspec
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent, append_meta
from rest_framework.serializers import Serializer

from aktar.edge.api import ApiView
from aktar.edge.components import REFUSALS, Json, refusal, shape_schema, shared_components
from aktar.edge.operations import Answered, Operation, operation_of
from aktar.edge.parameters import (
    format_parameter,
    header_parameters,
    path_parameters,
    query_parameters,
    write_parameters,
)
from aktar.edge.serializers import StrictSerializer
from aktar.edge.shapes import DetailShape

READS = frozenset({"GET"})
PLAIN = frozenset({"application/json", "text/html"})
"""The forms that every answer has, refusals and writes alike."""


class Undescribed(Exception):
    """A view's method lacks `@answers`, and the view does not say `schema = None`."""


class OperationSchema(AutoSchema):
    """One operation; drf-spectacular finds it and maps its body, the rest is said here."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Json:
        """The operation object; raises Undescribed."""
        self.registry, self.path, self.path_regex, self.path_prefix = registry, path, path_regex, path_prefix
        self.method = method.upper()
        view = self._endpoint
        declared = operation_of(view, method=method)
        if declared is None:
            raise Undescribed(f"{type(view).__name__}.{method.lower()}")
        responses = self._responses(declared)
        summary, description = _texts(getattr(view, method.lower()).__doc__ or type(view).__doc__)
        operation: Json = {"operationId": declared.name or self._name(), "summary": summary}
        if description:
            operation["description"] = description
        operation["tags"] = [_room(view)]
        operation["parameters"] = [
            *path_parameters(path, route=path_regex),
            *(query_parameters(view) if self.method in READS else write_parameters(view)),
            format_parameter(view),
            *header_parameters(*responses),
        ]
        if declared.takes is not None:
            operation["requestBody"] = {
                "content": {"application/json": {"schema": self._body(declared.takes, declared.most)}},
                "required": bool(declared.takes().fields),
            }
        operation["security"] = [{"token": []}] if view.permission_classes else []
        operation["responses"] = {str(status): responses[status] for status in sorted(responses)}
        return operation

    @property
    def _endpoint(self) -> ApiView:
        return cast("ApiView", self.view)

    def _name(self) -> str:
        plain = type(self._endpoint).__name__.removesuffix("View")
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", plain).lower()

    def _body(self, takes: type[Serializer[Any]], most: int | None) -> Json:
        if not takes().fields:
            return {"type": "object", "additionalProperties": False}
        one = dict(self.resolve_serializer(takes, "request").ref)
        if most is None:
            return one
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1, "maxItems": most}]}

    def _responses(self, declared: Operation) -> dict[int, Json]:
        responses = {status: self._success(status, shape) for status, shape in declared.answers.items()}
        if self.method in READS:
            responses[304] = {"$ref": "#/components/responses/NotModified"}
        for status in {*self._refused(declared), *declared.refuses}:
            shape = declared.refuses.get(status, DetailShape)
            if shape is DetailShape:
                responses[status] = {"$ref": f"#/components/responses/{REFUSALS[status][0]}"}
            else:
                either = [self._shape(shape), self._shape(DetailShape)]
                responses[status] = refusal(status, schema={"anyOf": either})
        return responses

    def _success(self, status: int, shape: Answered) -> Json:
        if shape is None:
            return {"description": "Done; there is nothing to say."}
        answer: Json = {"description": "What was asked for.", "content": {}}
        headers = ["Location"] if status == 201 else []
        if self.method in READS:
            headers.append("ETag")
        if headers:
            answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
        for renderer in self._endpoint.renderer_classes:
            if self.method not in READS and renderer.media_type not in PLAIN:
                continue  # tables are read, not written
            schema: Json = {"type": "string"}
            if renderer.format == "json":
                schema = self._shape(shape)
            elif not renderer.media_type.startswith("text/"):
                schema["format"] = "binary"
            answer["content"][renderer.media_type] = {"schema": schema}
        return answer

    def _refused(self, declared: Operation) -> Iterator[int]:
        """The statuses that come of how the view behaves, whatever it is about."""
        yield from (400, 406, 429)
        if self._endpoint.permission_classes:
            yield 401
            if self.method not in READS:
                yield 403
        if "{" in self.path or ("page" in self._endpoint.query_parameters and self.method in READS):
            yield 404
        if declared.takes is not None:
            yield from (413, 415)
        if self.method == "POST" and self._endpoint.permission_classes:
            yield from (409, 422)

    def _shape(self, shape: Answered) -> Json:
        if isinstance(shape, tuple):
            return {"anyOf": [self._shape(each) for each in shape]}
        reference, schemas = shape_schema(shape)
        for name, schema in schemas.items():
            component = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, object=msgspec.Struct)
            self.registry.register_on_missing(component)
        return reference

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> Json:
        schema: Json = super()._map_serializer(serializer, direction, bypass_extensions)
        if isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
        return schema

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        if hasattr(field, "json_schema"):
            schema = field.json_schema()
            if hasattr(field, "described_by"):
                # What is named may also be given in full.
                whole = dict(self.resolve_serializer(field.described_by, direction).ref)
                schema = {"anyOf": [*schema["anyOf"], whole]}
        elif hasattr(field, "reads_as"):
            schema = dict(self.resolve_serializer(field.reads_as, direction).ref)
        else:
            return super()._map_serializer_field(field, direction, bypass_extensions)
        return append_meta(schema, self._get_serializer_field_meta(field, direction))


class DocumentGenerator(SchemaGenerator):
    """The whole document; what the operations share by name is added to what they bring."""

    def get_schema(self, request: Any = None, public: bool = False) -> Json:
        document: Json = super().get_schema(request, public)
        components = document["components"]
        for kind, shared in shared_components().items():
            components[kind] = dict(sorted((components.get(kind, {}) | shared).items()))
        document["tags"] = _rooms(document)
        return document


def _texts(docstring: str | None) -> tuple[str, str]:
    """The first sentence of a docstring, without its full stop, and the rest."""
    first, _, rest = inspect.cleandoc(docstring or "").partition("\n")
    return first.removesuffix("."), rest.strip()


def _room(view: ApiView) -> str:
    return type(view).__module__.split(".")[1]


def _rooms(document: Json) -> list[Json]:
    named = {
        tag for path in document["paths"].values() for operation in path.values() for tag in operation["tags"]
    }
    return [{"name": room} for room in sorted(named)]
