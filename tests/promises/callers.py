"""Callers of several servers at once, who read and write, and note what they were told."""

import http.client
import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

READS = (
    "/api/v1/oms/transfer_orders/?limit=20",
    "/api/v1/oms/transfer_orders/?limit=20&page=3",
    "/api/v1/oms/transfer_orders/?state__enum_value=waiting&sort=-modified_date",
    "/api/v1/oms/transfer_orders/list-simple/?limit=100",
    "/api/v1/oms/transfer_orders/?overdue=true",
    "/api/v1/oms/state-transition-logs/?limit=50",
    "/api/v1/oms/events/?limit=50",
    "/metrics",
)
READS_OFTEN = 0.6
COMMANDS_OFTEN = 0.5
_LONG_ENOUGH = 30  # seconds
_VERSION = re.compile(r'"v(\d+)-')


@dataclass(frozen=True)
class Cut:
    """A connection that broke: to whom, when it was opened, and when it was found broken."""

    server: str
    opened: float
    broke: float


@dataclass
class Told:
    """What the callers were told, and what they were not."""

    statuses: "Counter[tuple[str, int]]" = field(default_factory=Counter)
    """How often which server answered with which status."""

    strange: list[str] = field(default_factory=list)
    """Answers that should not have been."""

    written: "Counter[tuple[int, int]]" = field(default_factory=Counter)
    """How often a write to an order, as it was in a version, was confirmed."""

    moved: set[str] = field(default_factory=set)
    """The marks of the commands that were confirmed."""

    unclear: dict[str, int] = field(default_factory=dict)
    """The marks of the writes whose answer was cut off, and their order."""

    cut: list[Cut] = field(default_factory=list)


class Caller:
    """One client in a thread: reads, and writes to what it has read, on any of the servers."""

    def __init__(
        self, servers: Sequence[str], key: str, orders: Sequence[int], seed: int, pause: float
    ) -> None:
        self.told = Told()
        self._servers = servers
        self._headers = {"Authorization": f"Token {key}", "Content-Type": "application/json"}
        self._orders = orders
        self._chance = random.Random(seed)
        self._pause = pause
        self._lines: dict[str, tuple[http.client.HTTPConnection, float]] = {}
        self._seen: dict[int, int] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"caller-{seed}")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(_LONG_ENOUGH)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self._chance.random() < READS_OFTEN:
                self._read()
            else:
                self._write(self._chance.choice(self._orders))
            self._stopping.wait(self._chance.uniform(0, 2 * self._pause))
        for line, _ in self._lines.values():
            line.close()

    def _read(self) -> None:
        path = self._chance.choice(READS)
        answer = self._ask("GET", path)
        if answer and answer.status != 200:
            self.told.strange.append(f"{answer.status} to GET {path}: {answer.body[:200]!r}")

    def _write(self, order: int) -> None:
        path = f"/api/v1/oms/transfer_orders/{order}/"
        read = self._ask("GET", path)
        if read is None:
            return
        found = _VERSION.match(read.tag)
        if read.status != 200 or found is None:
            self.told.strange.append(f"{read.status} to GET {path}: {read.body[:200]!r}")
            return
        version = int(found[1])
        if version < self._seen.get(order, 0):
            self.told.strange.append(f"order {order} went back from {self._seen[order]} to {version}")
        self._seen[order] = version
        mark = uuid4().hex
        commands = json.loads(read.body)["commands"]
        if commands and self._chance.random() < COMMANDS_OFTEN:
            parameters = {"cargo_company": "1", "remote_user_pk": mark}
            body = {"transition": self._chance.choice(commands)["id"], "input_parameters": parameters}
            self._settle(order, version, mark, self._ask("POST", f"{path}command/", body, tag=read.tag), body)
        else:
            body = {"invoice_number": mark}
            answer = self._ask("POST", f"{path}set_invoice_number/", body, tag=read.tag)
            self._settle(order, version, mark, answer, body)

    def _settle(self, order: int, version: int, mark: str, answer: "_Answer | None", body: Any) -> None:
        if answer is None:
            self.told.unclear[mark] = order
        elif answer.status in (200, 204):
            self.told.written[order, version] += 1
            self._seen[order] = version + 1
            if "transition" in body:
                self.told.moved.add(mark)
        elif answer.status != 412:  # somebody else was quicker
            self.told.strange.append(f"{answer.status} to {body}: {answer.body[:200]!r}")

    def _ask(self, method: str, path: str, body: Any = None, *, tag: str | None = None) -> "_Answer | None":
        """The answer, or None where the connection broke."""
        server = self._chance.choice(self._servers)
        headers = self._headers | ({"If-Match": tag} if tag else {})
        line, opened = self._lines.get(server) or self._opened(server)
        try:
            line.request(method, path, None if body is None else json.dumps(body), headers)
            with line.getresponse() as response:
                answer = _Answer(response.status, response.headers.get("ETag", ""), response.read())
        except (OSError, http.client.HTTPException):
            self.told.cut.append(Cut(server, opened, time.monotonic()))
            line.close()
            del self._lines[server]
            return None
        self.told.statuses[server, answer.status] += 1
        return answer

    def _opened(self, server: str) -> tuple[http.client.HTTPConnection, float]:
        address = urlsplit(server)
        assert address.hostname
        line = http.client.HTTPConnection(address.hostname, address.port, timeout=_LONG_ENOUGH)
        self._lines[server] = (line, time.monotonic())
        return self._lines[server]


@dataclass(frozen=True)
class _Answer:
    status: int
    tag: str
    body: bytes


@contextmanager
def calling(
    servers: Sequence[str], key: str, orders: Sequence[int], *, callers: int, pause: float
) -> Iterator[list[Caller]]:
    """Let so many callers loose, each of whom rests `pause` seconds on average; left, all have ended."""
    started = [Caller(servers, key, orders, seed, pause) for seed in range(callers)]
    for caller in started:
        caller.start()
    try:
        yield started
    finally:
        for caller in started:
            caller.stop()


def together(callers: Sequence[Caller]) -> Told:
    """What all of them were told."""
    all_of_it = Told()
    for caller in callers:
        all_of_it.statuses += caller.told.statuses
        all_of_it.written += caller.told.written
        all_of_it.strange += caller.told.strange
        all_of_it.moved |= caller.told.moved
        all_of_it.unclear |= caller.told.unclear
        all_of_it.cut += caller.told.cut
    return all_of_it
