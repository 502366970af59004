"""Each request leaves one line of log with its id, and nothing in it that is secret."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from structlog.testing import capture_logs

from aktar.site import access_log as module
from aktar.site.access_log import access_log
from aktar.site.logs import configuration


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    import structlog

    with capture_logs() as captured:
        # A logger that was used before keeps the processors of then.
        monkeypatch.setattr(module, "log", structlog.get_logger("aktar.access"))
        yield captured


def test_a_request_leaves_one_line(client: Client, lines: list[Any]) -> None:
    client.get("/nothing/at/all")
    (line,) = lines
    assert line["event"] == "request"
    assert (line["method"], line["path"], line["route"], line["status"]) == (
        "GET",
        "/nothing/at/all",
        None,
        404,
    )
    assert line["ms"] >= 0


def test_neither_query_string_nor_headers_are_logged(client: Client, lines: list[Any]) -> None:
    client.get("/nothing/?token=akt_inquery", headers={"authorization": "Token akt_inheader"})
    assert "akt_" not in repr(lines)


def test_a_path_cannot_write_control_signs_into_the_log(client: Client, lines: list[Any]) -> None:
    client.get("/%1b%5b2J%0a" + "x" * 1000)
    (line,) = lines
    assert line["path"].startswith("/%1B%5B2J%0A") or line["path"].startswith("/%1B[2J%0A")
    assert len(line["path"]) <= 500


@pytest.mark.parametrize("given", ["abc-123", "x" * 64])
def test_a_sane_request_id_comes_back(client: Client, given: str) -> None:
    assert client.get("/healthz", headers={"x-request-id": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "ü", "a\tb"])
def test_another_request_id_is_replaced(client: Client, given: str) -> None:
    made = client.get("/healthz", headers={"x-request-id": given}).headers["X-Request-ID"]
    assert made != given
    assert len(made) == 32


def test_the_line_says_whose_token_called(lines: list[Any]) -> None:
    class Token:
        prefix = "akt_abc123"

    class User:
        pk = 7

    def view(request: HttpRequest) -> HttpResponse:
        request.auth = Token()
        request.user = User()
        return HttpResponse()

    access_log(view)(RequestFactory().get("/x"))
    assert (lines[0]["token"], lines[0]["user_id"]) == ("akt_abc123", 7)


def test_a_traceback_in_the_log_shows_no_query_string(
    client: Client, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(_request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    monkeypatch.setattr("aktar.site.front_door._require_known_host", broken)
    formatter = configuration({"level": "info", "is_terminal": False})["formatters"]["line"]
    handler = logging.StreamHandler()
    handler.setFormatter(formatter.pop("()")(**formatter))
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    client.raise_request_exception = False
    try:
        assert client.get("/x/?token=akt_secret").status_code == 500
    finally:
        logger.removeHandler(handler)
    written = capfd.readouterr().err
    assert "ZeroDivisionError" in written
    assert '"request_id"' in written
    assert "akt_secret" not in written
