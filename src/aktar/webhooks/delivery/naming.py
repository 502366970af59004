"""Asking for the addresses of names: no name's silence holds up another, and internal answers are dropped."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Sequence
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from aktar.webhooks.rules import Network, is_allowed_address

ASKED_AT_ONCE = 256
"""Names that are asked for at the same time; a thread each."""

_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV

Found = list[tuple[Any, ...]]


class AddressRefused(OSError):
    """The name led to an address that may not be called."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is an internal address, which webhooks do not call.")
        self.address = address


class Names(AbstractResolver):
    """Asks the system for a name's addresses, each name in a thread of its own.

    The loop would ask for two or four at a time, and whoever runs a name server could keep it silent until
    the system gives up: a few such names would stop the deliveries to everybody else.
    """

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed
        self._room = asyncio.Semaphore(ASKED_AT_ONCE)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses that may be called; raises AddressRefused when there are none but internal ones.

        Raises OSError when the name is not known. The socket judges again: what is dropped here is dropped so
        that the reason is told, and so that no time is lost on it.
        """
        async with self._room:
            found = await _asked(host, port, family)
        addresses = [(str(address[0]), kind, protocol) for kind, _, protocol, _, address in found]
        open_ = [one for one in addresses if is_allowed_address(one[0], allowed=self._allowed)]
        if addresses and not open_:
            raise AddressRefused(addresses[0][0])
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=protocol, flags=_NUMERIC)
            for address, kind, protocol in open_
        ]

    async def close(self) -> None:
        """Nothing is held: a thread that still waits ends by itself, and keeps no process from ending."""


async def _asked(host: str, port: int, family: socket.AddressFamily) -> Found:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Found] = loop.create_future()

    def tell(found: Found, error: OSError | None) -> None:
        if answer.done():  # nobody waits any more
            return
        if error is None:
            answer.set_result(found)
        else:
            answer.set_exception(error)

    def ask() -> None:
        found: Found = []
        error: OSError | None = None
        try:
            found = list(
                socket.getaddrinfo(
                    host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
                )
            )
        except UnicodeError as refusal:
            error = socket.gaierror(socket.EAI_NONAME, str(refusal))
        except OSError as refusal:
            error = refusal
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(tell, found, error)

    threading.Thread(target=ask, name="aktar-name", daemon=True).start()
    return await answer
