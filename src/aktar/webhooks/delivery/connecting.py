"""Calling an address, and never one that is not allowed: the check is made where the socket is."""

import asyncio
import contextlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.connector import AddrInfoType

from aktar.webhooks.delivery.limits import Limits
from aktar.webhooks.delivery.listening import BoundedConnector
from aktar.webhooks.delivery.naming import AddressRefused, Names
from aktar.webhooks.rules import is_allowed_address

BODY_SECONDS = 5.0
"""How long the answer's body is waited for once its status is there: the status alone decides."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered: its status, the body's first bytes, the address that was called."""

    status: int
    content: bytes
    address: str
    retry_after: str | None


class _Response(aiohttp.ClientResponse):
    """An answer that remembers whom it came from, also after its connection went back to the pool."""

    peer = ""

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        transport = connection.transport
        name = transport.get_extra_info("peername") if transport is not None else None
        self.peer = str(name[0]) if name else ""
        return await super().start(connection)


def guarded_session(limits: Limits) -> aiohttp.ClientSession:
    """A session whose sockets go to allowed addresses only, whatever a name says when it is asked.

    Addresses are judged as the socket is made, so a name that changes its mind after a check gains nothing,
    and a literal address, for which no resolver is asked, is judged like any other.
    """

    def make_socket(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _name, address = info
        if not is_allowed_address(str(address[0]), allowed=limits.allowed):
            raise AddressRefused(str(address[0]))
        return socket.socket(family=family, type=kind, proto=protocol)

    connector = BoundedConnector(
        limit=0,  # the hands bound what is under way
        # Shorter than what servers keep idle connections for: one that they close as we write is a failure.
        keepalive_timeout=3,
        resolver=Names(limits.allowed),
        ttl_dns_cache=10,
        socket_factory=make_socket,
    )
    return aiohttp.ClientSession(
        connector=connector,
        response_class=_Response,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),  # `post` has its own
        auto_decompress=False,  # a small body could become a huge one
        trust_env=False,
        skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
    )


async def post(
    session: aiohttp.ClientSession,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    most: int,
    within: float,
) -> Answer:
    """POST `body`; at most `most` bytes of the answer are read, and no redirect is followed.

    The status has to come `within` so many seconds; of what follows it is read what comes by then. Raises
    aiohttp.ClientError, TimeoutError, OSError or ValueError.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + within
    async with asyncio.timeout_at(until):
        response = await session.post(_required_web(url), data=body, headers=headers, allow_redirects=False)
    content = b""
    try:
        # What the status says holds, however the body ends.
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
            if response.content.is_eof():  # as with most receivers, whose body comes with the status
                content = response.content.read_nowait(most)
            else:
                async with asyncio.timeout_at(min(until, loop.time() + BODY_SECONDS)):
                    while len(content) < most and (part := await response.content.read(most - len(content))):
                        content += part
    finally:
        if not response.content.at_eof():
            response.close()  # the rest is not read: the connection is of no more use
        response.release()
    peer = response.peer if isinstance(response, _Response) else ""
    return Answer(response.status, content, peer, response.headers.get("Retry-After"))


def _required_web(url: str) -> str:
    """The address; raises aiohttp.InvalidURL for what is none of http or https.

    A row from before the rules may name a scheme that the library speaks as well, or one that it trips over.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise aiohttp.InvalidURL(url, str(error)) from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise aiohttp.InvalidURL(url, "no address of http or https")
    return url
