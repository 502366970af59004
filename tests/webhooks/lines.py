"""Listens on a bare socket: a test decides every byte that is answered, and sees every byte that came."""

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

Answering = Callable[[socket.socket], None]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
OK_AND_GOODBYE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"


def read_request(line: socket.socket) -> bytes:
    """One request off the wire, as its Content-Length says; empty when the other side is gone."""
    came = b""
    while b"\r\n\r\n" not in came:
        more = line.recv(65536)
        if not more:
            return b""
        came += more
    head, _, body = came.partition(b"\r\n\r\n")
    lengths = [row for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:")]
    missing = int(lengths[0].partition(b":")[2]) - len(body) if lengths else 0
    while missing > 0 and (more := line.recv(65536)):
        came += more
        missing -= len(more)
    return came


@dataclass
class Line:
    """A listening socket; each connection is handed to `answering`, if given, in a thread of its own.

    Entered it listens, left it is gone with everything that it had open.
    """

    answering: Answering | None = None
    host: str = "127.0.0.1"
    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/hook") -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{path}"

    def __enter__(self) -> "Line":
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._socket = socket.create_server((self.host, self.port), family=family, backlog=256)
        self.port = self._socket.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # A thread that waits in accept() is not woken by a close alone.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)
        for line in tuple(self._open):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(line)
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        # The other side may be gone at any byte; that is its good right.
        with contextlib.suppress(OSError), line:
            while request := read_request(line):
                self.requests.append(request)
                if self.answering is None:
                    break
                self.answering(line)
        self._open.discard(line)


def saying(*pieces: bytes) -> Answering:
    """Answer each request with these bytes."""

    def say(line: socket.socket) -> None:
        for piece in pieces:
            line.sendall(piece)

    return say


def hanging_up_after(*pieces: bytes) -> Answering:
    """Answer with these bytes and close the connection."""

    def say(line: socket.socket) -> None:
        saying(*pieces)(line)
        line.shutdown(socket.SHUT_RDWR)

    return say
