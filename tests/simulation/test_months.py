"""A simulated month: every order ends, nothing is lost, and no rival is cheaper."""

import pytest

from aktar.orders.models import Order, Package
from aktar.planning.models import FailedSource, Plan
from aktar.site.simulation import NotEmpty, Report
from aktar.site.simulation.running import simulate
from aktar.stock.models import StockLevel, StockMovement
from aktar.stock.rules import Kind
from aktar.transfers.models import TransferOrder
from tests.simulation.conftest import SMALL
from tests.stock.books import require_balance

pytestmark = pytest.mark.django_db


def test_every_order_is_packed_or_given_up(report: Report) -> None:
    tally = report.carried_out.tally
    packed = Package.objects.filter(state__enum_value="500").count()
    cancelled = Order.objects.filter(state__enum_value="100").count()
    assert (packed, packed + cancelled) == (tally.served, SMALL.orders)
    assert Order.objects.count() == tally.orders == SMALL.orders
    assert 0.5 < tally.service < 1, "a month without a gap tells little"


def test_the_books_balance_and_nothing_is_left_promised(report: Report) -> None:
    require_balance()
    assert report.books.is_balanced
    assert report.books.in_transit == "0.00"
    assert not StockLevel.objects.exclude(reserved=0).exists()
    assert not TransferOrder.objects.exclude(state__enum_value__in=("transferred", "cancelled")).exists()


def test_what_was_counted_is_what_happened(report: Report) -> None:
    tally = report.carried_out.tally
    assert TransferOrder.objects.count() == tally.transfers > 0
    assert TransferOrder.objects.filter(renews__isnull=False).count() <= tally.renewals
    assert FailedSource.objects.count() == tally.renewals > 0
    lost = StockMovement.objects.filter(kind=Kind.LOST.value)
    assert -sum(lost.values_list("on_hand_change", flat=True)) == 100 * tally.renewals
    assert Plan.objects.count() == tally.orders + tally.renewals


def test_the_month_on_paper_is_the_one_that_was_carried_out(report: Report) -> None:
    assert report.on_paper[0].tally == report.carried_out.tally


def test_no_rival_is_cheaper(report: Report) -> None:
    assert set(report.savings) == {"first with stock", "nearest with stock"}
    assert min(report.savings.values()) > 0
    planner, *rivals = (played.tally for played in report.on_paper)
    assert all(planner.transfers < rival.transfers for rival in rivals)


def test_rows_of_somebody_are_left_alone(report: Report) -> None:
    with pytest.raises(NotEmpty):
        simulate(SMALL, is_batched=False, progress=lambda _name, _orders: None)
    assert Order.objects.count() == SMALL.orders
