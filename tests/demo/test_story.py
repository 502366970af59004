"""The demo's story, told in memory: when things happen, and in which order."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from aktar.site.demo.assortment import articles
from aktar.site.demo.chronicle import Chronicle
from aktar.site.demo.geography import sites
from aktar.site.demo.hours import OFFICE, STORE, TURKEY, WAREHOUSE, Opening
from aktar.site.demo.ledger import Ledger
from aktar.site.demo.network import Network
from aktar.site.demo.sketches import Purchase
from aktar.site.demo.story import MANAGERS, Storyteller

NOW = datetime(2026, 11, 2, 9, 30, 15, 123456, tzinfo=UTC)
ORDERS = 1500


@pytest.fixture(scope="module")
def told() -> tuple[list[Purchase], Ledger]:
    """Every order of a demo of 1,500, and the ledger of all moves."""
    network = Network(sites())
    storyteller = Storyteller(network, articles())
    chronicle = Chronicle(storyteller, storyteller.purchases(ORDERS, now=NOW))
    ledger = Ledger(network)
    over = list(chronicle.play(ledger, orders=ORDERS, until=NOW))
    return over + list(chronicle.under_way.values()), ledger


def test_orders_come_in_over_60_days_more_of_them_lately(told: tuple[list[Purchase], Ledger]) -> None:
    placed = sorted(purchase.placed_at for purchase in told[0])
    assert len(placed) == ORDERS
    assert timedelta(days=58) < NOW - placed[0] < timedelta(days=61)
    assert placed[-1] < NOW
    late = sum(at > NOW - timedelta(days=30) for at in placed)
    assert late > 0.55 * ORDERS


def test_a_small_demo_keeps_to_the_last_days() -> None:
    storyteller = Storyteller(Network(sites()), articles())
    placed = [purchase.placed_at for purchase in storyteller.purchases(20, now=NOW)]
    assert len(placed) == 20
    assert placed == sorted(placed)
    assert placed[0] > NOW - timedelta(days=8)


def test_people_work_when_their_site_is_open(told: tuple[list[Purchase], Ledger]) -> None:
    for move in told[1].moves:
        if not move.step:
            continue
        package, source = move.transfer.package, move.transfer.source
        site = package.site if move.step.handler == "deliver" else source
        opening = WAREHOUSE if site.is_warehouse else STORE
        assert _works(OFFICE if move.step.by.username in MANAGERS else opening, move.at), move


def test_the_log_is_told_in_the_order_of_time(told: tuple[list[Purchase], Ledger]) -> None:
    at = [move.at for move in told[1].moves]
    # Planning a package's transfers takes milliseconds each, all of which count as one instant of the story.
    assert all(later - earlier > -timedelta(seconds=1) for earlier, later in pairwise(at))
    assert at[-1] <= NOW


def test_goods_travel_between_hours_and_days(told: tuple[list[Purchase], Ledger]) -> None:
    left: dict[int, datetime] = {}
    for move in told[1].moves:
        if move.kind == "transfer" and move.new == "in_transit":
            left[move.object_id] = move.at
        if move.kind == "transfer" and move.new == "transferred":
            assert timedelta(hours=3) < move.at - left[move.object_id] < timedelta(days=5)


def test_a_renewed_transfer_is_followed_by_the_next_number_from_another_source(
    told: tuple[list[Purchase], Ledger],
) -> None:
    renewals = 0
    for purchase in told[0]:
        for package in purchase.packages:
            numbers = [transfer.number for transfer in package.transfers]
            assert numbers == [f"{package.number}T{place}" for place in range(1, len(numbers) + 1)]
            for line in package.lines:
                tried = [transfer for transfer in package.transfers if transfer.line is line]
                renewals += max(0, len(tried) - 1)
                assert all(transfer.state == "cancelled" for transfer in tried[:-1])
                assert len({transfer.source.number for transfer in tried}) == len(tried)
    assert renewals > 20


def _works(opening: Opening, at: datetime) -> bool:
    local = at.astimezone(TURKEY)
    return opening.start <= local.time() < opening.end and (opening.sundays or local.weekday() != 6)
