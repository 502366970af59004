"""A body is read in one way or not at all, and a refusal says what is wrong and where."""

import io
import json
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from aktar.site.wsgi import application

pytestmark = [pytest.mark.urls("tests.edge.urls"), pytest.mark.django_db]
JSON = "application/json"


def _post(client: Client, body: bytes, content_type: str = JSON) -> tuple[int, dict[str, str]]:
    answer = client.generic("POST", "/open/", body, content_type=content_type)
    return answer.status_code, answer.json()


def test_a_plain_object_arrives_whole(client: Client) -> None:
    body = {"a": [1, -1.5, None, True, "ğüş😀"], "b": {"c": 2**63 - 1, "d": -(2**63)}}
    assert _post(client, json.dumps(body).encode()) == (200, {"body": body})
    assert _post(client, b' {"a": 1}\n', "application/json; charset=UTF-8") == (200, {"body": {"a": 1}})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "The body is empty."),
        (b" \n", "The body is empty."),
        (b"{", "not valid JSON (line 1, column 2)"),
        (b'{"a": 1,\n "b" 2}', "line 2, column 6"),
        (b'{"a": 1} x', "not valid JSON"),
        (b"{'a': 1}", "not valid JSON"),
        (b'{"a": 01}', "not valid JSON"),
        (b'{"a": "\x00"}', "not valid JSON"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a": "\xff"}', "not UTF-8 (byte 8)"),
        (b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b'{"a": {"b": 1, "b": 2}}', 'at a, the key "b" comes twice'),
        (b'{"a": 1, "a": 1}', 'at the body, the key "a" comes twice'),
        (b'{"a": [0, NaN]}', "at a[1], NaN is no JSON number"),
        (b'{"a": Infinity}', "at a, Infinity"),
        (b'{"a": -Infinity}', "at a, -Infinity"),
        (b'{"a": {"b": 1e999}}', "at a.b, the number is too large"),
        (b'{"a": -1e999}', "at a, the number is too large"),
        (b'{"a": 9223372036854775808}', "at a, the number does not fit 64 bits"),
        (b'{"a": -9223372036854775809}', "at a, the number does not fit 64 bits"),
        (b'{"a": ' + b"9" * 5000 + b"}", "at a, the number does not fit 64 bits"),
        (b'{"a": "\\u0000"}', "at a, the text holds a NUL"),
        (b'{"a": ["x\\ud800"]}', "at a[0], the text holds a NUL or half of a surrogate pair"),
        (b'{"a": "\\udc00\\ud800"}', "at a, the text holds"),
        (b'{"x": {"\\u0000": 1}}', "at x.\\u0000, the text holds"),
        (b'{"\\ud800": 1}', "at \\ud800, the text holds"),
        (b'{"a": ' + b"[" * 64 + b"]" * 64 + b"}", "nested deeper than 64 levels"),
        (b"[" * 100_000 + b"]" * 100_000, "nested deeper than 64 levels"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested deeper than 64 levels"),
        (b"[" * 100_000, "nested deeper than 64 levels"),
    ],
)
def test_what_can_be_misread_or_not_be_stored_is_refused(client: Client, body: bytes, said: str) -> None:
    status, answer = _post(client, body)
    assert status == 400
    assert said in answer["detail"]


def test_64_levels_are_not_too_deep(client: Client) -> None:
    assert _post(client, b'{"a": ' + b"[" * 63 + b"]" * 63 + b"}")[0] == 200


def test_a_surrogate_pair_is_a_letter_like_any_other(client: Client) -> None:
    assert _post(client, b'{"a": "\\ud83d\\ude00"}') == (200, {"body": {"a": "😀"}})


@pytest.mark.parametrize("body", [b"null", b"1", b'"text"', b"true"])
def test_a_body_is_an_object_unless_the_view_says_otherwise(client: Client, key: str, body: bytes) -> None:
    assert _post(client, body) == (400, {"detail": "The body must be a JSON object, or a list of such."})
    assert _post(client, b"[1]") == (200, {"body": [1]})
    headers = {"Authorization": f"Token {key}"}
    for refused in (body, b"[]", b"[1]"):
        answer = client.generic("POST", "/hello/", refused, content_type=JSON, headers=headers)
        assert (answer.status_code, answer.json()) == (400, {"detail": "The body must be a JSON object."})


@pytest.mark.parametrize(
    "content_type",
    [
        "application/xml",
        "text/plain",
        "application/*",
        "*/*",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "application/json; charset=utf-16",
        "application/json; charset=iso-8859-9",
        "application/json; charset=nonsense",
        "",
    ],
)
def test_a_body_that_is_not_said_to_be_json_in_utf8_is_415(client: Client, content_type: str) -> None:
    assert _post(client, b'{"a": 1}', content_type)[0] == 415


def test_other_parameters_of_the_media_type_do_not_matter(client: Client) -> None:
    assert _post(client, b'{"a": 1}', "Application/JSON ; version=2; " + "x" * 20_000)[0] == 200


def _through_the_server(method: str, query: str, content_type: str, **extra: Any) -> str:
    body = b'{"a": 1}' if method == "POST" else b""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/open/",
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        **extra,
    }
    statuses: list[str] = []
    application(environ, lambda status, _headers: statuses.append(status)).close()
    return statuses[0][:3]


@pytest.mark.parametrize("charset", ["=hex", "=utf-16", "=nonsense", "*=nonsense''x", "*=hex''%ff", "=\x00"])
def test_a_charset_that_breaks_django_is_415_and_leaves_the_query_alone(charset: str) -> None:
    content_type = f"application/json; charset{charset}"
    assert _through_the_server("POST", "", content_type) == "415"
    assert _through_the_server("GET", "format=json", content_type) == "200"
    assert _through_the_server("GET", "x=1&" * 1001, content_type) == "400"


def test_a_body_in_chunks_arrives_and_has_the_same_limit(settings: LazySettings) -> None:
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    assert _through_the_server("POST", "", JSON, **chunked) == "200"
    settings.AKTAR_MAX_BODY_BYTES = 7
    assert _through_the_server("POST", "", JSON, **chunked) == "413"


def test_a_body_over_the_limit_is_413(client: Client, settings: LazySettings) -> None:
    settings.AKTAR_MAX_BODY_BYTES = 20
    assert _post(client, b'{"a": "%s"}' % (b"x" * 11))[0] == 200
    status, answer = _post(client, b'{"a": "%s"}' % (b"x" * 12))
    assert (status, answer) == (413, {"detail": "The body is larger than 20 bytes."})


def test_a_length_that_is_not_true_is_not_believed(client: Client, settings: LazySettings) -> None:
    settings.AKTAR_MAX_BODY_BYTES = 20
    wrong = (("9" * 24, 413), ("x", 400), ("-1", 400), ("٣", 400), ("5", 400))
    for length, status in wrong:
        answer = client.generic("POST", "/open/", b'{"a": 1}', content_type=JSON, CONTENT_LENGTH=length)
        assert answer.status_code == status, length
