"""Bytes that no client library would send, to a real served process: refused, and it serves on."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.conftest import ServerProcess
from tests.hostile.wire import Heard, chunked, request, say
from tests.walk.scene import RATES, Scene, a_scene, footprint

LISTS = b"/api/v1/oms/transfer_orders/"
JSON = b"Content-Type: application/json"
IN_CHUNKS = b"Transfer-Encoding: chunked"
GOOD = b'{"remote_id": "123"}'
LIMIT = 1024 * 1024
DEEP = 100_000
OFF = dict.fromkeys(RATES, "off")


@dataclass(frozen=True)
class Line:
    """A served process, who may call it, and where a write of it stands."""

    server: ServerProcess
    scene: Scene

    @property
    def key(self) -> bytes:
        return f"Authorization: Token {self.scene.keys['full']}".encode()

    @property
    def write(self) -> bytes:
        return LISTS + b"%d/set_remote_id/" % self.scene.ready.pk

    def say(self, *pieces: bytes, hang_up: bool = False) -> Heard:
        return say(self.server.url, *pieces, hang_up=hang_up)

    def post(self, body: bytes, *headers: bytes) -> Heard:
        return self.say(request(b"POST", self.write, self.key, JSON, *headers, body=body))

    def post_as_it_is(self, body: bytes, *headers: bytes, hang_up: bool = True) -> Heard:
        """Post a body whose length the headers tell, rightly or not."""
        asked = request(b"POST", self.write, self.key, JSON, *headers)
        return self.say(asked, body, hang_up=hang_up)


@pytest.fixture
def line(live_server_process: Callable[..., ServerProcess], database_url: str) -> Iterator[Line]:
    """A server that must still serve, and have written and lamented nothing, when the test is over."""
    scene = a_scene()
    server = live_server_process(database_url, **OFF)
    opened = Line(server, scene)
    before = footprint()
    yield opened
    assert footprint() == before
    assert opened.say(request(b"GET", LISTS, opened.key)).status == 200
    assert server.process.poll() is None
    entries = [json.loads(entry) for entry in server.log.read_text().splitlines()]
    assert not [entry for entry in entries if entry["level"] in ("error", "critical")]
    assert not [entry for entry in entries if entry.get("status", 0) >= 500]
    assert scene.keys["full"] not in server.log.read_text()


def _refusals(line: Line) -> dict[str, tuple[Heard, set[int]]]:
    """What was heard to each piece of mischief, and what may be; 400, 414 and 431 may be the server's own."""
    key, post, raw = line.key, line.post, line.post_as_it_is

    def get(path: bytes = LISTS, *headers: bytes, host: bytes = b"127.0.0.1") -> Heard:
        return line.say(request(b"GET", path, *headers, host=host))

    return {
        "a key of bytes beyond ASCII": (get(LISTS, b"Authorization: Token \xff\xfe\xc5\x9f"), {401}),
        "a key and bytes": (get(LISTS, key + b"\xe7"), {401}),
        "a NUL in the key": (get(LISTS, key[:30] + b"\x00" + key[30:]), {400, 401}),
        "a NUL behind the key": (get(LISTS, key + b"\x00"), {400, 401}),
        "two keys": (get(LISTS, key, b"Authorization: Token x"), {400, 401}),
        "two keys turned round": (get(LISTS, b"Authorization: Token x", key), {400, 401}),
        "a header broken by CR": (get(LISTS, key + b"\rX: y"), {400}),
        # The server hangs up in the middle of it, and its answer may be lost on the way (0).
        "a header of half a megabyte": (get(LISTS, key, b"X: " + b"a" * 500_000), {0, 400, 431}),
        "500 headers": (get(LISTS, key, *(b"X-%d: a" % n for n in range(500))), {400, 431}),
        "a header without name": (get(LISTS, key, b": a"), {400}),
        "a header without colon": (get(LISTS, key, b"rubbish"), {400}),
        "an Accept of bytes": (get(LISTS, key, b"Accept: \xff"), {406}),
        "an encoded Accept": (get(LISTS, key, b"Accept: text/html; a*=bogus''x"), {406}),
        "raw bytes in the path": (get(LISTS + b"\xff\xfe/", key), {400, 404}),
        "a NUL in the path": (get(LISTS + b"\x00/", key), {400, 404}),
        "an escaped NUL in the path": (get(LISTS + b"1%00/", key), {404}),
        "broken escapes in the path": (get(LISTS + b"%zz%/", key), {400, 404}),
        "a space in the path": (get(LISTS + b"a b/", key), {400}),
        "raw bytes in the query": (get(LISTS + b"?page=\xff\xfe", key), {400, 404}),
        "a NUL in the query": (get(LISTS + b"?sort=id%00", key), {400}),
        "a query of 200 kB": (get(LISTS + b"?" + b"x" * 200_000, key), {400, 414, 431}),
        "a path of 60 kB": (get(b"/" + b"a" * 60_000, key), {400, 404, 414}),
        "a way up": (get(b"/static/../../etc/passwd", key), {400, 404}),
        "an escaped way up": (get(b"/static/%2e%2e/%2e%2e/etc/passwd", key), {400, 404}),
        "an address of elsewhere": (get(b"//evil.example.com" + LISTS, key), {404}),
        "a foreign host": (get(LISTS, key, host=b"evil.example.com"), {400}),
        "a host of bytes": (get(LISTS, key, host=b"\xff\xfe"), {400}),
        "a host with a name in it": (get(LISTS, key, host=b"a@127.0.0.1"), {400}),
        "two hosts": (get(LISTS, key, b"Host: evil.example.com"), {400}),
        "no host": (
            line.say(b"GET " + LISTS + b" HTTP/1.1\r\nConnection: close\r\n" + key + b"\r\n\r\n"),
            {400},
        ),
        "HTTP/0.9": (line.say(b"GET " + LISTS + b"\r\n\r\n", hang_up=True), {0, 400}),
        "HTTP/3.7": (line.say(b"GET " + LISTS + b" HTTP/3.7\r\n\r\n", hang_up=True), {0, 400}),
        "a TLS greeting": (line.say(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" * 30, hang_up=True), {0, 400}),
        "nothing": (line.say(b"", hang_up=True), {0}),
        "half a request": (line.say(request(b"GET", LISTS, key)[:40], hang_up=True), {0, 400}),
        "CONNECT": (line.say(request(b"CONNECT", b"evil.example.com:443", key)), {400, 404, 405}),
        "TRACE": (line.say(request(b"TRACE", LISTS, key)), {400, 405}),
        "OPTIONS of all": (line.say(request(b"OPTIONS", b"*", key)), {400, 404}),
        "a method of bytes": (line.say(request(b"G\xffT", LISTS, key)), {400}),
        "invalid UTF-8": (post(b'{"remote_id": "\xff"}'), {400}),
        "UTF-16": (post('{"remote_id": "123"}'.encode("utf-16")), {400}),
        "a NUL byte": (post(b'{"remote_id": "1\x00"}'), {400}),
        "deep lists": (post(b"[" * DEEP + b"]" * DEEP), {400}),
        "deep objects": (post(b'{"a":' * DEEP + b"1" + b"}" * DEEP), {400}),
        "5000 digits": (post(b'{"remote_id": ' + b"9" * 5000 + b"}"), {400}),
        "1e999": (post(b'{"remote_id": 1e999}'), {400}),
        "half a surrogate pair": (post(b'{"remote_id": "\\ud800"}'), {400}),
        "over the limit": (post(GOOD + b" " * LIMIT), {413}),
        "far over the limit": (post(GOOD + b" " * 20 * LIMIT), {413}),
        "over the limit, in chunks": (raw(chunked(GOOD + b" " * 2 * LIMIT), IN_CHUNKS, hang_up=False), {413}),
        "over the limit, announced": (
            raw(b"", b"Expect: 100-continue", b"Content-Length: 5000000"),
            {413, 417},
        ),
        "100 GB, announced": (raw(GOOD, b"Content-Length: 99999999999"), {400, 413}),
        "2^70 bytes, announced": (raw(GOOD, b"Content-Length: 1180591620717411303424"), {400, 413}),
        "a body broken off": (raw(GOOD, b"Content-Length: 1000"), {400}),
        "a body cut to its length": (raw(GOOD, b"Content-Length: 5", hang_up=False), {400}),
        "two lengths": (raw(GOOD, b"Content-Length: 5", b"Content-Length: 20"), {400}),
        "a length below zero": (raw(GOOD, b"Content-Length: -5"), {400}),
        "a length with a sign": (raw(GOOD, b"Content-Length: +20"), {400}),
        "a length of letters": (raw(GOOD, b"Content-Length: abc"), {400}),
        "no length": (raw(GOOD), {400, 411}),
        "chunks of no size": (raw(b"zz\r\nabc\r\n0\r\n\r\n", IN_CHUNKS), {400}),
        "chunks of boundless size": (raw(b"f" * 18 + b"\r\nabc", IN_CHUNKS), {400}),
        "chunks broken off": (raw(b"ff\r\nabc", IN_CHUNKS), {400}),
        "another coding": (raw(GOOD, b"Transfer-Encoding: gzip"), {400, 501}),
        "a charset with a NUL": (_typed(line, b"application/json; charset=\x00"), {400, 415}),
        "an escaped NUL in a charset": (_typed(line, b"application/json; charset*=utf-8''%00"), {415}),
        "an encoded charset": (_typed(line, b"application/json; charset*=bogus''x"), {415}),
        "a part of 5000 digits": (_typed(line, b"application/json; a*" + b"9" * 5000 + b"=x"), {415}),
        "a charset of bytes": (_typed(line, b"application/json; charset=\xff"), {415}),
    }


def _typed(line: Line, content_type: bytes) -> Heard:
    return line.say(request(b"POST", line.write, line.key, b"Content-Type: " + content_type, body=GOOD))


def test_mischief_on_the_wire_is_refused(line: Line, subtests: pytest.Subtests) -> None:
    for what, (heard, expected) in _refusals(line).items():
        with subtests.test(what):
            assert heard.status in expected, heard
            assert b"Traceback" not in heard.body


def test_odd_but_honest_bytes_are_served(line: Line, subtests: pytest.Subtests) -> None:
    whole = request(b"GET", LISTS + b"?limit=1", line.key)
    odd = {
        "a language of bytes": request(b"GET", LISTS, line.key, b"Accept-Language: \xff, tr"),
        "a type that a read has no use for": request(
            b"GET", LISTS, line.key, b"Content-Type: application/json; charset*=bogus''x"
        ),
        "a body that a read has no use for": request(b"GET", LISTS, line.key, body=b"[" * 1000),
        "two requests at once": whole.replace(b"close", b"keep-alive") + whole,
        "letter by letter": whole,
    }
    for what, asked in odd.items():
        with subtests.test(what):
            pieces = [bytes([letter]) for letter in asked] if what == "letter by letter" else [asked]
            assert line.say(*pieces).status == 200


def test_a_redirect_never_names_another_house(line: Line) -> None:
    heard = line.say(request(b"GET", b"http://evil.example.com" + LISTS.rstrip(b"/"), line.key))
    assert heard.status in (301, 400, 404)
    assert "evil" not in heard.headers.get("location", "")


def test_a_body_in_chunks_is_taken(
    live_server_process: Callable[..., ServerProcess], database_url: str
) -> None:
    scene = a_scene()
    line = Line(live_server_process(database_url), scene)
    assert line.post_as_it_is(chunked(GOOD, size=3), IN_CHUNKS, hang_up=False).status == 204
    scene.ready.refresh_from_db()
    assert scene.ready.remote_id == "123"


def test_a_flood_is_slowed_down_and_told_for_how_long(
    live_server_process: Callable[..., ServerProcess], database_url: str
) -> None:
    scene = a_scene()
    server = live_server_process(
        database_url,
        "--workers=1",  # each process counts for itself
        AKTAR_THROTTLE_TOKEN="1/min burst 5",
        AKTAR_THROTTLE_ADDRESS="1/min burst 3",
        AKTAR_THROTTLE_LOGIN="2/min",
    )
    line = Line(server, scene)
    wrong = b'{"username": "ayse", "password": "wrong"}'
    floods = {
        "a key": (request(b"GET", LISTS + b"?limit=1", line.key), 200, 5),
        "a stranger": (request(b"GET", LISTS), 401, 3),
        "guesses": (request(b"POST", b"/api/v1/auth/login/", JSON, body=wrong), 400, 2),
    }
    before = footprint()
    for asked, status, allowed in floods.values():
        heard = [line.say(asked) for _ in range(allowed + 3)]
        assert [one.status for one in heard] == [status] * allowed + [429] * 3
        for one in heard[allowed:]:
            assert 1 <= int(one.headers["retry-after"]) <= 60
            assert list(json.loads(one.body)) == ["detail"]
    assert footprint() == before
    assert server.get("/healthz").status == 200
