"""A real receiver on loopback: notes what arrives, and answers as a test wishes."""

import asyncio
import json
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True)
class Delivery:
    """One request that arrived: all of it, and when (monotonic seconds)."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def uuid(self) -> str:
        """The WebhookEvent's, without dashes."""
        found: str = json.loads(self.body)["event"]["uuid"]
        return found

    @property
    def event_type(self) -> str:
        found: str = json.loads(self.body)["event"]["type"]
        return found

    @property
    def sequence(self) -> int:
        return int(self.headers["X-Aktar-Sequence"])

    @property
    def lane(self) -> tuple[str, str, int]:
        """The address and the object; the kind of object is the first word of the event type."""
        payload = json.loads(self.body)["payload"]
        return (self.path, self.event_type.partition(".")[0], payload["id"])


class Drop(Exception):
    """Hang up without an answer."""


Behaviour = Callable[[Delivery], Awaitable[web.StreamResponse]]


async def accept(_delivery: Delivery) -> web.StreamResponse:
    """The well-behaved receiver's answer."""
    return web.Response(text="OK")


async def never_answer(_delivery: Delivery) -> web.StreamResponse:
    """Take the request and say nothing."""
    await asyncio.sleep(3600)
    raise Drop


@dataclass
class Receiver:
    """Listens in a thread of its own; entered it runs, left it is gone."""

    behaviour: Behaviour = accept
    by_path: dict[str, Behaviour] = field(default_factory=dict)
    arrived: list[Delivery] = field(default_factory=list)
    port: int = 0

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def __enter__(self) -> "Receiver":
        self._loop = asyncio.new_event_loop()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._begun.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    def wait_for(self, count: int, *, seconds: float = 60, path: str | None = None) -> list[Delivery]:
        """Wait until so many requests have arrived (at a path); fails when they do not come."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = [one for one in list(self.arrived) if path is None or one.path == path]
            if len(found) >= count:
                return found
            time.sleep(0.01)
        raise AssertionError(f"{len(self.arrived)} of {count} arrived within {seconds} s.")

    def first_arrivals(self) -> dict[tuple[str, str, int], list[int]]:
        """By lane, the sequences in the order in which each first arrived."""
        lanes: dict[tuple[str, str, int], list[int]] = defaultdict(list)
        seen: set[str] = set()
        for one in list(self.arrived):
            if one.uuid not in seen:
                seen.add(one.uuid)
                lanes[one.lane].append(one.sequence)
        return lanes

    def require_order(self) -> None:
        """Hold that no lane's events first arrived out of order."""
        for lane, sequences in self.first_arrivals().items():
            assert sequences == sorted(sequences), (lane, sequences)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._live())
        finally:
            self._loop.close()

    async def _live(self) -> None:
        self._ended = asyncio.Event()
        server = web.Server(self._handle, access_log=None)
        runner = web.ServerRunner(server, shutdown_timeout=0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, backlog=1024)
        await site.start()
        self.port = runner.addresses[0][1]
        self._begun.set()
        await self._ended.wait()
        await site.stop()
        # Whoever still hangs is not waited for.
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        delivery = Delivery(request.path, dict(request.headers), body, time.monotonic())
        self.arrived.append(delivery)
        try:
            return await self.by_path.get(request.path, self.behaviour)(delivery)
        except Drop:
            if request.transport is not None:
                request.transport.abort()
            raise asyncio.CancelledError from None


def status(code: int, **headers: str) -> Behaviour:
    """Answer so every time."""

    async def answer(_delivery: Delivery) -> web.StreamResponse:
        return web.Response(status=code, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


def payload_of(delivery: Delivery) -> Any:
    return json.loads(delivery.body)["payload"]
