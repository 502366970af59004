"""What a request costs inside of a process: each operation as aktar and as the yardstick do it, in turn.

Each goes through the whole WSGI handler with authentication and throttle. `python -m benchmarks.inside`
measures the database of DATABASE_URL (filled with the demo where it is empty) and writes its figures to
AKTAR_BENCH_OUT.
"""

import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.figures import Figures

ORDERS = int(os.environ.get("AKTAR_BENCH_ORDERS", "100000"))
ROUNDS = int(os.environ.get("AKTAR_BENCH_ROUNDS", "31"))
LIST, YARDSTICK = "/api/v1/oms/transfer_orders/", "/yardstick/transfer_orders/"
READY = {"transition": 100, "input_parameters": {}}
Call = Callable[..., bytes]


@dataclass(frozen=True)
class Read:
    """One read: its name, and what follows the path of transfer orders."""

    name: str
    address: str


def wake() -> tuple[Call, float]:
    """The product on the database of DATABASE_URL: how it is called, and how many seconds the demo took."""
    os.environ["AKTAR_LOG_LEVEL"] = "ERROR"
    for name in ("TOKEN", "ADDRESS", "LOGIN"):
        # Counted by both, refused by none.
        os.environ[f"AKTAR_THROTTLE_{name}"] = "900000000/s"
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    import django

    django.setup()
    from django.core.management import call_command

    from aktar.site.wsgi import application

    call_command("migrate", verbosity=0)
    seconds = _fill(datetime.now(UTC))
    return caller(application, key()), seconds


def main() -> int:
    call, seconds = wake()
    from django.db import connection

    from aktar.transfers.models import TransferOrder

    ids = list(TransferOrder.objects.order_by("id").values_list("pk", flat=True))
    figures = Figures(connection.vendor, len(ids), seconds)
    reads = (
        Read("list of 50", "?limit=50"),
        Read("list of 50, page 1,000", f"?limit=50&page={min(1000, len(ids) // 50)}"),
        Read("list of 50, filtered", "?limit=50&state__enum_value=transferred"),
        Read("brief list of 50", "list-simple/?limit=50"),
        Read("detail", f"{ids[len(ids) // 2]}/"),
    )
    for read in reads:
        ours, theirs = json.loads(call(LIST + read.address)), json.loads(call(YARDSTICK + read.address))
        if _comparable(ours) != _comparable(theirs):
            print(f"{read.name}: the two answers differ", file=sys.stderr)
            return 1
    _measure_reads(reads, call, figures)
    _measure_floor(call, figures, detail=reads[-1])
    _measure_command(call, figures)
    Path(os.environ["AKTAR_BENCH_OUT"]).write_text(figures.as_json())
    print(figures)
    return 0


def _fill(now: datetime) -> float:
    """Make the demo where there is nothing; answers the seconds that it took."""
    from aktar.site.demo import load_demo
    from aktar.transfers.models import TransferOrder
    from aktar.workflow.actions import load_workflow, read_workflow

    load_workflow(read_workflow())
    if TransferOrder.objects.exists():
        return 0.0
    started = time.perf_counter()
    load_demo(ORDERS, now=now, progress=lambda _done, _all: None)
    return time.perf_counter() - started


def key() -> str:
    from aktar.accounts.actions import create_token, create_user
    from aktar.accounts.models import Reach, User

    now = datetime.now(UTC)
    user = User.objects.filter(username="bench").first() or create_user("bench", is_admin=True, now=now)
    return create_token(user, name="bench", now=now, reach=Reach.ALL).key


def _measure_reads(reads: tuple[Read, ...], call: Call, figures: Figures) -> None:
    from aktar.edge import counts
    from aktar.edge.documents import shelf

    def nothing() -> None:
        shelf.forget()
        counts.forget()

    for _ in range(ROUNDS):
        for read in reads:
            ours = partial(call, LIST + read.address)
            figures.add(read.name, "DRF", _timed(partial(call, YARDSTICK + read.address)))
            if "brief" not in read.name:
                shelf.forget()
                figures.add(read.name, "cold", _timed(ours))
                ours()  # asked for twice, an answer is kept whole
            figures.add(read.name, "warm", _timed(ours))
        nothing()
        figures.add("list of 50", "counted", _timed(lambda: call(LIST + reads[0].address)))


