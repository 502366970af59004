"""A receiver may answer what it likes: it costs bounded memory and time, and nobody but itself."""

import contextlib
import os
import random
import resource
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import repeat
from pathlib import Path

import pytest
from django.test import Client

from aktar.webhooks.models import Standing, WebhookAttempt, WebhookEvent
from tests.factories import a_caller, a_carrier, a_transfer_order, a_user, a_workflow
from tests.webhooks.deliveries import tell
from tests.webhooks.dispatching import delivering, limits, saved_before_the_rules, wait_until
from tests.webhooks.lines import Answering, Line, hanging_up_after, saying
from tests.webhooks.receiver import Receiver, status

LOOPBACK = "127.0.0.0/8"
MOST_MEMORY = 50 * 2**20
KEPT = 20_000  # bytes of an answer
EACH = 3  # events for each hostile receiver

HEAD = b"HTTP/1.1 200 OK\r\n"
HTML = b"<script>alert(1)</script>\xff\xfe\x00<img src=x onerror=alert(2)>"

pytestmark = pytest.mark.django_db(transaction=True)


def _gzip_bomb(megabytes: int) -> bytes:
    squeeze = zlib.compressobj(9, wbits=31)
    zeros = bytes(2**20)
    return b"".join(squeeze.compress(zeros) for _ in range(megabytes)) + squeeze.flush()


def _without_end(begin: bytes, *more: bytes, pause: float = 0.0) -> Answering:
    """Answer, and go on as long as somebody listens."""

    def say(line: socket.socket) -> None:
        line.sendall(begin)
        for piece in repeat(b"".join(more)):
            line.sendall(piece)
            time.sleep(pause)

    return say


def _silent(line: socket.socket) -> None:
    line.recv(1)


RUBBISH = random.Random(1).randbytes(4096)
BLOCK = 64 * 1024

