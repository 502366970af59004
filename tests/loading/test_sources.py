"""A live installation is read patiently and politely, and the token goes to its address alone."""

import gzip
import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from aktar.transfers.loading import remote
from aktar.transfers.loading.remote import Source, SourceRefuses, WrongAddress, list_address, retry_after
from tests.factories import NOW

Reply = tuple[int, dict[str, str], bytes]


class Script:
    """A server on loopback that answers each path with the replies it was given, the last for ever."""

    def __init__(self, replies: dict[str, list[Reply]]) -> None:
        self.asked: list[str] = []
        self.tokens: list[str | None] = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                script.asked.append(self.path)
                script.tokens.append(self.headers.get("Authorization"))
                waiting = replies[self.path]
                status, headers, body = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                if not status:
                    self.connection.close()
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/orders/"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def script() -> Iterator[Callable[[dict[str, list[Reply]]], Script]]:
    started: list[Script] = []

    def start(replies: dict[str, list[Reply]]) -> Script:
        started.append(Script(replies))
        return started[-1]

    yield start
    for server in started:
        server.stop()


def page(*ids: int, following: str | None = None) -> Reply:
    told = {"count": 9, "next": following, "previous": None, "results": [{"id": id_} for id_ in ids]}
    return (200, {"Content-Type": "application/json"}, json.dumps(told).encode())


def read(
    script: Script, query: str = "limit=2", *, has_details: bool = False
) -> tuple[list[Any], list[float]]:
    waits: list[float] = []
    source = Source(script.url, token="akt_x", wait=waits.append)
    try:
        pages = list(source.pages(query, has_details=has_details))
    finally:
        source.close()
    return [document.told for found in pages for document in found.documents], waits


def test_pages_are_followed_to_the_last(script: Any) -> None:
    server = script(
        {
            "/orders/?limit=2": [page(1, 2, following="http://elsewhere.example/other/?limit=2&page=2")],
            "/orders/?limit=2&page=2": [page(3)],
        }
    )
    told, waits = read(server)
    assert [order["id"] for order in told] == [1, 2, 3]
    assert server.asked == ["/orders/?limit=2", "/orders/?limit=2&page=2"]
    assert server.tokens == ["Token akt_x"] * 2
    assert waits == []


def test_a_bare_list_is_one_page(script: Any) -> None:
    told, _ = read(script({"/orders/?limit=2": [(200, {}, b'[{"id": 1}, {"id": 2}]')]}))
    assert [order["id"] for order in told] == [1, 2]


def test_it_tries_again_and_waits_longer_each_time(script: Any) -> None:
    failures: list[Reply] = [(0, {}, b""), (500, {}, b""), (499, {}, b""), (503, {"Retry-After": "7"}, b"")]
    told, waits = read(script({"/orders/?limit=2": [*failures, page(1)]}))
    assert [order["id"] for order in told] == [1]
    assert waits == [1.0, 2.0, 4.0, 7.0]


def test_a_flood_waits_as_long_as_it_is_asked_to(script: Any) -> None:
    _, waits = read(script({"/orders/?limit=2": [(429, {"Retry-After": "13"}, b""), page(1)]}))
    assert waits == [13.0]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("99999999", 600.0),
        ("-5", None),
        ("soon", None),
        (format_datetime(NOW + timedelta(seconds=30)), pytest.approx(29.9, abs=0.2)),
        (format_datetime(NOW - timedelta(days=1)), 0.0),
    ],
)
def test_retry_after_is_read_or_left(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, now=NOW) == seconds
    assert datetime.now(UTC).tzinfo is UTC


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((500, {}, b""), "it answers with 500, 8 times in a row"),
        ((0, {}, b""), "it does not answer"),
        ((401, {}, b""), "it does not take the token (401)"),
        ((404, {}, b""), "it answers with 404"),
        ((302, {"Location": "http://elsewhere.example/"}, b""), "it redirects (302)"),
        ((200, {}, b"<html>"), "its answer cannot be read: it is no JSON"),
        ((200, {}, b"\xff\xfe"), "its answer cannot be read: it is no JSON"),
        ((200, {}, b"[" * 100_000), "its answer cannot be read"),
        ((200, {}, b'{"results": 5}'), "its answer is no page of a list"),
        ((200, {}, b'{"results": [], "next": 5}'), "its next page is 5"),
        (page(1, following="?limit=2"), "names itself as the next one"),
        (page(1, following="http://[/?page=2"), "its next page is 'http://[/"),
        (page(1, following="/?page=\x00"), r"its next page is '/?page=\x00'"),
        (page(1, following="/?page=\ud800"), r"its next page is '/?page=\ud800'"),
        ((200, {"Content-Encoding": "br"}, b"[]"), "its answer is packed as 'br'"),
        ((200, {"Content-Encoding": "gzip, gzip"}, b"[]"), "its answer is packed as 'gzip, gzip'"),
        ((200, {"Content-Encoding": "gzip"}, b"[]"), "it does not answer (DecodingError)"),
        (
            (200, {"Content-Encoding": "gzip"}, gzip.compress(b"[]")[:-4]),
            "it does not answer (DecodingError)",
        ),
    ],
)
def test_what_cannot_be_read_is_said(script: Any, reply: Reply, said: str) -> None:
    with pytest.raises(SourceRefuses, match=re.escape(said)):
        read(script({"/orders/?limit=2": [reply]}))


