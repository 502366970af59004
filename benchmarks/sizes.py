"""The same list while the table grows: 10,000 transfer orders of the demo, then copies, tenfold twice.

`python -m benchmarks.sizes` takes the empty database of DATABASE_URL and writes to AKTAR_BENCH_OUT.
Copies are bare: orders and items, without logs, events and packages of their own.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SIZES = [int(size) for size in os.environ.get("AKTAR_BENCH_SIZES", "10000,100000,1000000").split(",")]
ROUNDS = int(os.environ.get("AKTAR_BENCH_ROUNDS", "31"))


def main() -> int:
    os.environ["AKTAR_LOG_LEVEL"] = "ERROR"
    os.environ |= {"AKTAR_THROTTLE_TOKEN": "off"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    return _run()


def _run() -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from aktar.site.demo import load_demo
    from aktar.site.wsgi import application
    from aktar.workflow.actions import load_workflow, read_workflow
    from benchmarks.inside import LIST, caller, key

    call_command("migrate", verbosity=0)
    load_workflow(read_workflow())
    load_demo(SIZES[0], now=datetime.now(UTC), progress=lambda _done, _all: None)
    call = caller(application, key())
    found: list[dict[str, Any]] = []
    for size, following in zip(SIZES, [*SIZES[1:], 0], strict=True):
        found.append({"rows": _orders()} | _measured(lambda: call(f"{LIST}?limit=50")))
        print(f"{connection.vendor}: {found[-1]}", flush=True)
        if following:
            _copy(following // size - 1)
    Path(os.environ["AKTAR_BENCH_OUT"]).write_text(json.dumps(found))
    return 0


def _orders() -> int:
    from aktar.transfers.models import TransferOrder

    return TransferOrder.objects.count()


def _measured(call: Callable[[], bytes]) -> dict[str, Any]:
    """Milliseconds of each round: documents to be made, documents at hand, and counted anew as well."""
    from aktar.edge import counts
    from aktar.edge.documents import shelf

    samples: dict[str, list[float]] = {"cold": [], "warm": [], "counted": []}
    call()
    for _ in range(ROUNDS):
        for way, forgets in (("cold", (shelf,)), ("warm", ()), ("counted", (shelf, counts))):
            for forgotten in forgets:
                forgotten.forget()
            call() if way == "warm" else None
            began = time.perf_counter()
            call()
            samples[way].append((time.perf_counter() - began) * 1000)
    return {way: statistics.median(times) for way, times in samples.items()}


def _copy(times: int) -> None:
    """So many copies of every transfer order and its items, under ids of their own, set by set."""
    from django.db import connection, transaction
    from django.db.models import Model

    from aktar.transfers.models import TransferItem, TransferOrder

    shifts: dict[type[Model], int] = {model: _biggest(model) for model in (TransferOrder, TransferItem)}
    moves: tuple[tuple[type[Model], dict[str, type[Model]]], ...] = (
        (TransferOrder, {"id": TransferOrder}),
        (TransferItem, {"id": TransferItem, "transfer_order_id": TransferOrder}),
    )
    with connection.cursor() as cursor:
        for copy in range(1, times + 1):
            with transaction.atomic():
                for model, moved in moves:
                    columns = [str(field.column) for field in model._meta.concrete_fields]
                    shown = [
                        f"{column} + {copy * shifts[moved[column]]}"
                        if column in moved
                        else f"number || '-{copy * shifts[model]}'"
                        if column == "number"
                        else column
                        for column in columns
                    ]
                    cursor.execute(
                        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "
                        f"SELECT {', '.join(shown)} FROM {model._meta.db_table} WHERE id <= {shifts[model]}"
                    )
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_stat4")


def _biggest(model: Any) -> int:
    from django.db.models import Max

    return int(model.objects.aggregate(most=Max("id"))["most"])


if __name__ == "__main__":
    sys.exit(main())
