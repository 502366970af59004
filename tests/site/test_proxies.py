"""The samples for nginx and Caddy, run for real before a real server where these programs are found."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from aktar.workflow.actions import load_workflow, read_workflow
from tests.conftest import ServerProcess, free_port
from tests.factories import a_key
from tests.hostile.wire import say

DEPLOY = Path(__file__).parents[2] / "deploy"
LOGIN = b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: aktar.example.com\r\nContent-Type: application/json\r\n"
PATIENCE = b"1s"
THREADS = 2


@dataclass(frozen=True)
class Proxied:
    """A proxy's address in clear, and the server behind it."""

    url: str
    server: ServerProcess
    is_nginx: bool


@pytest.fixture(params=["nginx", "caddy"])
def proxied(
    request: pytest.FixtureRequest,
    database_url: str,
    live_server_process: Callable[..., ServerProcess],
    tmp_path: Path,
) -> Iterator[Proxied]:
    program = shutil.which(request.param, path="/usr/sbin:/usr/local/bin:/usr/bin:/bin")
    program = shutil.which(request.param) or program
    if program is None:
        pytest.skip(f"needs {request.param}")
    if request.param == "caddy" and _caddy_version(program) < (2, 7):
        pytest.skip("needs Caddy 2.7")
    load_workflow(read_workflow())
    server = live_server_process(
        database_url,
        "--threads",
        str(THREADS),
        AKTAR_TRUSTED_PROXIES="127.0.0.1/32",
        AKTAR_PUBLIC_URL="https://aktar.example.com",
        AKTAR_THROTTLE_ADDRESS="1/min burst 2",
    )
    port = free_port()
    started = {"nginx": _nginx, "caddy": _caddy}[request.param](program, server, port, tmp_path)
    try:
        _wait_for(port, started, tmp_path / "proxy.log")
        yield Proxied(f"http://127.0.0.1:{port}", server, request.param == "nginx")
    finally:
        started.terminate()
        started.wait(timeout=20)


def _nginx(program: str, server: ServerProcess, port: int, folder: Path) -> "subprocess.Popen[bytes]":
    _certificate(folder)
    text = (DEPLOY / "nginx" / "aktar.conf").read_text()
    for found, put in (
        (r"\n *listen \[::\][^\n]*", ""),
        (r"listen 443 ssl http2;", f"listen 127.0.0.1:{free_port()} ssl http2; listen 127.0.0.1:{port};"),
        (r"listen 80;", f"listen 127.0.0.1:{free_port()};"),
        (r"/etc/ssl/aktar/", f"{folder}/"),
        (r"server 127.0.0.1:8000;", f"server {server.url.removeprefix('http://')};"),
        (r"/etc/nginx/aktar-proxy.conf", str(DEPLOY / "nginx" / "aktar-proxy.conf")),
        (r"(client_\w+_timeout +)10s", rf"\g<1>{PATIENCE.decode()}"),
    ):
        text, count = re.subn(found, put, text)
        assert count, found
    (folder / "aktar.conf").write_text(text)
    kept = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi"))
    kept += "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log stderr;\n"
        f"events {{}}\nhttp {{ access_log off;\n{kept}include {folder}/aktar.conf; }}\n"
    )
    options = [program, "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    checked = subprocess.run([*options, "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    with (folder / "proxy.log").open("wb") as log:
        return subprocess.Popen(options, stderr=log)


def _caddy(program: str, server: ServerProcess, port: int, folder: Path) -> "subprocess.Popen[bytes]":
    text = (DEPLOY / "caddy" / "Caddyfile").read_text()
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    options = ["--adapter", "caddyfile", "--config"]
    checked = subprocess.run(
        [program, "validate", *options, str(DEPLOY / "caddy" / "Caddyfile")],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stderr
    for found, put in (
        (r"\n\{\n", "\n{\n\tadmin off\n\tauto_https off\n"),
        (r"\naktar\.example\.com \{", f"\nhttp://:{port} {{\n\tbind 127.0.0.1"),
        (r"reverse_proxy 127.0.0.1:8000", f"reverse_proxy {server.url.removeprefix('http://')}"),
        (r"(read_\w+) 10s", rf"\g<1> {PATIENCE.decode()}"),
    ):
        text, count = re.subn(found, put, text)
        assert count, found
    (folder / "Caddyfile").write_text(text)
    with (folder / "proxy.log").open("wb") as log:
        return subprocess.Popen(
            [program, "run", *options, str(folder / "Caddyfile")], env=environment, stderr=log
        )


def _caddy_version(program: str) -> tuple[int, ...]:
    said = subprocess.run([program, "version"], capture_output=True, text=True).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    return tuple(int(part) for part in found.groups()) if found else ()


def _certificate(folder: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "aktar.example.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    form = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(form))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def test_a_good_request_passes_with_its_headers(proxied: Proxied) -> None:
    key = a_key()
    heard = say(
        proxied.url,
        b"GET /api/v1/oms/states/?limit=1 HTTP/1.1\r\nHost: aktar.example.com\r\nConnection: close\r\n"
        b"X-Forwarded-Proto: https\r\nAuthorization: Token " + key.encode() + b"\r\n\r\n",
    )
    assert heard.status == 200
    assert re.fullmatch(r"[0-9a-f-]{32,36}", heard.headers["x-request-id"])
    # The proxy says how it was asked, whatever the client claims.
    assert b'"next":"http://aktar.example.com/api/v1/oms/states/' in heard.body


def test_stalled_senders_hold_none_of_the_threads_of_aktar(proxied: Proxied) -> None:
    address = urlsplit(proxied.url)
    with ExitStack() as stalled:
        for _ in range(4 * THREADS):
            line = socket.create_connection((address.hostname, address.port), timeout=15)
            stalled.enter_context(line)
            line.sendall(LOGIN + b'Content-Length: 100\r\n\r\n{"username": "a')
        time.sleep(0.3)
        for _ in range(2 * THREADS):
            assert proxied.server.get("/readyz").status == 200
    assert "/api/v1/auth/login/" not in proxied.server.log.read_text()


def test_who_stalls_is_cut_off(proxied: Proxied) -> None:
    pieces = [b"X-Slow: "]
    if proxied.is_nginx:  # Caddy, as tried, waits on in a body, at no cost to aktar
        pieces += [b"Content-Length: 100\r\n\r\n", b'Content-Length: 100\r\n\r\n{"username": "a']
    for piece in pieces:
        began = time.monotonic()
        assert say(proxied.url, LOGIN + piece).status in (0, 400, 408), piece
        assert time.monotonic() - began < 8


def test_a_body_that_is_too_large_is_413(proxied: Proxied) -> None:
    head = LOGIN + b"Connection: close\r\nContent-Length: 2000000\r\n\r\n"
    assert say(proxied.url, head, b"x" * 2_000_000).status == 413
    assert proxied.server.get("/readyz").status == 200


def test_nobody_claims_another_address(proxied: Proxied) -> None:
    told = [
        say(
            proxied.url,
            b"GET /api/v1/oms/states/ HTTP/1.1\r\nHost: aktar.example.com\r\nConnection: close\r\n"
            + header
            + b": 203.0.113.%d\r\nAuthorization: Token akt_wrong\r\n\r\n" % number,
        ).status
        for number, header in enumerate([b"X_Forwarded_For", b"x_forwarded_for", b"X-Forwarded-For"] * 2)
    ]
    # All come from one address, and that one runs out of tries.
    assert (told[0], told[2:]) == (401, [429] * 4)
