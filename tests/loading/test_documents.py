"""Whatever form the documents come in, each record is found, and a broken one hides no other."""

import gzip
import io
import json
import tracemalloc
from typing import Any

import pytest

from aktar.transfers.loading import documents as reading
from aktar.transfers.loading.documents import Broken, Document, documents

ORDERS = [{"id": n, "number": f"Ş{n}", "nested": {"text": ']}\\"[{', "list": [1, [2]]}} for n in range(1, 8)]
PAGE = {"count": 7, "next": None, "previous": None, "results": ORDERS}


def read(data: bytes) -> list[Any]:
    return [item.told if isinstance(item, Document) else item for item in documents(stream(data))]


def stream(data: bytes) -> io.BufferedReader:
    return io.BufferedReader(io.BytesIO(data))


def text(told: Any, indent: int | None = None) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=indent).encode()


FORMS = {
    "a page": text(PAGE),
    "a page, printed": text(PAGE, 2),
    "a page with its results first": text({"results": ORDERS, "count": 7}),
    "a list": text(ORDERS),
    "a list, printed": text(ORDERS, 4),
    "one a line": b"\n".join(map(text, ORDERS)),
    "one after the other": b"".join(map(text, ORDERS)),
    "lists and pages, one a line": text(ORDERS[:3])
    + b"\r\n"
    + text(PAGE | {"results": ORDERS[3:]})
    + b"\n\n",
    "with a byte order mark": b"\xef\xbb\xbf" + text(ORDERS),
    "gzipped": gzip.compress(text(ORDERS)),
}


@pytest.mark.parametrize("chunk", [1, 7, 64, 1 << 20])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_every_record(form: str, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_CHUNK", chunk)
    assert read(FORMS[form]) == ORDERS


@pytest.mark.parametrize(
    "nothing", [b"", b" \n ", b"[]", text(PAGE | {"results": []}), gzip.compress(b"", mtime=0)]
)
def test_nothing_is_nothing(nothing: bytes) -> None:
    assert read(nothing) == []


@pytest.mark.parametrize("chunk", [3, 1 << 20])
@pytest.mark.parametrize(
    "broken",
    ['{"id": 1, "number":}', '{"id": 1', '[{"id": 1},, {"id": 2}]', "{'id': 1}", '{"id": "\t"}', "]", "{,}"],
)
def test_after_a_broken_line_it_goes_on(broken: str, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_CHUNK", chunk)
    found = list(documents(stream(f'{{"id": 7}}\n{broken}\n{{"id": 8}}\n{{"id": 9}}'.encode())))
    whole = [item.told["id"] for item in found if isinstance(item, Document)]
    assert whole[0] == 7
    assert whole[-2:] == [8, 9]
    assert sum(isinstance(item, Broken) for item in found) == 1
    assert [item.place for item in found] == list(range(1, len(found) + 1))


@pytest.mark.parametrize(
    "data",
    [
        text(ORDERS)[:-30],
        text(PAGE)[:-1],
        gzip.compress(text(ORDERS))[:-12],
        b"\x1f\x8bno gzip at all",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"NaN and more",
        "[{}]".encode("utf-16"),
    ],
)
def test_a_torn_end_is_told_and_is_no_crash(data: bytes) -> None:
    last = list(documents(stream(data)))[-1]
    assert isinstance(last, Broken)


def test_numbers_keep_their_digits() -> None:
    (told,) = read(b'{"a": 1.10, "b": 12345678901234567.89, "c": 1e999, "d": NaN, "e": ' + b"9" * 5000 + b"}")
    assert (told["a"].text, told["b"].text) == ("1.10", "12345678901234567.89")
    assert told["e"] > 2**63


def test_memory_is_that_of_a_record_and_not_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_CHUNK", 64 * 1024)
    order = text({"id": 1, "filler": "x" * 5000})
    file = b'{"count": 4000, "results": [' + b",".join([order] * 4000) + b"]}"
    tracemalloc.start()
    try:
        assert sum(1 for _ in documents(stream(file))) == 4000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000 < len(file)


def test_a_record_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_RECORD", 10_000)
    monkeypatch.setattr(reading, "_CHUNK", 1_000)
    found = list(documents(stream(b'[{"a": "' + b"x" * 100_000 + b'"}]\n{"id": 5}')))
    assert "larger than 10,000 characters" in found[0].why
    assert found[-1].told == {"id": 5}


def test_a_record_of_endless_members_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_RECORD", 10_000)
    monkeypatch.setattr(reading, "_CHUNK", 1_000)
    members = b",".join(b'"%d": "%s"' % (n, b"x" * 900) for n in range(100))
    found = list(documents(stream(b"{" + members + b'}\n{"id": 5}')))
    assert "larger than 10,000 characters" in found[0].why
    assert found[-1].told == {"id": 5}
