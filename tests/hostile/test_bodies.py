"""A body that two readers could understand differently, or that no database can hold, is refused whole."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from tests.walk.operations import ORDER_POSTS, POSTS, Ask
from tests.walk.scene import Scene, require_error_form

FIELD = {
    "new transfer order": "invoice_number",
    "command": "slug",
    "new order": "number",
    "cancel order": "nonsense",
    "package command": "slug",
    "set invoice number": "invoice_number",
    "set remote id": "remote_id",
    "log in": "username",
    "set stock": "as_of",
    "adjust stock": "reason",
    "keep stock locations": "stock_locations",
    "keep products": "products",
    "keep cargo companies": "cargo_companies",
    "new webhook": "callback",
    "test webhook": "nonsense",
    "resume webhook": "nonsense",
    "retry": "nonsense",
    "recover": "since",
    "replay": "since",
}
WITHOUT_BODY = {name for name, asked in POSTS.items() if asked.body == {}}
DEEP = 100_000
LIMIT = 1024 * 1024

NO_OBJECTS = {
    "nothing": b"",
    "spaces": b" \r\n\t",
    "a list": b"[]",
    "a list of objects": b'[{"remote_id": "123"}]',
    "null": b"null",
    "true": b"true",
    "a number": b"1",
    "a text": b'"123"',
    "broken off": b'{"remote_id": "12',
    "no value": b'{"remote_id":}',
    "a last comma": b'{"remote_id": "123",}',
    "single quotes": b"{'remote_id': '123'}",
    "a comment": b'{} // "123"',
    "two objects": b"{}{}",
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep lists, open": b"[" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "UTF-16": '{"remote_id": "123"}'.encode("utf-16"),
    "UTF-16 without its mark": '{"remote_id": "123"}'.encode("utf-16-le"),
    "UTF-32": '{"remote_id": "123"}'.encode("utf-32"),
    "zeros": b"\x00" * 100,
    "zipped": bytes.fromhex("1f8b0800000000000003ab0600"),
    "a form": b"remote_id=123",
}
# Each %s is the operation's own field: nothing but the value or the key is wrong.
VALUES = {
    "invalid UTF-8": b'{"%s": "\xff\xfe"}',
    "Latin-5": '{"%s": "Şişli"}'.encode("iso-8859-9"),
    "overlong NUL": b'{"%s": "\xc0\x80"}',
    "a surrogate in UTF-8": b'{"%s": "\xed\xa0\x80"}',
    "a byte order mark": b'\xef\xbb\xbf{"%s": "123"}',
    "twice": b'{"%s": "123", "%s": "123"}',
    "twice, once escaped": b'{"%s": "123", "\\u0072emote_id": "123", "remote_id": "1"}',
    "NaN": b'{"%s": NaN}',
    "Infinity": b'{"%s": Infinity}',
    "minus Infinity": b'{"%s": -Infinity}',
    "1e999": b'{"%s": 1e999}',
    "minus 1e999": b'{"%s": -1e999}',
    "digits": b'{"%s": ' + b"9" * 5000 + b"}",
    "2^63": b'{"%s": 9223372036854775808}',
    "hexadecimal": b'{"%s": 0x10}',
    "a leading zero": b'{"%s": 010}',
    "NUL": b'{"%s": "1\\u0000"}',
    "a NUL byte": b'{"%s": "1\x00"}',
    "a line break": b'{"%s": "1\n"}',
    "a first half": b'{"%s": "\\ud83d"}',
    "a second half": b'{"%s": "\\ude00"}',
    "halves turned round": b'{"%s": "\\ude00\\ud83d"}',
    "NUL in a key": b'{"%s": "123", "a\\u0000": 1}',
    "half in a key": b'{"%s": "123", "\\ud800": 1}',
    "twice below": b'{"%s": "123", "input_parameters": {"a": 1, "a": 2}}',
    "NUL below": b'{"%s": "123", "input_parameters": {"a": ["\\u0000"]}}',
    "half in a key below": b'{"%s": "123", "input_parameters": {"\\udfff": 1}}',
    "NaN below": b'{"%s": "123", "input_parameters": {"a": [[NaN]]}}',
    "digits below": b'{"%s": "123", "input_parameters": {"a": ' + b"1" * 5000 + b"}}",
    "65 levels": b'{"%s": "123", "input_parameters": {"a": ' + b"[" * 63 + b"]" * 63 + b"}}",
    "deep below": b'{"%s": "123", "input_parameters": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "a number": b'{"%s": 123}',
    "a list": b'{"%s": ["123"]}',
    "an object": b'{"%s": {"a": "123"}}',
    "null": b'{"%s": null}',
    "false": b'{"%s": false}',
}
TYPES = {
    "none": "",
    "XML": "application/xml",
    "text": "text/plain",
    "a form": "application/x-www-form-urlencoded",
    "a multipart form": "multipart/form-data; boundary=a",
    "a multipart form without boundary": "multipart/form-data",
    "anything": "*/*",
    "any application": "application/*",
    "another JSON": "application/vnd.api+json",
    "a prefix": "application/jsonp",
    "rubbish": "\x00;;;=",
    "UTF-16": "application/json; charset=utf-16",
    "UTF-7": "application/json; charset=utf-7",
    "Latin-5": "application/json; charset=iso-8859-9",
    "no such charset": "application/json; charset=bogus",
    "a charset that is none": "application/json; charset=rot13",
    "an empty charset": 'application/json; charset=""',
}


def _own_field(template: bytes, name: str) -> bytes:
    return template.replace(b"%s", FIELD[name].encode())


def _refused(asked: Ask, client: Client, scene: Scene, **changes: Any) -> dict[str, Any]:
    answer = replace(asked, **changes).send(client, scene, "en-us")
    assert answer.status_code == 400, answer.content
    body: dict[str, Any] = answer.json()
    require_error_form(body)
    return body


def test_what_is_no_json_object_is_refused(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    for name, asked in POSTS.items():
        for what, body in NO_OBJECTS.items():
            if name in WITHOUT_BODY and what == "nothing":
                continue
            if name == "new order" and what == "a list of objects":
                continue  # it takes orders in a list too, and says of each what is wrong
            with subtests.test(name, body=what):
                _refused(asked, client, scene, body=body)


def test_what_could_be_read_in_two_ways_is_refused(
    scene: Scene, client: Client, subtests: pytest.Subtests
) -> None:
    for name, asked in POSTS.items():
        for what, template in VALUES.items():
            with subtests.test(name, body=what):
                _refused(asked, client, scene, body=_own_field(template, name))


def test_a_refusal_never_repeats_what_cannot_be_written(scene: Scene, client: Client) -> None:
    asked = POSTS["set remote id"]
    for body in (
        b'{"remote_id": "1", "a\\u0000\\ud800": {"\\u001b[2J": "\\u0000"}}',
        b'{"remote_id": "1", "' + b"k" * 10_000 + b'": 1, "' + b"k" * 10_000 + b'": 2}',
        b'{"<script>alert(1)</script>": "1"}',
    ):
        answer = replace(asked, body=body).send(client, scene, "en-us")
        assert answer.status_code == 400
        assert answer.headers["Content-Type"] == "application/json"
        assert len(answer.content) < 1000
        assert not any(byte < 0x20 for byte in answer.content)


def test_a_field_that_is_not_asked_for_is_refused(
    scene: Scene, client: Client, subtests: pytest.Subtests
) -> None:
    for name, asked in POSTS.items():
        for unknown in ("state", "delivered", "id", "version", "__class__", "Slug", "ürün", ""):
            with subtests.test(name, field=unknown):
                told = _refused(asked, client, scene, body=asked.body | {unknown: "1"})
                assert list(told) == [unknown]


def test_every_fault_of_a_body_is_told_at_once(scene: Scene, client: Client) -> None:
    told = _refused(
        POSTS["command"],
        client,
        scene,
        body={"transition": "100", "slug": " ", "input_parameters": [], "transfer": 0, "state": 76},
    )
    assert set(told) == {"transition", "slug", "input_parameters", "transfer", "state"}


def test_a_body_of_another_type_is_refused(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    for name, asked in POSTS.items():
        for what, content_type in TYPES.items():
            with subtests.test(name, type=what):
                answer = replace(
                    asked, body=json.dumps(asked.body).encode(), headers={"content_type": content_type}
                ).send(client, scene, "en-us")
                assert answer.status_code == 415, answer.content
                require_error_form(answer.json())


def test_a_body_over_the_limit_is_refused(scene: Scene, client: Client, subtests: pytest.Subtests) -> None:
    padded = b'{"remote_id": "123"' + b" " * LIMIT + b"}"
    for name, asked in POSTS.items():
        for length in ("", str(LIMIT + 1), "9" * 19, "9" * 5000):
            with subtests.test(name, length=length[:20]):
                declared = {"content_length": length} if length else {}
                answer = replace(asked, body=padded, headers=declared).send(client, scene, "en-us")
                assert answer.status_code == 413
                require_error_form(answer.json())


def test_a_declared_length_that_is_no_number_breaks_nothing(
    scene: Scene, client: Client, subtests: pytest.Subtests
) -> None:
    for name, asked in ORDER_POSTS.items():
        if name in WITHOUT_BODY:
            continue  # what the server takes for no body is none
        for length in ("-1", "-99999999999999999999", "abc", "1.5", "٣", "1_0", "+5", "0", " "):
            with subtests.test(name, length=length):
                body = b" " * 50
                answer = replace(asked, body=body, headers={"content_length": length}).send(
                    client, scene, "en-us"
                )
                assert answer.status_code == 400


def test_wrong_credentials_are_told_alike(scene: Scene, client: Client) -> None:
    asked = POSTS["log in"]
    told = {
        json.dumps(_refused(asked, client, scene, body={"username": name, "password": password}))
        for name, password in (
            ("ayse", "wrong"),
            ("ayse", " correct horse battery"),
            ("ayse ", "correct horse battery"),
            ("AYSE", "correct horse battery"),
            ("nobody", "correct horse battery"),
            ("' OR 1=1 --", "x"),
            ("user1", ""),
        )
        if password
    }
    assert len(told) == 1


def test_a_name_or_password_that_is_none_is_refused(
    scene: Scene, client: Client, subtests: pytest.Subtests
) -> None:
    asked = POSTS["log in"]
    wrong: tuple[Any, ...] = ("", None, [], {}, "p" * 1001, "\ud800", 1, True, 1.5)
    for value in wrong:
        for field in ("username", "password"):
            with subtests.test(field=field, value=value):
                _refused(asked, client, scene, body=asked.body | {field: value})
