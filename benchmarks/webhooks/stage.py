"""What every measurement of delivery stands on: a database with webhooks, real payloads, what is owed."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

IS_QUICK = os.environ.get("AKTAR_BENCH_QUICK", "1") != "0"
ROUNDS = int(os.environ.get("AKTAR_BENCH_ROUNDS", "3" if IS_QUICK else "5"))
EVENT = "transfer.status.transitioned"
SECRET = "a secret of the benchmark"  # noqa: S105 - nobody's
DEMO_ORDERS, PAYLOADS = 200, 50
KIND = 6  # transfer orders, as edge.content_types numbers them


def prepare() -> str:
    """Set Django up on the database that the environment names, make the tables; answers its vendor."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    return connection.vendor


def real_payloads() -> list[str]:
    """What is told of those transfer orders of the demo whose payloads come nearest to 10 KB."""
    from aktar.edge.references import reading
    from aktar.edge.shapes import encode_document
    from aktar.site.demo import load_demo
    from aktar.transfers.models import TransferOrder
    from aktar.transfers.queries import transfer_order_payload
    from aktar.webhooks.models import Webhook
    from aktar.workflow.actions import load_workflow, read_workflow

    load_workflow(read_workflow())
    load_demo(DEMO_ORDERS, now=datetime.now(UTC), progress=lambda _done, _all: None)
    orders = TransferOrder.objects.order_by("pk").values_list("pk", flat=True)
    current = reading("en-us")
    found = [encode_document(transfer_order_payload(order, current)) for order in orders]
    forget_owed()
    Webhook.objects.all().delete()
    return sorted(found, key=lambda text: abs(len(text.encode()) - 10_000))[:PAYLOADS]


def listen(urls: Sequence[str]) -> list[tuple[int, int]]:
    """A signed webhook at each address; answers their ids with those of their endpoints."""
    from aktar.accounts.actions import create_user
    from aktar.accounts.models import User
    from aktar.webhooks.actions import keep_webhook
    from aktar.webhooks.models import Webhook

    now = datetime.now(UTC)
    user = User.objects.filter(username="bench").first() or create_user("bench", is_admin=True, now=now)
    found = []
    for url in urls:
        webhook = Webhook(user=user, target_url=url, event_type=EVENT, secret_key=SECRET)
        keep_webhook(webhook, now=now)
        found.append((webhook.pk, webhook.endpoint_id))
    return found


def owe(payloads: Sequence[str], listeners: Sequence[tuple[int, int]], *, objects: int, each: int) -> float:
    """Owe each listener `each` events of so many objects; answers the instant (monotonic) of the commit."""
    from django.db import connection, transaction

    from aktar.webhooks.models import Event, ObjectSequence, Standing, WebhookEvent

    now = datetime.now(UTC)
    with transaction.atomic():
        ObjectSequence.objects.bulk_create(
            [ObjectSequence(content_type=KIND, object_id=one, last=each) for one in range(objects)]
        )
        events = Event.objects.bulk_create(
            [
                Event(
                    type=EVENT,
                    content_type=KIND,
                    object_id=object_id,
                    sequence=sequence,
                    payload=payloads[object_id % len(payloads)],
                    created_at=now,
                )
                for sequence, object_id in product(range(1, each + 1), range(objects))
            ],
            batch_size=500,
        )
        WebhookEvent.objects.bulk_create(
            [
                WebhookEvent(
                    webhook_id=webhook,
                    endpoint_id=endpoint,
                    event=event,
                    created_date=now,
                    modified_date=now,
                    event_type=EVENT,
                    content_type=KIND,
                    object_id=event.object_id,
                    sequence=event.sequence,
                    standing=Standing.DUE if event.sequence == 1 else Standing.BLOCKED,
                    due_at=now if event.sequence == 1 else None,
                )
                for event, (webhook, endpoint) in product(events, listeners)
            ],
            batch_size=2000,
        )
        with connection.cursor() as cursor:  # what a table that grew by and by has had
            cursor.execute("ANALYZE")
    return time.monotonic()


def forget_owed() -> None:
    """Empty the outbox, and let no endpoint have failed."""
    from django.db import connection

    from aktar.webhooks.models import (
        Endpoint,
        Event,
        EventPosition,
        ObjectSequence,
        WebhookAttempt,
        WebhookEvent,
    )

    outbox = (WebhookAttempt, WebhookEvent, EventPosition, Event, ObjectSequence)
    names = [connection.ops.quote_name(model._meta.db_table) for model in outbox]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(names)}")
        else:
            for name in names:
                cursor.execute(f"DELETE FROM {name}")
    Endpoint.objects.update(failures=0, paused_until=None)


def wait_until_settled(*, seconds: float = 60) -> float:
    """Wait until nothing is on its way; answers when (monotonic) that was. Raises TimeoutError."""
    from aktar.webhooks.models import Standing, WebhookEvent

    until = time.monotonic() + seconds
    waiting = WebhookEvent.objects.filter(standing__in=(Standing.BLOCKED, Standing.DUE))
    while waiting.exists():
        if time.monotonic() > until:
            raise TimeoutError(f"{waiting.count()} are on their way still")
        time.sleep(0.01)
    return time.monotonic()


@contextmanager
def dispatching() -> Iterator[None]:
    """Let a process of its own, `aktar dispatch`, deliver; left, it has ended."""
    log = Path(os.environ["AKTAR_DATA_DIR"]) / "dispatch.log"
    command = [sys.executable, "-m", "aktar", "dispatch"]
    with log.open("wb") as file, subprocess.Popen(command, stdout=file, stderr=file) as process:
        try:
            until = time.monotonic() + 30
            while b"delivers webhooks" not in log.read_bytes():
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(log.read_text())
                time.sleep(0.02)
            yield
        finally:
            process.kill()  # a dead endpoint would let it wait


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """The median, and from where to where."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):{form}} ({low:{form}} to {high:{form}})"


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many per cent do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def verdict(value: float, *, aim: float, must: float, is_more_better: bool = True) -> str:
    """How a figure stands to what was promised of it."""
    sign = 1 if is_more_better else -1
    words = "as aimed" if sign * value >= sign * aim else "enough" if sign * value >= sign * must else "SHORT"
    bound = "at least" if is_more_better else "at most"
    return f"{words} (aim {bound} {aim:g}, must {must:g})"
