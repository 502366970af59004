"""`format` and `Accept` choose the form of an answer, and an unknown one is a 406 in JSON."""

import pytest
from django.test import Client

pytestmark = [pytest.mark.urls("tests.edge.urls"), pytest.mark.django_db]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        ("", None, "application/json"),
        ("", "*/*", "application/json"),
        ("", "application/json", "application/json"),
        ("", "application/json;q=0.5", "application/json"),
        ("", "application/*", "application/json"),
        ("", "application/xml, */*;q=0.1", "application/json"),
        ("", BROWSER, "text/html; charset=utf-8"),
        ("?format=json", BROWSER, "application/json"),
        ("?format=html", "*/*", "text/html; charset=utf-8"),
        ("?format=html", "application/json", "text/html; charset=utf-8"),
    ],
)
def test_the_form_is_the_one_asked_for(
    client: Client, key: str, query: str, accept: str | None, content_type: str
) -> None:
    headers = {"Authorization": f"Token {key}"} | ({"Accept": accept} if accept else {})
    answer = client.get(f"/hello/{query}", headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, content_type)


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("?format=xml", "*/*"),
        ("?format=", "*/*"),
        ("?format=JSON", "*/*"),
        ("?format=api", "*/*"),
        ("?format=%00", "*/*"),
        ("", "application/xml"),
        ("", "image/png, text/csv"),
        ("", "rubbish"),
        ("", "application/json; charset*=nonsense''x"),
    ],
)
@pytest.mark.parametrize("path", ["/hello/", "/open/"])
def test_any_other_form_is_406_and_says_so_in_json(
    client: Client, path: str, query: str, accept: str
) -> None:
    answer = client.get(f"{path}{query}", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["Content-Type"]) == (406, "application/json")
    assert list(answer.json()) == ["detail"]


def test_encoded_bytes_are_not_touched(client: Client, key: str) -> None:
    answer = client.get("/hello/", headers={"Authorization": f"Token {key}"})
    assert answer.content == b'{"hello":"<script>alert(1)</script>","z":1,"a":2}'


def test_the_page_for_a_browser_shows_the_answer_and_runs_none_of_it(client: Client, key: str) -> None:
    answer = client.get("/hello/?format=html", headers={"Authorization": f"Token {key}"})
    page = answer.content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    assert "/static/rest_framework/css/" in page


@pytest.mark.parametrize(("method", "status"), [("get", 401), ("post", 401), ("put", 405)])
def test_refusals_have_a_page_too(client: Client, key: str, method: str, status: int) -> None:
    headers = {"Authorization": f"Token {key}"} if status == 405 else {}
    answer = getattr(client, method)("/hello/?format=html", headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")


def test_the_page_has_its_style_sheet(client: Client) -> None:
    answer = client.get("/static/rest_framework/css/default.css")
    assert answer.status_code == 200
    answer.close()


def test_nothing_has_no_content_type(client: Client, key: str) -> None:
    for accept in ("*/*", BROWSER):
        answer = client.delete("/hello/", headers={"Authorization": f"Token {key}", "Accept": accept})
        assert (answer.status_code, answer.content) == (204, b"")
        assert "Content-Type" not in answer.headers
        assert "Content-Length" not in answer.headers


def test_options_tell_of_the_endpoint(client: Client, key: str) -> None:
    answer = client.options("/hello/", headers={"Authorization": f"Token {key}"})
    assert answer.status_code == 200
    assert answer.json()["renders"] == ["application/json", "text/html"]