def test_an_endless_answer_is_given_up(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_LARGEST_BODY", 1000)
    with pytest.raises(SourceRefuses, match="larger than 1,000 bytes"):
        read(script({"/orders/?limit=2": [(200, {}, b" " * 100_000)]}))


def test_a_packed_answer_is_unpacked_no_further_than_it_is_taken(
    script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed: Reply = (200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 100_000 + b'[{"id": 1}]'))
    assert read(script({"/orders/?limit=2": [packed]}))[0] == [{"id": 1}]
    monkeypatch.setattr(remote, "_LARGEST_BODY", 1000)
    with pytest.raises(SourceRefuses, match="larger than 1,000 bytes"):
        read(script({"/orders/?limit=2": [packed]}))


def test_an_answer_that_trickles_is_given_up(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_LONGEST_ANSWER", -1.0)
    with pytest.raises(SourceRefuses, match="ReadTimeout"):
        read(script({"/orders/?limit=2": [page(1)]}))


def test_pages_that_lead_in_a_ring_are_left(script: Any) -> None:
    ring = {
        "/orders/?limit=2": [page(1, following="?page=2")],
        "/orders/?page=2": [page(2, following="?limit=2")],
    }
    with pytest.raises(SourceRefuses, match="leads back to 'limit=2'"):
        read(script(ring))


def test_details_complete_what_the_list_told(script: Any) -> None:
    server = script(
        {
            "/orders/?limit=2": [page(1, 2)],
            "/orders/1/": [(200, {}, b'{"id": 1, "customer": {"pk": 5}}')],
            "/orders/2/": [(404, {}, b"{}")],
        }
    )
    told, _ = read(server, has_details=True)
    assert told == [{"id": 1, "customer": {"pk": 5}}, {"id": 2}]


@pytest.mark.parametrize(("status", "query"), [(200, "limit=100&sort=id"), (400, "limit=100")])
def test_it_asks_for_ascending_ids_where_the_other_side_can(script: Any, status: int, query: str) -> None:
    server = script({"/orders/?limit=100&sort=id": [(status, {}, b"{}")]})
    source = Source(server.url, token="akt_x")
    assert source.first_query(100) == query
    source.close()


def test_a_pause_stands_between_requests(script: Any) -> None:
    server = script({"/orders/?limit=2": [page(1, following="?page=2")], "/orders/?page=2": [page(2)]})
    waits: list[float] = []
    source = Source(server.url, token="akt_x", pause=0.5, wait=waits.append)
    list(source.pages("limit=2", has_details=False))
    source.close()
    assert waits == [0.5]


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://OMS.example.com", "https://oms.example.com/api/v1/oms/transfer_orders/"),
        ("http://oms.example.com:8080/", "http://oms.example.com:8080/api/v1/oms/transfer_orders/"),
        ("https://oms.example.com/oms/transfers", "https://oms.example.com/oms/transfers/"),
    ],
)
def test_the_address_is_that_of_the_list(given: str, address: str) -> None:
    assert list_address(given) == address


@pytest.mark.parametrize(
    "given",
    [
        "ftp://x",
        "file:///etc/passwd",
        "x",
        "https://",
        "https://u:p@x",
        "https://x/?a=1",
        "https://x:99999",
        "http://[",
    ],
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(WrongAddress):
        list_address(given)
