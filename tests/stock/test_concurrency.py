"""Eight processes at the same stock: nothing is promised twice, nobody waits in a ring, the books balance."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aktar.stock.models import StockLevel, StockMovement
from tests.factories import a_location, a_product
from tests.stock.books import a_stock, require_balance

PROCESSES = 8
PRODUCTS = 4
CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize("tries", [25, pytest.param(500, marks=pytest.mark.soak)])
def test_eight_processes_promise_no_piece_twice(
    tries: int, database_url: str, aktar_environment: dict[str, str]
) -> None:
    source, destination = a_location(), a_location()
    products = [a_product() for _ in range(PRODUCTS)]
    pieces = tries
    for product in products:
        a_stock(product, source, pieces)
        a_stock(product, destination, 0)
    arguments = [tries, source.pk, destination.pk, *(product.pk for product in products)]
    environment = aktar_environment | {"DATABASE_URL": database_url}
    said = _together("tests.stock.worker", arguments, environment, word=lambda: "go")
    had = [json.loads(line) for line in said]
    assert any(entry["fate"] == "short" for entry in had), "no storm"
    kept = Counter(product for entry in had if entry["fate"] == "kept" for product in entry["had"])
    sent = Counter(product for entry in had if entry["fate"] == "sent" for product in entry["had"])
    for level in StockLevel.objects.filter(stock_location=source):
        assert level.reserved == 100 * kept[level.product_id]
        assert level.reserved <= level.on_hand
    for level in StockLevel.objects.filter(stock_location=destination):
        assert level.in_transit == 100 * sent[level.product_id]
    for product in products:
        assert kept[product.pk] + sent[product.pk] <= pieces
    assert StockMovement.objects.filter(kind="reserved").count() == sum(len(entry["had"]) for entry in had)
    require_balance()


@pytest.mark.parametrize("rounds", [25, pytest.param(1_000, marks=pytest.mark.soak)])
def test_eight_who_count_what_nobody_has_counted_wait_but_not_in_a_ring(
    rounds: int, database_url: str, aktar_environment: dict[str, str]
) -> None:
    locations = [str(a_location().pk) for _ in range(3)]
    products = [str(a_product().pk) for _ in range(2 * rounds)]
    arguments = [rounds, ",".join(locations), ",".join(products)]
    environment = aktar_environment | {"DATABASE_URL": database_url}
    _together("tests.stock.counter", arguments, environment, word=lambda: str(time.time() + 0.2))
    assert StockLevel.objects.filter(on_hand=100).count() > 5 * rounds
    assert not StockLevel.objects.exclude(on_hand=100).exists()
    require_balance()


def _together(
    module: str, arguments: list[Any], environment: dict[str, str], *, word: Callable[[], str]
) -> list[str]:
    """What processes of a module say, each with a seed of its own; all begin at one word."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", module, str(seed), *map(str, arguments)],
            env=environment | {"PYTHONPATH": str(CHECKOUT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in range(1, PROCESSES + 1)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", process.communicate()[1]
        begin = f"{word()}\n"
        for process in started:
            assert process.stdin is not None
            process.stdin.write(begin)
            process.stdin.flush()
        said = []
        for process in started:
            output, complaints = process.communicate(timeout=300)
            assert process.returncode == 0, complaints
            said += output.splitlines()
        return said
    finally:
        for process in started:
            with process:
                process.kill()
