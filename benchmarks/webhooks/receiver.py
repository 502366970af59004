"""The receiver: a process of its own that costs as little as a receiver can, and notes when what arrived.

Instants are those of the machine's monotonic clock, so that all processes of a run compare.
"""

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import uvloop

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
_arrived: list[tuple[str, str, float]] = []


@dataclass(frozen=True)
class Receiver:
    """A receiver that runs; whatever is sent to `/dead` is taken and never answered."""

    port: int

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def forget(self) -> None:
        """Forget what arrived."""
        self._ask("/forget")

    def count(self) -> int:
        """How many requests arrived, those at `/dead` left out."""
        return int(self._ask("/count"))

    def arrived(self) -> list[tuple[str, str, float]]:
        """Path, `webhook-id` and instant of each request, as they came."""
        return [(path, id_, at) for path, id_, at in json.loads(self._ask("/arrived"))]

    def wait_for(self, count: int, *, seconds: float = 300) -> None:
        """Wait until so many have arrived; raises TimeoutError when they do not come."""
        until = time.monotonic() + seconds
        while (found := self.count()) < count:
            if time.monotonic() > until:
                raise TimeoutError(f"{found} of {count} arrived within {seconds} s")
            time.sleep(0.05)

    def _ask(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url(path)) as answer:  # noqa: S310 - our own
            found: bytes = answer.read()
        return found


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver on a free port; left, it is gone."""
    command = [sys.executable, "-m", "benchmarks.webhooks.receiver"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Receiver(int(process.stdout.readline()))
        finally:
            process.kill()


class _Wire(asyncio.Protocol):
    """As much of HTTP/1.1 as our senders speak: one request after the other, with a Content-Length."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._buffer = bytearray()
        self._wanted = 0

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) < self._wanted:
            return
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._buffer[:end])
        self._wanted = end + 4 + int(_header(head, b"content-length") or 0)
        if len(self._buffer) >= self._wanted:
            del self._buffer[: self._wanted]
            self._wanted = 0
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        method, path, _ = head.partition(b"\r\n")[0].decode().split(" ")
        if method == "POST":
            _arrived.append((path, _header(head, b"webhook-id").decode(), time.monotonic()))
            if path != "/dead":
                self._transport.write(_OK)
            return
        answer = b""
        if path == "/forget":
            _arrived.clear()
        elif path == "/count":
            answer = str(sum(path != "/dead" for path, _, _ in _arrived)).encode()
        elif path == "/arrived":
            answer = json.dumps(_arrived).encode()
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)


def _header(head: bytes, name: bytes) -> bytes:
    lower = head.lower()
    begin = lower.find(b"\r\n" + name + b":")
    if begin < 0:
        return b""
    begin += len(name) + 3
    end = lower.find(b"\r\n", begin)
    return head[begin : end if end >= 0 else None].strip()


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Wire, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve())
