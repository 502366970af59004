"""Calling an address, and never one that is not allowed: the check is made where the socket is."""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.connector import AddrInfoType

from aktar.webhooks.delivery.limits import Limits
from aktar.webhooks.rules import is_allowed_address

BODY_SECONDS = 5.0
"""How long the answer's body is waited for once its status is there: the status alone decides."""


class AddressRefused(OSError):
    """The name led to an address that may not be called."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is an internal address, which webhooks do not call.")
        self.address = address


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

    connector = aiohttp.TCPConnector(
        limit=0,  # the hands bound what is under way
        # Shorter than what servers keep idle connections for: one that they close as we write is a failure.
        keepalive_timeout=3,
        ttl_dns_cache=10,
        socket_factory=make_socket,
    )
    return aiohttp.ClientSession(
        connector=connector,
        response_class=_Response,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=limits.timeout),
        auto_decompress=False,  # a small body could become a huge one
        trust_env=False,
        skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
    )


async def post(
    session: aiohttp.ClientSession, url: str, body: bytes, headers: Mapping[str, str], *, most: int
) -> Answer:
    """POST `body`; at most `most` bytes of the answer are read, and no redirect is followed.

    Raises aiohttp.ClientError, TimeoutError, OSError or ValueError.
    """
    async with session.post(url, data=body, headers=headers, allow_redirects=False) as response:
        content = b""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while len(content) < most and (part := await response.content.read(most - len(content))):
                    content += part
        except (aiohttp.ClientError, TimeoutError, OSError):
            pass  # what the status says holds, however the body ends
        if not response.content.at_eof():
            response.close()  # the rest is not read: the connection is of no more use
        peer = response.peer if isinstance(response, _Response) else ""
        return Answer(response.status, content, peer, response.headers.get("Retry-After"))
