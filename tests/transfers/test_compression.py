"""Who can read compressed answers is sent fewer bytes: the same answer, under a tag of its own."""

import gzip
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from aktar.edge.documents import shelf
from tests.factories import a_caller, a_location, a_transfer_order
from tests.transfers.running import ORDERS, READY, done

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

pytestmark = pytest.mark.django_db
UNPACKED: dict[str | None, Callable[[bytes], bytes]] = {
    "zstd": zstd.decompress,
    "gzip": gzip.decompress,
    None: lambda content: content,
}


def answer_to(caller: Client, path: str, asked: str, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return caller.get(path, headers={"Accept-Encoding": asked, **named})


@pytest.mark.parametrize(
    ("asked", "coding"),
    [
        ("zstd, gzip", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("*", "zstd"),
        ("zstd;q=0.5, gzip;q=0.8", "gzip"),
        ("zstd;q=0, *", "gzip"),
        ("gzip;q=0.2, identity", None),
        ("zstd;q=0, gzip;q=0", None),
        ("zstd;q=two", None),
        ("br, deflate", None),
        ("identity", None),
        ("", None),
        ("gzip," * 200, None),
    ],
)
def test_the_coding_is_the_one_that_is_liked_best(caller: Client, asked: str, coding: str | None) -> None:
    order = a_transfer_order()
    for path in (ORDERS, f"{ORDERS}{order.pk}/", "/api/v1/oms/states/"):
        plain = caller.get(path).content
        for _ in ("made", "kept"):
            answer = answer_to(caller, path, asked)
            assert answer.headers.get("Content-Encoding") == coding
            assert UNPACKED[coding](answer.content) == plain
            assert "Accept-Encoding" in answer.headers["Vary"]
            assert answer.headers["Content-Length"] == str(len(answer.content))


def test_each_coding_has_a_tag_and_any_of_them_is_known(caller: Client) -> None:
    order = a_transfer_order()
    for path in (ORDERS, f"{ORDERS}{order.pk}/", "/api/v1/oms/states/"):
        tags = {
            asked: answer_to(caller, path, asked).headers["ETag"] for asked in ("zstd", "gzip", "identity")
        }
        assert len(set(tags.values())) == 3
        for asked, own in tags.items():
            for known in tags.values():
                answer = answer_to(caller, path, asked, If_None_Match=known)
                assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", own)
                assert "Content-Encoding" not in answer.headers
    body = {"invoice_number": "INV-1"}
    tag = answer_to(caller, f"{ORDERS}{order.pk}/", "zstd").headers["ETag"]
    path = f"{ORDERS}{order.pk}/set_invoice_number/"
    for status in (204, 412):
        answer = caller.post(path, body, "application/json", headers={"If-Match": tag})
        assert answer.status_code == status


def test_what_is_kept_compressed_is_never_stale_and_never_shown_to_others(caller: Client) -> None:
    location = a_location()
    order, other = a_transfer_order(destination=location), a_transfer_order()
    bound = a_caller(locations=[location])
    for reader in (caller, bound, caller):
        told = UNPACKED["zstd"](answer_to(reader, ORDERS, "zstd").content)
        assert told == reader.get(ORDERS).content
        assert (b'"number":"%b"' % other.number.encode() in told) is (reader is caller)
    assert answer_to(bound, f"{ORDERS}{other.pk}/", "zstd").status_code == 404
    done(caller, order, READY)
    for path in (ORDERS, f"{ORDERS}{order.pk}/"):
        told = UNPACKED["gzip"](answer_to(caller, path, "gzip").content)
        assert b"ready_to_shipment" in told
        assert told == caller.get(path).content
    one, two = (
        UNPACKED["zstd"](answer_to(caller, f"{ORDERS}{row.pk}/", "zstd").content) for row in (order, other)
    )
    assert one != two


def test_short_answers_refusals_and_pages_for_people_are_sent_as_they_are(caller: Client) -> None:
    for path in ("/api/v1/oms/states/1000000/", f"{ORDERS}1000000/", f"{ORDERS}?page=9"):
        answer = answer_to(caller, path, "zstd")
        assert answer.status_code == 404
        assert "Content-Encoding" not in answer.headers
    assert "Content-Encoding" not in answer_to(caller, f"{ORDERS}list-simple/", "zstd").headers
    assert "Content-Encoding" not in answer_to(caller, f"{ORDERS}?format=html", "zstd").headers


def test_compressed_answers_count_among_what_is_kept(caller: Client) -> None:
    a_transfer_order()
    for _ in range(2):  # it is kept whole by then
        caller.get(ORDERS)
    before = shelf.size
    content = answer_to(caller, ORDERS, "zstd").content
    assert before + len(content) < shelf.size < before + len(content) + 1000
