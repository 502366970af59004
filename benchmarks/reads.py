"""Reads against the yardstick: the list of 50 and the detail, both ways, in turn, in one process.

Each request goes through the whole WSGI handler with authentication; the throttle is off
for both. Prints medians and the ratio; times in milliseconds.
"""

import io
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ORDERS = int(os.environ.get("AKTAR_BENCH_ORDERS", "20000"))
ROUNDS = int(os.environ.get("AKTAR_BENCH_ROUNDS", "15"))


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AKTAR_DATA_DIR"] = folder
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        os.environ["AKTAR_LOG_LEVEL"] = "ERROR"
        for name in ("TOKEN", "ADDRESS", "LOGIN"):
            os.environ[f"AKTAR_THROTTLE_{name}"] = "off"
        os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
        return _run()


def _run() -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from aktar.accounts.actions import create_token, create_user
    from aktar.accounts.models import Reach
    from aktar.site.wsgi import application
    from aktar.transfers.models import TransferOrder

    now = datetime.now(UTC)
    call_command("migrate", verbosity=0)
    _fill(now)
    count = TransferOrder.objects.count()
    user = create_user("bench", is_admin=True, now=now)
    key = create_token(user, name="bench", now=now, reach=Reach.ALL).key
    call = _caller(application, key)
    middle = TransferOrder.objects.order_by("id").values_list("pk", flat=True)[count // 2]
    connection.close()

    print(f"{connection.vendor}, {count} transfer orders, {ROUNDS} rounds in turn, one process")
    base, yard = "/api/v1/oms/transfer_orders/", "/yardstick/transfer_orders/"
    for what, query in (
        ("list of 50", "?limit=50"),
        (f"list of 50, page {count // 50}", f"?limit=50&page={count // 50}"),
        ("detail", f"{middle}/"),
    ):
        ours, theirs = json.loads(call(base + query)), json.loads(call(yard + query))
        if _comparable(ours) != _comparable(theirs):
            print(f"{what}: the two answers differ", file=sys.stderr)
            return 1
        _compare(what, lambda q=query: call(base + q), lambda q=query: call(yard + q))  # type: ignore[misc]
    return 0


def _fill(now: datetime) -> None:
    from aktar.site.demo import load_demo
    from aktar.transfers.models import TransferOrder
    from aktar.workflow.actions import load_workflow, read_workflow

    load_workflow(read_workflow())
    if TransferOrder.objects.exists():
        return
    started = time.perf_counter()
    load_demo(ORDERS, now=now, progress=lambda _done, _all: None)
    print(f"demo of {ORDERS} customer orders: {time.perf_counter() - started:.1f} s")


def _caller(application: Any, key: str) -> Callable[[str], bytes]:
    def call(address: str) -> bytes:
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "HTTP_AUTHORIZATION": f"Token {key}",
            "HTTP_ACCEPT": "application/json",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
        }
        status: list[str] = []
        answer = application(environ, lambda line, _headers, _exc=None: status.append(line))
        body = b"".join(answer)
        answer.close()
        if not status[0].startswith("200"):
            raise RuntimeError(f"{address}: {status[0]} {body[:300]!r}")
        return body

    return call


def _comparable(document: Any) -> Any:
    """The answer without the addresses of the next and previous page."""
    if isinstance(document, dict) and "results" in document:
        return document["count"], document["results"]
    return document


def _compare(what: str, ours: Callable[[], bytes], theirs: Callable[[], bytes]) -> None:
    pairs = [(_timed(ours), _timed(theirs)) for _ in range(ROUNDS)]
    a, b = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratios = sorted(yard / our for our, yard in pairs)
    print(
        f"{what:24} aktar {a:7.2f} ms   DRF {b:8.2f} ms   "
        f"{statistics.median(ratios):5.1f} times as fast ({ratios[0]:.1f} to {ratios[-1]:.1f})"
    )


def _timed(call: Callable[[], bytes]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    sys.exit(main())