def _measure_floor(call: Call, figures: Figures, *, detail: Read) -> None:
    """Fetching the same bytes as they are, by the bare driver: nothing that answers can be quicker."""
    from django.db import connection

    results = json.loads(call(LIST + "?limit=50"))["results"]
    stored = [(row["id"], json.dumps(row).encode()) for row in results]
    ids = [id_ for id_, _ in stored]
    with connection.cursor() as cursor:
        kind = "bytea" if connection.vendor == "postgresql" else "blob"
        cursor.execute(f"CREATE TEMPORARY TABLE bench_stored (id bigint PRIMARY KEY, body {kind})")
        cursor.executemany("INSERT INTO bench_stored VALUES (%s, %s)", stored)
    bare: Any = connection.connection
    lists: tuple[Any, ...]
    if connection.vendor == "postgresql":
        several, one, lists = "SELECT body FROM bench_stored WHERE id = ANY(%s)", "= %s", (ids,)
    else:
        several = f"SELECT body FROM bench_stored WHERE id IN ({', '.join('?' * 50)})"
        one, lists = "= ?", tuple(ids)
    first = f"SELECT body FROM bench_stored WHERE id {one}"

    def fetched(statement: str, values: tuple[Any, ...]) -> bytes:
        cursor = bare.cursor()
        cursor.execute(statement, values)
        return b",".join(bytes(row[0]) for row in cursor.fetchall())

    for _ in range(ROUNDS):
        figures.add("list of 50", "stored", _timed(lambda: fetched(several, lists)))
        figures.add(detail.name, "stored", _timed(lambda: fetched(first, (ids[0],))))


def _measure_command(call: Call, figures: Figures) -> None:
    """The same command on waiting transfer orders of one item, by turns; two webhooks listen."""
    from aktar.edge.references import reading
    from aktar.transfers.queries import transfer_orders
    from aktar.webhooks.models import Event, WebhookEvent

    _two_listen()
    # References in memory, as for the reads.
    ids = list(_waiting())
    for start in range(0, min(len(ids), 2 * ROUNDS + 2), 100):
        transfer_orders(ids[start : start + 100], reading("en-us"))
    waiting = _waiting()
    for path in (LIST, YARDSTICK):
        call(f"{path}{next(waiting)}/command/", READY)
    payloads = [_shape(json.loads(event.payload)) for event in Event.objects.order_by("-id")[:2]]
    newest = WebhookEvent.objects.order_by("-event_id").values_list("event_id", flat=True)[:4]
    if payloads[0] != payloads[1] or len(set(newest)) != 2:
        raise SystemExit("command: the two record different things")
    for _ in range(ROUNDS):
        for what, path in (("DRF", YARDSTICK), ("warm", LIST)):
            run = partial(call, f"{path}{next(waiting)}/command/", READY)
            figures.add("command", what, _timed(run))


def _two_listen() -> None:
    from aktar.webhooks.models import Webhook

    names = ("transfer.status.transitioned", "transfer.status.ready_to_shipment")
    first = Webhook.objects.filter(event_type=names[0]).order_by("id")[0]
    if not Webhook.objects.filter(event_type=names[1]).exists():
        second = Webhook.objects.get(pk=first.pk)
        second.pk, second.event_type = None, names[1]
        second.save(force_insert=True)


def _waiting() -> Iterator[int]:
    from django.db.models import Count

    from aktar.transfers.models import TransferOrder

    waiting = TransferOrder.objects.filter(state__enum_value="waiting").annotate(n=Count("transferitem_set"))
    yield from waiting.filter(n=1).order_by("id").values_list("pk", flat=True)


def _shape(document: Any) -> Any:
    """What a document is made of, without its values."""
    if isinstance(document, dict):
        return {key: _shape(value) for key, value in document.items() if key not in _FREE}
    if isinstance(document, list):
        return [_shape(document[0])] if document else []
    return None


_FREE = frozenset({"attributes", "attributes_kwargs", "extra_attributes", "translations", "config", "conf"})


def caller(application: Any, key: str) -> Call:
    def call(address: str, body: Any = None) -> bytes:
        path, _, query = address.partition("?")
        sent = b"" if body is None else json.dumps(body).encode()
        environ = {
            "REQUEST_METHOD": "GET" if body is None else "POST",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "HTTP_AUTHORIZATION": f"Token {key}",
            "HTTP_ACCEPT": "application/json",
            "CONTENT_TYPE": "application/json" if sent else "",
            "CONTENT_LENGTH": str(len(sent)) if sent else "",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(sent),
            "wsgi.errors": sys.stderr,
        }
        status: list[str] = []
        answer = application(environ, lambda line, _headers, _exc=None: status.append(line))
        content = b"".join(answer)
        answer.close()
        if not status[0].startswith("20"):
            raise RuntimeError(f"{address}: {status[0]} {content[:300]!r}")
        return content

    return call


def _comparable(document: Any) -> Any:
    """The answer without the addresses of the next and previous page."""
    if isinstance(document, dict) and "results" in document:
        return document["count"], document["results"]
    return document


def _timed(call: Callable[[], bytes]) -> float:
    """Milliseconds of one call."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    sys.exit(main())
