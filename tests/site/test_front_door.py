"""Foreign hosts are refused, a read without its last slash finds its way, a write is never redirected."""

import pytest
from django.test import Client

LOGIN = "/api/v1/auth/login"


def test_a_host_that_is_not_ours_is_refused_in_one_line(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client.get("/nothing", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "detail" in answer.json()


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_read_without_its_last_slash_is_sent_to_the_right_path(client: Client, method: str) -> None:
    answer = getattr(client, method)(f"{LOGIN}?a=1&b=%C3%BC")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{LOGIN}/?a=1&b=%C3%BC"


def test_a_write_without_its_last_slash_is_not_redirected(client: Client) -> None:
    assert client.post(LOGIN, {}, content_type="application/json").status_code == 404


@pytest.mark.parametrize("path", ["//evil.example/", "/nothing", "/%0d%0aSet-Cookie:a"])
def test_no_redirect_leads_off_the_known_routes(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_answer_tells_its_length(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.headers["Content-Length"] == str(len(answer.content))
