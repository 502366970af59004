"""`aktar verify` is silent about a database that agrees, and names what does not."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection

from aktar.fulfilment.actions import cancel_order
from aktar.orders.models import Order, Package
from aktar.places.rules import EVERYWHERE
from aktar.site.verifying import faults
from aktar.stock.actions import set_stock
from aktar.stock.models import StockLevel
from aktar.stock.rules import StockCount
from aktar.transfers.actions import run_command
from aktar.transfers.models import TransferOrder
from aktar.transfers.rules import CommandParameters
from aktar.webhooks.models import EventPosition, FeedHead, ObjectSequence, Standing, Webhook, WebhookEvent
from aktar.workflow.models import State, TransitionLog
from tests.concurrency.rows import contested_orders
from tests.factories import a_location, a_product


@pytest.fixture
def orders(db: None) -> list[int]:
    """Three orders, each of which was moved twice."""
    made = contested_orders(packages=1, each=3)
    for order in made:
        for transition in (100, 101):
            run_command(
                order,
                transition=transition,
                parameters=CommandParameters(cargo_company=1 if transition == 100 else None),
                by=None,
                reach=EVERYWHERE,
                now=datetime.now(UTC),
            )
    return made


def test_nothing_is_said_of_what_agrees(orders: list[int]) -> None:
    assert TransitionLog.objects.exists()
    assert WebhookEvent.objects.filter(standing=Standing.BLOCKED).exists()
    assert faults() == []


def _another_state() -> None:
    strange = State.objects.get(content_type=6, enum_value="transferred")
    TransferOrder.objects.filter(pk=TransferOrder.objects.earliest("pk").pk).update(state=strange)


def _a_package_in_another_state() -> None:
    log = TransitionLog.objects.filter(content_type=4).latest("pk")
    strange = State.objects.get(content_type=4, enum_value="500")
    Package.objects.filter(pk=log.object_id).update(state=strange)


def _an_order_in_another_state() -> None:
    order = TransferOrder.objects.earliest("pk").order
    cancel_order(order.pk, by=None, reach=EVERYWHERE, now=datetime.now(UTC))
    Order.objects.filter(pk=order.pk).update(state=State.objects.get(content_type=3, enum_value="400"))


def _a_short_sequence() -> None:
    ObjectSequence.objects.filter(content_type=6).update(last=1)


def _a_headless_lane() -> None:
    WebhookEvent.objects.filter(standing=Standing.DUE).update(
        standing=Standing.GIVEN_UP, due_at=None, lease=None
    )


def _an_event_without_a_place() -> None:
    EventPosition.objects.all().delete()


def _a_place_beyond_the_end() -> None:
    FeedHead.objects.update_or_create(pk=1, defaults={"last": 3})
    EventPosition.objects.filter(pk=EventPosition.objects.earliest("pk").pk).update(position=4)


def _delivered_and_not() -> None:
    owed = WebhookEvent.objects.filter(standing=Standing.BLOCKED).latest("pk")
    WebhookEvent.objects.filter(pk=owed.pk).update(standing=Standing.DELIVERED, delivered=False)


def _in_another_lane() -> None:
    owed = WebhookEvent.objects.filter(standing=Standing.BLOCKED).latest("pk")
    WebhookEvent.objects.filter(pk=owed.pk).update(sequence=owed.sequence + 5)


def _stock_out_of_nowhere() -> None:
    product, location = a_product(), a_location()
    set_stock(
        [StockCount(product=product.pk, location=location.pk, on_hand=500)], by=None, now=datetime.now(UTC)
    )
    StockLevel.objects.update(on_hand=700)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_another_state, "the last line of its log led to"),
        (_a_package_in_another_state, "the last line of its log led to"),
        (_an_order_in_another_state, "the last line of its log led to"),
        (_a_short_sequence, "its sequence counts 1."),
        (_a_headless_lane, "wait behind nothing."),
        (_an_event_without_a_place, "has no place in the feed"),
        (_a_place_beyond_the_end, "beyond its end."),
        (_delivered_and_not, "says that it is not."),
        (_in_another_lane, "the lane of another object or place"),
    ],
)
def test_what_does_not_agree_is_named(orders: list[int], spoil: Callable[[], None], sentence: str) -> None:
    spoil()
    found = faults()
    assert found
    assert all(sentence in fault for fault in found), found


def test_stock_that_came_from_nowhere_is_named(orders: list[int]) -> None:
    _stock_out_of_nowhere()
    level, product = faults()
    assert "is not the sum of its movements" in level
    assert "do not balance, by -2.00" in product or "do not balance, by 2.00" in product


def test_a_state_that_was_loaded_from_elsewhere_needs_no_log(orders: list[int]) -> None:
    _another_state()
    TransferOrder.objects.update(modified_date=datetime.now(UTC))
    assert faults() == []


def test_a_secret_that_no_key_opens_is_named(orders: list[int], settings: pytest.FixtureRequest) -> None:
    settings.SECRET_COLUMN_KEYS = ["another key that is long enough to be one"]
    found = faults()
    assert all("no key we have opens" in fault for fault in found)
    assert f"Webhook {Webhook.objects.earliest('pk').pk}:" in found[0]


def test_a_row_that_points_at_nothing_is_named(orders: list[int]) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL lets nobody write one")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA defer_foreign_keys = ON")
        cursor.execute("UPDATE transfers_transferorder SET source_id = 999999")
        found = faults()
        cursor.execute("UPDATE transfers_transferorder SET source_id = (SELECT id FROM places_stocklocation)")
    assert all("points at a row of places_stocklocation that is not there" in fault for fault in found)
    assert found
