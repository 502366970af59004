"""Where the time of a hot path goes: it is walked over and over, while py-spy looks.

`python -m benchmarks.profiling list|brief|detail|command|order OUT.svg [--cold]` on the database of
DATABASE_URL, which is filled with the demo where it is empty; needs the program py-spy. docs/profiles.md
says what was found.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

SECONDS, SAMPLES = 8, 250
LEAST = 1.0
"""Frames below so many in a hundred are left out of the drawing."""

_TITLE = re.compile(r'(<text id="title"[^>]*>)[^<]*')
_FRAME = re.compile(r"<g><title>[^<]*samples, ([\d.]+)%\)</title>.*?</g>", re.DOTALL)


def main() -> int:
    what, out = sys.argv[1], Path(sys.argv[2])
    os.environ.setdefault("AKTAR_BENCH_ORDERS", "20000")
    from benchmarks.inside import wake

    call, _ = wake()
    step = _steps(call)[what]
    if "--cold" in sys.argv:
        step = _forgetful(step)
    for _ in range(20):
        step()
    begun = time.perf_counter()
    for _ in range(50):
        step()
    print(f"{what}: {(time.perf_counter() - begun) / 50 * 1e3:.2f} ms unobserved")
    limits = ("--duration", str(SECONDS), "--rate", str(SAMPLES))
    with subprocess.Popen(
        ["py-spy", "record", *limits, "--output", str(out), "--pid", str(os.getpid())],
        stderr=subprocess.DEVNULL,
    ) as looking:
        while looking.poll() is None:
            step()
    # What it calls itself is its command line, with the paths of this machine.
    drawn = _TITLE.sub(rf"\g<1>{what}", out.read_text())
    out.write_text(_FRAME.sub(lambda frame: frame[0] if float(frame[1]) >= LEAST else "", drawn))
    return looking.returncode


def _steps(call: Callable[..., bytes]) -> dict[str, Callable[[], object]]:
    from aktar.transfers.models import TransferOrder

    path = "/api/v1/oms/transfer_orders/"
    one = TransferOrder.objects.order_by("pk")[1000].pk
    waiting, purchases = _waiting(), _purchases()
    ready = {"transition": 100, "input_parameters": {}}
    return {
        "list": lambda: call(f"{path}?limit=50"),
        "brief": lambda: call(f"{path}list-simple/?limit=50"),
        "detail": lambda: call(f"{path}{one}/"),
        "command": lambda: call(f"{path}{next(waiting)}/command/", ready),
        "order": lambda: call("/api/v1/oms/orders/", next(purchases)),
    }


def _forgetful(step: Callable[[], object]) -> Callable[[], object]:
    from aktar.edge.documents import shelf

    def forgotten() -> object:
        shelf.forget()
        return step()

    return forgotten


def _waiting() -> Iterator[int]:
    """Transfer orders that wait; when all have moved they are set back, events and all."""
    from aktar.transfers.models import TransferItem, TransferOrder

    orders = TransferOrder.objects.filter(state__enum_value="waiting")
    ids = list(orders.order_by("pk").values_list("pk", flat=True)[:500])
    state = TransferOrder.objects.filter(pk=ids[0]).values("state")
    items = TransferItem.objects.filter(transfer_order=ids[0]).values("state")[:1]
    states = state[0]["state"], items[0]["state"]
    while True:
        yield from ids
        TransferOrder.objects.filter(pk__in=ids).update(state=states[0])
        TransferItem.objects.filter(transfer_order__in=ids).update(state=states[1])


def _purchases() -> Iterator[dict[str, object]]:
    """Orders of two lines, of what lies somewhere."""
    from django.db.models import F

    from aktar.stock.models import StockLevel

    free = StockLevel.objects.filter(on_hand__gt=F("reserved") + 100)
    skus = list(free.order_by("pk").values_list("product__sku", flat=True).distinct()[:2000])
    for number in count():
        yield {
            "number": f"PROFILE-{time.time_ns()}",
            "channel": {"name": "Aktar Web"},
            "customer": {"first_name": "Ayşe", "last_name": "Yılmaz"},
            "shipping_address": {
                "city": {"name": "ADANA"},
                "township": {"name": "SEYHAN"},
                "line": "Atatürk Caddesi 1",
            },
            "items": [
                {
                    "sku": skus[(number * 7 + line * 501) % len(skus)],
                    "price": "249.90",
                    "price_currency": "try",
                }
                for line in range(2)
            ],
        }


if __name__ == "__main__":
    sys.exit(main())
