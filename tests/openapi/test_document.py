"""The document: valid, complete, with the statuses of the walk, and the committed file is the served one."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from openapi_spec_validator import validate

from aktar.edge.api import ApiView
from aktar.edge.negotiation import FORMAT_PARAMETER
from aktar.site.openapi import document, examples
from tests.openapi.conformity import ELSEWHERE, described, operation_at, require_valid, resolved
from tests.walk.operations import OPERATIONS
from tests.walk.test_status_walk import TABLE, Impossible

DOCS = Path(__file__).parents[2] / "docs"
OMS = "/api/v1/oms/"
DESCRIBED = {
    name: asked for name, asked in OPERATIONS.items() if asked.route.startswith(("api/v1/", "whisperer/"))
}


def _api_views(patterns: list[URLPattern | URLResolver]) -> list[type[ApiView]]:
    views = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            views += _api_views(pattern.url_patterns)
        elif issubclass(getattr(pattern.callback, "view_class", object), ApiView):
            views.append(pattern.callback.view_class)
    return views


def _operations() -> list[dict[str, Any]]:
    return [operation for path in described()["paths"].values() for operation in path.values()]


def test_the_document_is_valid_and_nothing_was_guessed() -> None:
    with GENERATOR_STATS.silence():
        made = document({})
        assert not GENERATOR_STATS
    validate(made)


def test_every_operation_has_a_name_of_its_own_a_summary_and_its_statuses() -> None:
    names = [operation["operationId"] for operation in _operations()]
    assert len(names) == len(set(names)) == len(DESCRIBED)
    assert all(operation["summary"] for operation in _operations())


def test_the_readme_names_every_kind_of_thing_that_the_document_has() -> None:
    kinds = {path.removeprefix(OMS).split("/")[0] for path in described()["paths"] if path.startswith(OMS)}
    readme = (DOCS.parent / "README.md").read_text()
    assert {kind for kind in kinds if f"{kind}/" not in readme.split("## The API")[1]} == set()


@pytest.mark.parametrize("name", DESCRIBED)
def test_the_documented_statuses_are_those_of_the_walk(name: str) -> None:
    asked = OPERATIONS[name]
    operation = operation_at(asked.method, asked.route)
    assert operation is not None
    answered = {status for status, cell in TABLE[name].items() if not isinstance(cell, Impossible)}
    assert {int(status) for status in operation["responses"]} == answered - ELSEWHERE


def test_a_query_is_described_parameter_by_parameter() -> None:
    by_view = {view: view.query_parameters for view in _api_views(get_resolver().url_patterns) if view.schema}
    assert by_view
    documented = [
        {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}
        for operation in _operations()
    ]
    for view, names in by_view.items():
        assert names | {FORMAT_PARAMETER} in documented, view


def test_no_query_parameter_is_described_by_its_name_alone() -> None:
    for operation in _operations():
        for parameter in operation["parameters"]:
            if parameter["in"] == "query":
                assert parameter["schema"] != {"type": "string"}, (
                    operation["operationId"],
                    parameter["name"],
                )


def test_everybody_may_read_it_as_json_and_as_yaml(client: Client) -> None:
    for form, kind, file in (
        ("json", "application/json", "openapi.json"),
        ("yaml", "application/yaml", "openapi.yaml"),
    ):
        for answer in (
            client.get("/api/schema/", {"format": form}),
            client.get("/api/schema/", headers={"accept": kind}),
        ):
            assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
            assert answer.content == (DOCS / file).read_bytes(), "run `make openapi`"


@pytest.mark.parametrize("page", ["docs", "redoc"])
def test_the_pages_take_nothing_from_elsewhere_and_hold_no_script(page: str, client: Client) -> None:
    answer = client.get(f"/api/{page}/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "http" not in text
    assert "<script>" not in text
    assert "<style" not in text
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert "/api/schema/" in text


def test_examples_are_answers_of_the_documented_form() -> None:
    kept = examples()
    by_name = {operation["operationId"]: operation for operation in _operations()}
    assert set(kept) == set(by_name)
    for name, given in kept.items():
        operation = by_name[name]
        for place, value in given.items():
            whole = operation["requestBody"] if place == "request" else operation["responses"][place]
            require_valid(value, resolved(whole)["content"]["application/json"]["schema"])
        with_body = [s for s, r in operation["responses"].items() if s[0] == "2" and "content" in resolved(r)]
        assert set(with_body) <= set(given), name
        assert "requestBody" not in operation or "request" in given, name
