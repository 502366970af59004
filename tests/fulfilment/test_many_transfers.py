"""A plan's transfer orders are made at once: by as many statements as one, and told of as one would be."""

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aktar.edge.references import reading
from aktar.places.models import StockLocation, UserMembership
from aktar.planning.models import TransferScenario
from aktar.stock.models import StockMovement
from aktar.transfers.actions.news import tell
from aktar.transfers.models import TransferOrder
from aktar.webhooks.models import Event, WebhookEvent
from aktar.workflow.models import TransitionLog
from tests.factories import NOW, a_user, a_webhook
from tests.fulfilment.shop import PIECE, a_store, command, item_states, only_package, ordered, transfers
from tests.stock.books import require_balance
from tests.transfers.running import RENEW

pytestmark = pytest.mark.django_db

CREATED = "transfer.status.created"
MANY = 24
"""So few that SQLite takes their rows at a time."""


def a_shop(*senders: str, pieces: int = 1) -> list[str]:
    """A store that dispatches and has nothing, and others that have it all; the SKUs of it."""
    skus = [f"TS-{n}" for n in range(1, MANY + 1)]
    a_store("HOME", priority=1)
    for place, code in enumerate(senders):
        a_store(code, dict.fromkeys(skus, pieces), priority=20 + place)
    StockLocation.objects.filter(erp_code__in=senders).update(is_fulfillment_center=False)
    return skus


def test_a_plan_of_many_transfers_costs_the_statements_of_one(caller: Client) -> None:
    skus = a_shop("AWAY", pieces=3)
    a_webhook(CREATED)
    counts = []
    # The first one reads what later ones have at hand.
    for number, wanted in (("WEB-1", skus), ("WEB-2", skus[:1]), ("WEB-3", skus)):
        with CaptureQueriesContext(connection) as queries:
            order = ordered(caller, number, *wanted)
        # `ordered` looks each product up itself.
        counts.append(len(queries) - len(wanted))
        assert len(transfers(order)) == len(wanted)
    assert counts[1] == counts[2], counts


def test_renewing_many_lines_costs_the_statements_of_one(caller: Client) -> None:
    skus = a_shop("AWAY", "ELSEWHERE", pieces=3)
    TransferScenario.objects.create(name="Together")
    counts = []
    for number, wanted in (("WEB-1", skus), ("WEB-2", skus[:1]), ("WEB-3", skus)):
        TransferScenario.objects.update(groups_items=True)
        (old,) = transfers(ordered(caller, number, *wanted))
        TransferScenario.objects.update(groups_items=False)
        with CaptureQueriesContext(connection) as queries:
            assert command(caller, old, RENEW).status_code == 200
        counts.append(len(queries))
        assert TransferOrder.objects.filter(renews=old).count() == len(wanted)
    assert counts[1] == counts[2], counts


def test_they_are_numbered_reserved_and_logged_in_the_order_of_their_lines(caller: Client) -> None:
    order = ordered(caller, "WEB-1", *a_shop("AWAY"))
    made = transfers(order)
    package = only_package(order)
    assert [each.number for each in made] == [f"WEB-1P1T{n}" for n in range(1, MANY + 1)]
    brought = [each.transferitem_set.get().package_item.order_item_id for each in made]
    assert brought == sorted(brought)
    assert (package.state.enum_value, item_states(package)) == ("150", ["150"] * MANY)
    reserved = StockMovement.objects.filter(kind="reserved").values_list(
        "transfer_order", "package_item", "reserved_change"
    )
    assert sorted(reserved) == [
        (each.pk, each.transferitem_set.get().package_item_id, PIECE) for each in made
    ]
    assert TransitionLog.objects.get(content_type=4).attributes == {"transfer_order": made[0].pk}
    told = list(Event.objects.order_by("pk").values_list("type", "object_id"))
    assert told == [
        ("package.created", package.pk),
        ("package.status.waiting_for_transfer", package.pk),
        *((CREATED, each.pk) for each in made),
    ]
    require_balance()


def test_each_is_told_to_the_byte_as_it_would_be_alone(caller: Client) -> None:
    skus = a_shop("AWAY")
    here, there = (a_user(name, email=f"{name}@example.com") for name in ("here", "there"))
    for user, code in ((here, "HOME"), (there, "AWAY")):
        UserMembership.objects.create(user=user, stock_location=StockLocation.objects.get(erp_code=code))
    for user in (None, here, there, a_user("nowhere", email="nowhere@example.com")):
        a_webhook(CREATED, user=user)
    made = transfers(ordered(caller, "WEB-1", *skus[:3]))
    with transaction.atomic():
        for each in made:
            tell(each, CREATED, reading("en-us"), NOW)
    for each in made:
        many, alone = Event.objects.filter(content_type=6, object_id=each.pk).order_by("sequence")
        assert (many.sequence, many.payload) == (1, alone.payload)
        assert many.source_location == alone.source_location == each.source_id
        assert many.destination_location == alone.destination_location == each.destination_id
        assert _owed(many) == _owed(alone)
        assert len(_owed(many)) == 3


def _owed(event: Event) -> list[tuple[int, int, str]]:
    rows = WebhookEvent.objects.filter(event=event).order_by("webhook")
    return list(rows.values_list("webhook", "endpoint", "event_type"))
