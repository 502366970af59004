"""A query holds what the endpoint knows and nothing else; wrong methods are 405; caches know what varies."""

import pytest
from django.test import Client

pytestmark = [pytest.mark.urls("tests.edge.urls"), pytest.mark.django_db]


@pytest.fixture
def caller(key: str) -> Client:
    return Client(headers={"Authorization": f"Token {key}"})


@pytest.mark.parametrize("query", ["", "?q=1", "?q=", "?q=a&q=b", "?format=json&q=%C3%BC", "?q=%ff"])
def test_known_parameters_are_taken(caller: Client, query: str) -> None:
    assert caller.get(f"/hello/{query}").status_code == 200


@pytest.mark.parametrize(
    ("query", "name"), [("?nonsense=1", "nonsense"), ("?Q=1", "Q"), ("?page=1", "page"), ("?%00=1", "\x00")]
)
@pytest.mark.parametrize("method", ["get", "delete"])
def test_an_unknown_parameter_is_400_and_named(caller: Client, method: str, query: str, name: str) -> None:
    answer = getattr(caller, method)(f"/hello/{query}")
    assert (answer.status_code, answer.json()) == (
        400,
        {name: ["There is no such parameter; /api/docs/ names those there are."]},
    )


def test_every_wrong_parameter_is_named(caller: Client) -> None:
    answer = caller.get("/hello/?x=1&q=a%00&q=b&token=1")
    assert answer.status_code == 400
    assert set(answer.json()) == {"x", "q", "token"}


def test_a_thousand_parameters_and_one_are_400(caller: Client) -> None:
    answer = caller.get("/hello/?" + "q=1&" * 1001)
    assert (answer.status_code, list(answer.json())) == (400, ["detail"])


@pytest.mark.parametrize("method", ["put", "patch", "trace"])
def test_a_wrong_method_is_405_and_the_right_ones_are_told(caller: Client, method: str) -> None:
    answer = getattr(caller, method)("/hello/?nonsense=1")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, POST, DELETE, HEAD, OPTIONS"


def test_an_unheard_of_method_is_405(caller: Client) -> None:
    assert caller.generic("BREW", "/hello/").status_code == 405


def test_head_answers_without_a_body(caller: Client) -> None:
    answer = caller.head("/hello/")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("path", ["/hello/", "/hello/?format=xml", "/hello/?x=1", "/open/"])
def test_caches_vary_on_what_an_answer_depends_on(caller: Client, path: str) -> None:
    assert caller.get(path).headers["Vary"] == "Accept, Accept-Encoding, Accept-Language, Authorization"
