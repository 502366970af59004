"""Speaks HTTP byte by byte to a served process, as no client library would let one."""

import contextlib
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

PATIENCE = 15  # seconds


@dataclass(frozen=True)
class Heard:
    """An answer off the wire; status 0 when the server hung up without a word."""

    status: int
    headers: dict[str, str]
    body: bytes


def say(url: str, *pieces: bytes, hang_up: bool = False) -> Heard:
    """Send bytes as they are, piece by piece, and hear the answer; `hang_up` ends our half after them."""
    address = urlsplit(url)
    received = b""
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as line:
        try:
            for piece in pieces:
                line.sendall(piece)
            if hang_up:
                with contextlib.suppress(OSError):  # the server was quicker
                    line.shutdown(socket.SHUT_WR)
            while more := line.recv(65536):
                received += more
        except (ConnectionResetError, BrokenPipeError):
            # It had heard enough and answered before we were done; what it said may still be there.
            received += _rest(line)
    return _heard(received)


def request(
    method: bytes, path: bytes, *headers: bytes, body: bytes = b"", host: bytes = b"127.0.0.1"
) -> bytes:
    """A whole request that asks for the line to be closed; the length of a body is declared."""
    lines = [method + b" " + path + b" HTTP/1.1", b"Host: " + host, b"Connection: close", *headers]
    if body:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(body: bytes, *, size: int = 65536) -> bytes:
    """A body in chunks, without any length declared beforehand."""
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def _rest(line: socket.socket) -> bytes:
    received = b""
    try:
        while more := line.recv(65536):
            received += more
    except OSError:
        return received
    return received


def _heard(received: bytes) -> Heard:
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) < 2 or not parts[1].isdigit():
        return Heard(0, {}, received)
    named = (line.partition(":") for line in lines[1:])
    headers = {name.strip().lower(): value.strip() for name, _, value in named}
    return Heard(int(parts[1]), headers, body)
