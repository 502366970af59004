"""From the commit to the receiver at 100 events a second: with the writer in one process, and apart."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

from benchmarks.webhooks import stage
from benchmarks.webhooks.receiver import Receiver, receiver

A_SECOND = 100
SECONDS = 8 if stage.IS_QUICK else 60


def main() -> None:
    vendor = stage.prepare()
    payloads = stage.real_payloads()
    print(f"promptness on {vendor}: {A_SECOND} events/s for {SECONDS} s, each of another object")
    with receiver() as listening:
        stage.listen([listening.url()])
        for name, delivering in (
            ("as in aktar serve", _embedded),
            ("aktar dispatch apart", stage.dispatching),
        ):
            _measure(name, delivering, listening, payloads)


def _measure(
    name: str,
    delivering: Callable[[], AbstractContextManager[None]],
    listening: Receiver,
    payloads: list[str],
) -> None:
    stage.forget_owed()
    listening.forget()
    with delivering():
        time.sleep(1.0)
        committed = _write(payloads)
        listening.wait_for(len(committed))
        stage.wait_until_settled()
    waits = [(at - committed[id_]) * 1000 for _, id_, at in listening.arrived()]
    p50, p99 = stage.percentile(waits, 50), stage.percentile(waits, 99)
    print(
        f"  {name}: p50 {p50:.0f} ms {stage.verdict(p50, aim=100, must=100, is_more_better=False)}, "
        f"p99 {p99:.0f} ms {stage.verdict(p99, aim=1000, must=1000, is_more_better=False)}, "
        f"longest {max(waits):.0f} ms"
    )


def _write(payloads: list[str]) -> dict[str, float]:
    """Commit at an even pace; answers when (monotonic) each was committed, by `webhook-id`."""
    from django.db import transaction
    from django.db.models import Q

    from aktar.webhooks.actions import record_event
    from aktar.webhooks.models import WebhookEvent

    at: dict[int, float] = {}
    begun = time.monotonic()
    for number in range(A_SECOND * SECONDS):
        time.sleep(max(0.0, begun + number / A_SECOND - time.monotonic()))
        with transaction.atomic():
            event = record_event(
                stage.EVENT,
                content_type=stage.KIND,
                object_id=number,
                payload=payloads[number % len(payloads)],
                audience=Q(),
                now=datetime.now(UTC),
            )
            # Before the commit, so that the wait is rather shown too long: afterwards it may be sent already.
            at[event.pk] = time.monotonic()
    owed = WebhookEvent.objects.values_list("uuid", "event_id")
    return {f"msg_{uuid.hex}": at[event] for uuid, event in owed}


@contextmanager
def _embedded() -> Iterator[None]:
    from django.db import connection

    from aktar.webhooks.delivery import Dispatcher, Limits

    dispatcher = Dispatcher(Limits.from_settings())
    thread = threading.Thread(target=dispatcher.run)
    connection.close()
    thread.start()
    try:
        yield
    finally:
        dispatcher.stop()
        thread.join()


if __name__ == "__main__":
    main()
