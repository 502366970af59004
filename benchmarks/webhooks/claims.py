"""What a claim costs beside a million delivered and a hundred thousand blocked rows, against an empty table.

Two processes, a database each, claim in turn. `python -m benchmarks.webhooks.claims worker ROWS` is one.
"""

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from benchmarks.databases import fresh_database
from benchmarks.webhooks import stage

DELIVERED = int(os.environ.get("AKTAR_BENCH_ROWS", "1000000"))
DUE, CLAIMED = 64, 64
LISTENERS = 10
TIMES = 40


def main() -> None:
    vendor = "sqlite" if os.environ["DATABASE_URL"].startswith("sqlite") else "postgresql"
    blocked = DELIVERED // 10
    print(f"claims on {vendor}: {DELIVERED} delivered and {blocked} blocked rows, {TIMES} claims in turn")
    with fresh_database(vendor, suffix="_full") as url, _worker(0) as ask_empty:
        begun = time.monotonic()
        with _worker(DELIVERED, DATABASE_URL=url) as ask_full:
            print(f"  filled in {time.monotonic() - begun:.0f} s")
            times = [(ask_full(), ask_empty()) for _ in range(TIMES)][5:]
    for what, column in (("to look and claim", 0), ("to settle", 1)):
        full, empty = ([one[column] for one in side] for side in zip(*times, strict=True))
        # Each side's own median: single claims are short, and what disturbs one does not disturb the next.
        ratio = statistics.median(full) / statistics.median(empty)
        print(
            f"  {what} {CLAIMED}: full {statistics.median(full):.1f} ms, "
            f"empty {statistics.median(empty):.1f} ms, ratio {ratio:.2f}: "
            f"{stage.verdict(ratio, aim=2, must=2, is_more_better=False)}"
        )


@contextmanager
def _worker(rows: int, **environment: str) -> Iterator[Callable[[], tuple[float, float]]]:
    command = [sys.executable, "-m", "benchmarks.webhooks.claims", "worker", str(rows)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | environment
    ) as process:
        asked, answered = process.stdin, process.stdout
        assert asked is not None
        assert answered is not None

        def ask() -> tuple[float, float]:
            print(file=asked, flush=True)
            claim, settle = answered.readline().split()
            return float(claim), float(settle)

        assert answered.readline() == "ready\n"
        try:
            yield ask
        finally:
            process.kill()


def _work(rows: int) -> None:
    stage.prepare()
    from aktar.webhooks.actions import Kind, Outcome, due_endpoints, take_turn

    listeners = stage.listen([f"https://receiver.example.com/{number}" for number in range(LISTENERS)])
    if rows:
        _fill(listeners, rows)
    webhook, endpoint = listeners[0]
    payload = '{"text":"' + "x" * 10_000 + '"}'
    # Each turn settles the claims of the one before, and so opens their lanes' next.
    stage.owe([payload], [(webhook, endpoint)], objects=DUE, each=TIMES + 1)
    turn = partial(take_turn, lease=timedelta(seconds=60), attempts=25, chance=random.Random(1))
    print("ready", flush=True)
    for _ in sys.stdin:
        now = datetime.now(UTC)
        begun = time.perf_counter()
        found = due_endpoints()
        claimed = turn([], {endpoint: CLAIMED}, now=now).claimed[endpoint]
        between = time.perf_counter()
        assert endpoint in {one.id for one in found}
        assert len(claimed) == CLAIMED
        outcomes = [Outcome(one, Kind.ANSWERED, now, status=200, content=b"OK") for one in claimed]
        turn(outcomes, {}, now=now)
        print((between - begun) * 1000, (time.perf_counter() - between) * 1000, flush=True)


def _fill(listeners: list[tuple[int, int]], rows: int) -> None:
    """Delivered rows of old, and lanes of blocked ones behind a head that is due tomorrow."""
    from django.db import connection

    from aktar.webhooks.models import Standing

    is_postgres = connection.vendor == "postgresql"
    instant = "now()" if is_postgres else "'2026-01-01 00:00:00'"
    tomorrow = "now() + interval '1 day'" if is_postgres else "'2999-01-01 00:00:00'"
    random_id = "gen_random_uuid()" if is_postgres else "lower(hex(randomblob(16)))"
    of_listeners = len(listeners)
    events = (rows + rows // 10) // of_listeners
    blocked_from = rows // of_listeners
    series = (
        f"generate_series(1, {events}) AS series (n)"
        if is_postgres
        else "(WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s "
        f"WHERE n < {events}) SELECT n FROM s)"
    )
    # Lanes of 10 events; their objects begin beyond those that are claimed.
    object_id, sequence = "1000000 + n / 10", "n % 10 + 1"
    false = "false" if is_postgres else "0"
    true = "true" if is_postgres else "1"
    with connection.cursor() as cursor:
        if is_postgres:
            cursor.execute("SET session_replication_role = replica")  # the keys are right
        cursor.execute(
            "INSERT INTO webhooks_event (id, type, content_type, object_id, sequence, payload, created_at) "
            f"SELECT n, '{stage.EVENT}', {stage.KIND}, {object_id}, {sequence}, '{{}}', {instant} "
            f"FROM {series}"
        )
        for webhook, endpoint in listeners:
            standing = (
                f"CASE WHEN n <= {blocked_from} THEN {Standing.DELIVERED.value} "
                f"WHEN n % 10 = 0 OR n = {blocked_from} + 1 THEN {Standing.DUE.value} "
                f"ELSE {Standing.BLOCKED.value} END"
            )
            due = (
                f"CASE WHEN n > {blocked_from} AND (n % 10 = 0 OR n = {blocked_from} + 1) THEN {tomorrow} END"
            )
            cursor.execute(
                "INSERT INTO webhooks_webhookevent (webhook_id, endpoint_id, event_id, created_date, "
                "modified_date, uuid, event_type, content_type, object_id, sequence, delivered, standing, "
                f"due_at, tries) SELECT {webhook}, {endpoint}, n, {instant}, {instant}, {random_id}, "
                f"'{stage.EVENT}', {stage.KIND}, {object_id}, {sequence}, "
                f"CASE WHEN n <= {blocked_from} THEN {true} ELSE {false} END, {standing}, {due}, 1 "
                f"FROM {series}"
            )
        if is_postgres:
            cursor.execute("SELECT setval(pg_get_serial_sequence('webhooks_event', 'id'), %s)", [events])
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    _work(int(sys.argv[2])) if sys.argv[1:2] == ["worker"] else main()
