"""Histories of the loaded demo: the log replays to the state, and all else agrees with it."""

from collections import defaultdict
from itertools import pairwise

import pytest
from django.db import models

from aktar.edge.content_types import ContentType
from aktar.orders.models import Package, PackageItem
from aktar.places.models import UserMembership
from aktar.site.demo import DemoSummary
from aktar.site.demo.story import APPLICATION, MANAGERS
from aktar.transfers.models import TransferItem, TransferOrder, TransferShipment
from aktar.webhooks.models import Event, Webhook, WebhookEvent
from aktar.workflow.models import Command, TransitionLog
from tests.demo.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def _logs(content_type: ContentType) -> dict[int, list[TransitionLog]]:
    found: dict[int, list[TransitionLog]] = defaultdict(list)
    rows = TransitionLog.objects.filter(content_type=content_type).select_related(
        "old_state", "new_state", "user"
    )
    for row in rows.order_by("id"):
        found[row.object_id].append(row)
    return found


def test_the_demo_counts_what_it_wrote(demo: DemoSummary) -> None:
    assert (demo.stock_locations, demo.products, demo.orders) == (200, 5000, 200)
    assert demo.transfer_orders == TransferOrder.objects.count() > 200
    assert str(demo).endswith("webhook events.")


def test_every_state_is_there_with_late_shipped_invoiced_and_renewed_ones() -> None:
    orders = TransferOrder.objects.all()
    states = set(orders.values_list("state__enum_value", flat=True))
    assert states == {"waiting", "ready_to_shipment", "in_transit", "transferred", "cancelled"}
    assert orders.filter(target_transfer_date__lt=NOW, state__enum_value="waiting").exists()
    assert TransferShipment.objects.exclude(awb_number=None).exists()
    assert orders.exclude(invoice_number=None).exists()
    assert orders.exclude(remote_id=None).exists()
    assert orders.filter(
        number__endswith="T2",
        transferitem_set__package_item__transfer_items__transfer_order__number__endswith="T1",
    ).exists()
    assert Package.objects.filter(state__enum_value="920").exists()


def test_the_log_of_every_transfer_order_replays_to_its_state() -> None:
    logs = _logs(ContentType.TRANSFER_ORDER)
    commands = {command.slug: command for command in Command.objects.all()}
    for order in TransferOrder.objects.select_related("state"):
        state, at = "waiting", order.created_date
        for log in logs[order.pk]:
            given = log.attributes["command"]
            command = commands[given["slug"]]
            assert given["transition_id"] == command.pk
            assert (log.old_state_id, log.new_state_id) == (
                command.source_state_id,
                command.destination_state_id,
            )
            assert log.old_state.enum_value == state
            assert at < log.created_date <= NOW
            state, at = log.new_state.enum_value, log.created_date
        assert order.state.enum_value == state, order
        assert order.modified_date >= at


def test_modified_date_and_version_tell_of_the_last_write() -> None:
    logs = _logs(ContentType.TRANSFER_ORDER)
    # Moving a package item raises the version of each transfer order that shows it, cancelled ones too.
    showing = TransferItem.objects.values("package_item_id").annotate(count=models.Count("id"))
    shared = set(showing.filter(count__gt=1).values_list("package_item_id", flat=True))
    sharing = set(
        TransferItem.objects.filter(package_item_id__in=shared).values_list("transfer_order_id", flat=True)
    )
    for order in TransferOrder.objects.all():
        notes = (order.invoice_number is not None) + (order.remote_id is not None)
        own = 1 + len(logs[order.pk]) + notes
        assert order.version >= own if order.pk in sharing else order.version == own
        if not notes:
            last = logs[order.pk][-1].created_date if logs[order.pk] else order.created_date
            assert order.modified_date == last


def test_the_log_of_every_package_replays_to_its_state() -> None:
    logs = _logs(ContentType.PACKAGE)
    for package in Package.objects.select_related("state"):
        moves = [(log.old_state.enum_value, log.new_state.enum_value) for log in logs[package.pk]]
        assert all(one[1] == other[0] for one, other in pairwise(moves))
        assert (
            [moves[0][0], moves[-1][1]] == ["100", package.state.enum_value]
            if moves
            else package.state.enum_value == "100"
        )
        assert package.modified_date == (logs[package.pk][-1].created_date if moves else package.created_date)


def test_items_shipments_and_packages_are_as_the_transfers_make_them() -> None:
    follows = {"waiting": "created", "ready_to_shipment": "created", "transferred": "delivered"}
    for shipment in TransferShipment.objects.select_related("state", "transfer_order__state"):
        state = shipment.transfer_order.state.enum_value
        assert shipment.state.enum_value == follows.get(state, state)
    by_item: dict[int, list[str]] = defaultdict(list)
    rows = TransferItem.objects.select_related("state", "transfer_order__state").order_by("id")
    for item in rows:
        assert item.state.enum_value == item.transfer_order.state.enum_value
        by_item[item.package_item_id].append(item.state.enum_value)
    of_package: dict[int, set[str]] = defaultdict(set)
    for package_item in PackageItem.objects.select_related("state"):
        last = by_item[package_item.pk][-1:]
        value = {"transferred": "100", "cancelled": "920"}.get(last[0], "150") if last else "100"
        assert package_item.state.enum_value == value
        of_package[package_item.package_id].add(value)
    for package in Package.objects.select_related("state"):
        held = of_package[package.pk]
        value = "920" if "920" in held else "150" if "150" in held else "100"
        assert package.state.enum_value == value


def test_due_dates_count_from_the_planning_by_the_sources_interval() -> None:
    for order in TransferOrder.objects.select_related("source", "package"):
        planned_at = order.target_transfer_date - order.source.target_transfer_interval
        assert 0 <= (order.created_date - planned_at).total_seconds() < 1
        assert order.source_id != order.destination_id == order.package.stock_location_id
        assert order.number.startswith(f"{order.package.number}T")


def test_those_who_moved_a_transfer_work_where_it_was() -> None:
    sites = dict(
        UserMembership.objects.exclude(user__username__in=MANAGERS).values_list(
            "user__username", "stock_location_id"
        )
    )
    orders = TransferOrder.objects.in_bulk()
    for order_id, logs in _logs(ContentType.TRANSFER_ORDER).items():
        for log in logs:
            assert log.user is not None
            who = log.user.username
            order = orders[order_id]
            if who == APPLICATION:
                assert "remote_user_pk" in log.attributes["command"]
            elif who not in MANAGERS:
                received = log.new_state.enum_value == "transferred"
                assert sites[who] == (order.destination_id if received else order.source_id)


def test_newer_rows_have_higher_ids() -> None:
    placed = list(TransferOrder.objects.order_by("id").values_list("created_date", flat=True))
    assert placed == sorted(placed)


def test_since_the_webhooks_exist_every_move_has_its_event() -> None:
    since = Webhook.objects.order_by("created_date").values_list("created_date", flat=True)[0]
    logs = TransitionLog.objects.filter(created_date__gte=since)
    moved = sorted(logs.values_list("content_type", "object_id", "created_date"))
    no_moves = ("transfer.status.created", "order.at_risk")
    events = Event.objects.exclude(type__in=no_moves).exclude(type__startswith="shipment.")
    assert sorted(events.values_list("content_type", "object_id", "created_at")) == moved
    created = Event.objects.filter(type="transfer.status.created").count()
    assert created == TransferOrder.objects.filter(created_date__gte=since).count() > 20
    assert Event.objects.order_by("created_at")[0].created_at >= since
    assert WebhookEvent.objects.count() > 100
