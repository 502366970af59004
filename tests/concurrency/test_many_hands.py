"""Whatever many processes do at once with scarce stock, the books balance and every order is looked after."""

from collections import Counter

import pytest
from click.testing import CliRunner
from django.db import connection

from aktar.fulfilment.queries import lacking_packages, unplanned_orders
from aktar.site.cli.plan import plan
from aktar.site.cli.stock import stock
from aktar.stock.models import StockMovement
from tests.concurrency.processes import hands, life
from tests.concurrency.promises import require_kept_promises, require_that_every_order_is_served
from tests.concurrency.rows import a_busy_retailer

ACTS = {"take", "transfer", "package", "cancel order", "count", "adjust"}
MOVES = {"counted", "adjusted", "reserved", "released"}


@pytest.mark.parametrize(
    ("steps", "rounds", "more"), [(30, 2, 1), pytest.param(400, 10, 2, marks=pytest.mark.soak)]
)
def test_the_books_balance_whoever_does_what_at_once(
    steps: int, rounds: int, more: int, database_url: str, aktar_environment: dict[str, str]
) -> None:
    a_busy_retailer(orders=20)
    is_shared = connection.vendor == "postgresql"
    with hands(
        database_url,
        aktar_environment,
        count=4 * more if is_shared else 3,
        steps=steps,
        planners=more if is_shared else 1,
        rounds=rounds,
    ) as started:
        lives = [life(hand) for hand in started]
    for lived in lives:
        assert lived.returncode == 0, lived.complaints
    done = Counter((entry["did"], entry["done"]) for lived in lives for entry in lived.entries)
    kinds = set(StockMovement.objects.values_list("kind", flat=True))
    # Else it was no storm.
    assert {did for did, is_done in done if is_done} >= ACTS
    assert kinds >= MOVES
    require_kept_promises()
    # What was left alone, or lost its package last, is planned by whoever comes next.
    left = CliRunner().invoke(plan)
    assert left.exit_code == 0, left.output
    assert (unplanned_orders(), lacking_packages()) == ([], [])
    require_kept_promises()
    require_that_every_order_is_served()
    assert CliRunner().invoke(stock, ["verify"]).exit_code == 0
