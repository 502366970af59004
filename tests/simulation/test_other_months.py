"""Months on databases of their own: played again, with another seed, planned in batches."""

from collections import Counter
from dataclasses import replace

import pytest

from aktar.planning.models import Plan
from aktar.site.simulation import Month
from aktar.transfers.models import TransferOrder
from tests.simulation.conftest import an_empty_database, played
from tests.stock.books import require_balance

pytestmark = pytest.mark.django_db


def test_the_same_seed_gives_the_same_month_and_another_one_another() -> None:
    found = []
    for seed in (1, 1, 2):
        with an_empty_database():
            found.append(played(Month(orders=12, stores=3, days=2, seed=seed)))
    one, again, other = (replace(each, seconds=0.0) for each in found)
    assert one == again
    assert one.carried_out != other.carried_out


def test_orders_may_be_planned_in_batches() -> None:
    with an_empty_database():
        report = played(Month(orders=20, stores=6, days=1), is_batched=True)
        require_balance()
        assert Counter(Plan.objects.values_list("is_batch", flat=True))[True] == 20
        assert report.carried_out.tally.orders == 20
        assert not TransferOrder.objects.exclude(state__enum_value__in=("transferred", "cancelled")).exists()
