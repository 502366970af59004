"""Listening to what a receiver says, and hanging up on one that goes on about nothing."""

import asyncio
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

MOST_HEARD = 1_000_000
"""Bytes of one answer, with all that is packed around it: what is read and kept is far less."""

MOST_INTERIM = 20
"""Answers of the kind `100 Continue` before the one that counts."""

_SLICE = 16 * 1024  # what is taken apart before it is looked at again


class BoundedHandler(ResponseHandler):
    """Hangs up on an answer that takes more taking apart than it could ever be worth.

    The library bounds lines, headers and what waits to be read. It does not bound interim answers, each of
    which is an object in memory, nor what stands around chunks: a receiver that sends them without end would
    have our memory and our loop for as long as an attempt may last.
    """

    _heard = 0
    _answers = 0
    _is_done = False

    def set_response_params(self, **given: Any) -> None:
        """Begin to listen to the answer to the next request."""
        self._heard = self._answers = 0
        super().set_response_params(**given)

    def data_received(self, data: bytes) -> None:
        """Take apart what came, a slice at a time."""
        for start in range(0, len(data), _SLICE) if data else (0,):
            if self._is_done:
                break
            piece = data[start : start + _SLICE]
            self._heard += len(piece)
            if self._heard > MOST_HEARD:
                self._hang_up("The answer goes on without end.")
            else:
                super().data_received(piece)

    def feed_data(self, data: Any, size: int = 0) -> None:
        """Take an answer, interim or not."""
        self._answers += 1
        if self._answers > MOST_INTERIM:
            self._hang_up("Interim answers come without end.")
        elif not self._is_done:
            super().feed_data(data, size)

    def _hang_up(self, reason: str) -> None:
        self._is_done = True
        error = aiohttp.ClientPayloadError(reason)
        self.set_exception(error)
        if self._payload is not None:
            self._payload.set_exception(error)
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()


class BoundedConnector(aiohttp.TCPConnector):
    """A connector whose connections are listened to within these bounds."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._factory = partial(BoundedHandler, loop=self._loop)  # type: ignore[assignment] # a narrower one