# What each receiver does, and what an attempt on it may come to: a status, or a kind of error.
HOSTILE: dict[str, tuple[Answering, set[int | str]]] = {
    "an endless body": (_without_end(HEAD + b"\r\n", b"x" * BLOCK), {200}),
    "an endless body in chunks": (
        _without_end(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n", b"x" * BLOCK, b"\r\n"),
        {200},
    ),
    "a body of one byte now and then": (_without_end(HEAD + b"\r\n", b"x", pause=0.2), {200}),
    "a head of one byte now and then": (_without_end(b"", b"H", pause=0.2), {"timeout", "answer"}),
    "a header without end": (_without_end(HEAD + b"X: ", b"x" * BLOCK), {"answer"}),
    "headers without end": (_without_end(HEAD, b"X: x\r\n" * 10_000), {"answer"}),
    "a reason without end": (_without_end(b"HTTP/1.1 200 ", b"x" * BLOCK), {"answer"}),
    "continue without end": (
        _without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2_000),
        {"answer"},
    ),
    "trailers without end": (
        _without_end(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: x\r\n" * 10_000),
        {200, "answer"},
    ),
    "an extension of a chunk without end": (
        _without_end(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * BLOCK),
        {200},
    ),
    "answers without end": (_without_end(b"", (HEAD + b"Content-Length: 0\r\n\r\n") * 2_000), {200}),
    "random bytes": (hanging_up_after(RUBBISH), {"answer", "disconnected"}),
    "random bytes without end": (_without_end(RUBBISH, RUBBISH), {"answer"}),
    "another protocol": (hanging_up_after(b"220 smtp.example.com ESMTP\r\n"), {"answer", "disconnected"}),
    "an old HTTP": (hanging_up_after(b"<html>it works</html>"), {"answer", "disconnected"}),
    "an end at once": (hanging_up_after(), {"disconnected"}),
    "an end within the head": (hanging_up_after(HEAD + b"X: "), {"disconnected", "answer"}),
    "silence": (_silent, {"timeout"}),
    "status 999": (hanging_up_after(b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"), {999}),
    "status 100 and an end": (hanging_up_after(b"HTTP/1.1 100 Continue\r\n\r\n"), {"disconnected"}),
    "status 101": (
        hanging_up_after(b"HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n" + RUBBISH),
        {101, "answer"},
    ),
    "status 000": (hanging_up_after(b"HTTP/1.1 000 Odd\r\nContent-Length: 0\r\n\r\n"), {0, "answer"}),
    "status 99999": (hanging_up_after(b"HTTP/1.1 99999 Odd\r\nContent-Length: 0\r\n\r\n"), {"answer"}),
    "status -200": (hanging_up_after(b"HTTP/1.1 -200 Odd\r\nContent-Length: 0\r\n\r\n"), {"answer"}),
    "two gigabytes that never come": (saying(HEAD + b"Content-Length: 2147483648\r\n\r\nfew"), {200}),
    "a length that is none": (hanging_up_after(HEAD + b"Content-Length: -5\r\n\r\n"), {"answer"}),
    "a length beyond all": (hanging_up_after(HEAD + b"Content-Length: %d\r\n\r\n" % 10**30), {"answer"}),
    "two lengths": (
        hanging_up_after(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        {"answer", 200},
    ),
    "rubbish for chunks": (
        hanging_up_after(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nrubbish\r\n-1\r\n"),
        {"answer", 200},
    ),
    "a chunk of 2^63": (
        hanging_up_after(HEAD + b"Transfer-Encoding: chunked\r\n\r\n8000000000000000\r\nx\r\n0\r\n\r\n"),
        {"answer", 200},
    ),
    "no UTF-8 and a script": (
        hanging_up_after(HEAD + b"X-\xff: \xfe\r\nContent-Type: text/html\r\n\r\n" + HTML),
        {200, "answer"},
    ),
}


class _Memory:
    """Watches how far the memory of this process grows."""

    def __enter__(self) -> "_Memory":
        self._before = self._most = _resident()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def grown(self) -> int:
        return self._most - self._before

    def _watch(self) -> None:
        while not self._ended.wait(0.01):
            self._most = max(self._most, _resident())


def _resident() -> int:
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # the most that it ever was


def _outcomes(url: str) -> set[int | str]:
    tries = WebhookAttempt.objects.filter(webhook_event__webhook__target_url=url)
    found = tries.values_list("response_http_status", "error_kind")
    return {kind if code is None else code for code, kind in found}


def test_whatever_a_receiver_answers_it_costs_little_and_hinders_nobody() -> None:
    """All of them at once, beside one that is well; each has several under way."""
    bomb = _gzip_bomb(200)
    hostile = HOSTILE | {
        "a gzip bomb of 200 MB": (
            hanging_up_after(
                HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb), bomb
            ),
            {200},
        )
    }
    owner = a_user(is_admin=True)
    with ExitStack() as stack:
        lines = {name: stack.enter_context(Line(does)) for name, (does, _) in hostile.items()}
        well = stack.enter_context(Receiver())
        for line in lines.values():
            saved_before_the_rules(line.url(), user=owner)
        for object_id in range(EACH):
            tell(object_id)
        stack.enter_context(_crowded_out(owner))
        memory = stack.enter_context(_Memory())
        begun = time.monotonic()
        with delivering(limits(allowed=LOOPBACK, timeout=3.0)):
            wait_until(lambda: all(line.connections for line in lines.values()))
            saved_before_the_rules(well.url(), user=owner, event_type="transfer.status.in_transit")
            for object_id in range(50):
                tell(object_id, "transfer.status.in_transit")
            well.wait_for(50, seconds=10)
            wait_until(lambda: all(_outcomes(line.url()) for line in lines.values()), seconds=15)
        assert time.monotonic() - begun < 20
    wrong = {
        name: found
        for name, line in lines.items()
        if not (found := _outcomes(line.url())) or found - hostile[name][1]
    }
    assert wrong == {}
    assert memory.grown < MOST_MEMORY
    kept = [bytes(content) for content in WebhookAttempt.objects.values_list("response_content", flat=True)]
    assert max(map(len, kept)) == KEPT
    [of_the_bomb] = {
        bytes(one)
        for one in WebhookAttempt.objects.filter(
            webhook_event__webhook__target_url=lines["a gzip bomb of 200 MB"].url()
        ).values_list("response_content", flat=True)
    }
    assert of_the_bomb == bomb[:KEPT], "it was unpacked"


@contextlib.contextmanager
def _crowded_out(owner: object) -> Iterator[None]:
    """A receiver that listens and accepts nobody: whoever comes waits."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        url = f"http://127.0.0.1:{full.getsockname()[1]}/"
        saved_before_the_rules(url, user=owner)
        yield


def test_an_answer_is_shown_as_what_it_is_and_never_run() -> None:
    a_workflow()
    a_carrier()
    admin = a_user(is_admin=True)
    with Line(hanging_up_after(HEAD + b"Content-Type: text/html\r\n\r\n" + HTML)) as line:
        saved_before_the_rules(line.url("/<script>alert(3)</script>"), user=admin)
        order = a_transfer_order()
        with delivering(limits(allowed=LOOPBACK)):
            wait_until(WebhookAttempt.objects.exists)
    attempt = WebhookAttempt.objects.get()
    assert (bytes(attempt.response_content), attempt.response_http_status) == (HTML, 200)
    caller = a_caller()
    path = f"/api/v1/oms/transfer_orders/{order.pk}/webhook_events/"
    [event] = caller.get(path).json()["results"]
    assert event["response_content"] == repr(HTML)
    desk = Client()
    desk.force_login(admin)
    pages = [
        caller.get(path, HTTP_ACCEPT="text/html"),
        desk.get(f"/admin/webhooks/webhookattempt/{attempt.pk}/change/"),
        desk.get("/admin/webhooks/webhookattempt/"),
        desk.get(f"/admin/webhooks/webhookevent/{attempt.webhook_event_id}/change/"),
    ]
    for page in pages:
        assert page.status_code == 200
        assert b"<script>alert" not in page.content
        assert b"<img src=x" not in page.content
    assert b"&lt;script&gt;alert(1)" in pages[1].content


def test_the_wait_that_a_receiver_asks_for_is_heard_within_bounds() -> None:
    """Ours is a minute, a tenth more or less: no wish makes it shorter, and none more than twice as long."""
    now = datetime.now(UTC)
    ours, twice = (50.0, 70.0), (100.0, 135.0)
    wishes = {
        "99999999": twice,
        "9" * 400: ours,
        "100": (85.0, 105.0),
        "0": ours,
        "-5": ours,
        "1e9": ours,
        "soon": ours,
        "": ours,
        "١٢٠": ours,
        "\xff": ours,
        format_datetime(now + timedelta(days=900), usegmt=True): twice,
        format_datetime(now + timedelta(seconds=100), usegmt=True): (80.0, 105.0),
        format_datetime(now - timedelta(days=900), usegmt=True): ours,
        "Wed, 99 Xxx 9999 99:99:99 GMT": ours,
    }
    owner = a_user(is_admin=True)
    with ExitStack() as stack:
        receiver = stack.enter_context(Receiver(behaviour=status(503)))
        urls = {}
        for wish in wishes:
            answer = b"HTTP/1.1 503 No\r\nContent-Length: 0\r\nRetry-After: %b\r\n\r\n" % wish.encode()
            urls[wish] = stack.enter_context(Line(saying(answer))).url()
        urls["none"] = receiver.url()
        for url in urls.values():
            saved_before_the_rules(url, user=owner)
        tell()
        with delivering(limits(allowed=LOOPBACK)):
            wait_until(lambda: WebhookAttempt.objects.count() == len(urls))
        tried_at = datetime.now(UTC)
    wrong = {}
    for wish, url in urls.items():
        owed = WebhookEvent.objects.get(webhook__target_url=url)
        assert (owed.standing, owed.lease, owed.tries) == (Standing.DUE, None, 1)
        assert owed.due_at is not None
        seconds = (owed.due_at - tried_at).total_seconds()
        least, most = wishes.get(wish, ours)
        if not least <= seconds <= most:
            wrong[wish] = seconds
    assert wrong == {}
