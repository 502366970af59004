"""What loading keeps, what it leaves alone, and what it never does."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from aktar.catalog.models import ProductImage
from aktar.edge.models import ReferenceVersion
from aktar.orders.models import Order, Package
from aktar.places.models import StockLocation
from aktar.places.rules import EVERYWHERE
from aktar.site.verifying import faults
from aktar.transfers.actions import run_command
from aktar.transfers.loading import loader
from aktar.transfers.models import TransferOrder
from aktar.transfers.rules import CommandParameters
from aktar.webhooks.models import Event, WebhookEvent
from aktar.workflow.models import Command, State, TransitionLog
from tests.contract.comparison import differences
from tests.contract.printed import with_values
from tests.contract.test_optional_fields import NEVER_NULL_IN_PRINT, NULL_IN_PRINT
from tests.factories import a_caller, a_state, a_transfer_order, a_webhook, a_workflow
from tests.loading.loads import contents, detailed, listed, load, version

pytestmark = pytest.mark.django_db

ITEM = "transferitem_set[0]"
LATER = "2023-04-04T00:00:00.000000Z"
EARLIER = "2020-04-01T00:00:00.000000Z"
DISPATCHES_HERE = {"state.id": 674, "state.enum_value": "in_transit", "state.name": "Yolda"}


@pytest.fixture(autouse=True)
def caller() -> Client:
    a_workflow()
    return a_caller()


def answer(caller: Client, path: str) -> Any:
    answered = caller.get(f"/api/v1/oms/transfer_orders/{path}", headers={"Accept-Language": "tr-tr"})
    assert answered.status_code == 200, answered.content
    return answered.json()


@pytest.mark.parametrize(
    "values", [{path: value for path, (value, _) in NULL_IN_PRINT.items()}, NEVER_NULL_IN_PRINT]
)
def test_every_field_is_kept_filled_or_null(caller: Client, values: dict[str, Any]) -> None:
    # States and commands are ours: what a document says of their names is not kept.
    kept = {path: value for path, value in values.items() if "translations" not in path}
    told = with_values(detailed(), kept)

    assert load(told).counts == (1, 0, 0, 0, 0)

    assert not set(kept) & set(differences(told, answer(caller, "1358/")))


def test_what_a_form_does_not_tell_is_null_until_another_tells_it(caller: Client) -> None:
    load(listed())
    told = answer(caller, "1358/")
    assert (told["channel_name"], told["customer"], told["shipping_address"]) == (None, None, None)
    assert answer(caller, "")["results"][0]["order_date_placed"] == "2023-04-03T06:31:29.830593Z"

    assert load(detailed()).counts == (0, 1, 0, 0, 0)
    assert answer(caller, "1358/")["customer"] == detailed()["customer"]

    assert load(listed()).counts == (0, 0, 1, 0, 0)
    assert answer(caller, "1358/")["customer"] == detailed()["customer"]
    assert answer(caller, "")["results"][0]["order_date_placed"] == "2023-04-03T06:31:29.830593Z"


def test_a_detail_alone_leaves_open_when_the_order_was_placed(caller: Client) -> None:
    load(detailed())
    assert answer(caller, "")["results"][0]["order_date_placed"] is None


def test_an_order_without_a_customer_side_may_be_told_by_another_aktar(caller: Client) -> None:
    load(listed())
    told = answer(caller, "1358/")
    assert load(told).counts == (0, 0, 1, 0, 0)


def test_a_plan_item_is_left_alone() -> None:
    load(listed())
    TransferOrder.objects.update(plan_item=6905)
    load(with_values(listed(), {"remote_id": "R-1"}), detailed())
    assert TransferOrder.objects.get().plan_item == 6905


def test_no_log_and_no_event_is_written() -> None:
    a_webhook()
    load(listed(), with_values(listed(), {"remote_id": "R-1", "modified_date": LATER}))
    for model in (TransitionLog, Event, WebhookEvent):
        assert not model._default_manager.exists()


def test_commands_go_on_from_the_loaded_state(caller: Client) -> None:
    load(with_values(listed(), DISPATCHES_HERE))
    answered = caller.post(
        "/api/v1/oms/transfer_orders/1358/command/",
        {"transition": 102, "input_parameters": {}},
        content_type="application/json",
    )
    assert answered.status_code == 204, answered.content
    (log,) = TransitionLog.objects.filter(content_type=6)
    assert (log.old_state.enum_value, log.new_state.enum_value) == ("in_transit", "transferred")


def test_states_and_commands_are_matched_by_what_they_mean() -> None:
    before = list(State.objects.values()), list(Command.objects.values())
    values = DISPATCHES_HERE | {"commands[0].id": 7, "commands[1].slug": "unheard_of"}

    loaded = load(with_values(listed(), values), with_values(listed(), values))

    assert TransferOrder.objects.get().state == a_state(6, "in_transit")
    assert loaded.notes == [
        "state TransferStatus 'in_transit' (content type 6) has the id 674 there and 74 here",
        "command 'renew_transfer' has the id 7 there and 694 here",
        "command 'unheard_of' is not known here",
    ]
    assert (list(State.objects.values()), list(Command.objects.values())) == before


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("remote_id", "R-1"),
        (f"{ITEM}.quantity", "2.00"),
        (f"{ITEM}.package_item.serial_no", "SN-1"),
        (f"{ITEM}.package_item.order_item.price", "1.00"),
        (f"{ITEM}.package_item.order_item.attributes", {"b": 1, "a": 2}),
        ("customer.phone_number", "05551112233"),
        ("shipping_address.line", "Başka sokak"),
        ("channel_name", "Başka kanal"),
    ],
)
def test_whatever_an_answer_shows_raises_the_version_once(caller: Client, path: str, value: Any) -> None:
    load(detailed())
    assert version() == 1
    changed = with_values(detailed(), {path: value})
    changed["shipping_address"]["customer"] = changed["customer"]

    assert load(changed).counts == (0, 1, 0, 0, 0)
    assert version() == 2
    assert path in differences(detailed(), answer(caller, "1358/")) or "attributes" in path

    before = contents()
    assert load(changed).counts == (0, 0, 1, 0, 0)
    assert contents() == before


def test_the_order_of_keys_is_a_difference_too(caller: Client) -> None:
    one = with_values(listed(), {f"{ITEM}.package_item.order_item.attributes": {"b": 1, "a": 2}})
    other = with_values(listed(), {f"{ITEM}.package_item.order_item.attributes": {"a": 2, "b": 1}})
    load(one)
    assert load(other).counts == (0, 1, 0, 0, 0)
    kept = answer(caller, "1358/")["transferitem_set"][0]["package_item"]["order_item"]["attributes"]
    assert list(kept) == ["a", "b"]


def test_a_renamed_location_raises_the_reference_version_and_no_other() -> None:
    load(listed())
    before = ReferenceVersion.objects.get().version
    load(with_values(listed(), {"source.name": "Yeni ad", "source.modified_date": LATER}))
    assert StockLocation.objects.get(pk=1).name == "Yeni ad"
    assert ReferenceVersion.objects.get().version > before
    assert version() == 1


def test_an_older_document_changes_nothing_and_a_newer_row_stays() -> None:
    load(listed())
    before = contents()
    assert load(with_values(listed(), {"remote_id": "R", "modified_date": EARLIER})).counts == (0, 0, 0, 1, 0)
    old_location = {"source.name": "Eski ad", "source.modified_date": EARLIER}
    assert load(with_values(listed(), old_location)).counts == (0, 0, 1, 0, 0)
    assert contents() == before


def test_what_was_moved_here_is_not_moved_back(caller: Client) -> None:
    load(listed())
    slug = "transferorder__ready_to_ship_transfer_order__waiting__ready-for-shipping"
    answered = caller.post(
        "/api/v1/oms/transfer_orders/1358/command/",
        {"slug": slug, "input_parameters": {}},
        content_type="application/json",
    )
    assert answered.status_code == 204, answered.content
    assert load(listed()).counts == (0, 0, 0, 1, 0)
    assert TransferOrder.objects.get().state == a_state(6, "ready_to_shipment")


def test_pictures_that_a_product_lost_are_gone() -> None:
    load(listed())
    changed = listed()
    for product in (
        changed["transferitem_set"][0]["product"],
        changed["transferitem_set"][0]["package_item"]["order_item"]["product"],
    ):
        product["productimage_set"][0]["id"] = 999
        product["modified_date"] = LATER
    load(changed)
    assert list(ProductImage.objects.values_list("pk", flat=True)) == [999]


def with_product(place: int, **values: Any) -> dict[str, Any]:
    """The listed order under the ids of `place`, its product told otherwise."""
    ids = {"id": place, "number": f"N{place}", f"{ITEM}.id": place, f"{ITEM}.transfer_order": place}
    told = with_values(listed(), ids)
    item = told["transferitem_set"][0]
    for product in (item["product"], item["package_item"]["order_item"]["product"]):
        product.update(values)
    return told


def pictures() -> list[int]:
    return list(ProductImage.objects.order_by("pk").values_list("pk", flat=True))


def test_an_older_telling_of_a_product_brings_no_picture_back() -> None:
    load(with_product(1, modified_date=LATER, productimage_set=[]))
    assert load(with_product(2)).counts == (1, 0, 0, 0, 0)
    assert pictures() == []


@pytest.mark.parametrize("batch", [1, 500])
def test_a_later_telling_of_a_product_keeps_the_pictures_that_it_repeats(
    monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(loader, "BATCH", batch)
    (picture,) = listed()["transferitem_set"][0]["product"]["productimage_set"]
    both = [picture, picture | {"id": 999}]
    load(
        with_product(1, productimage_set=both),
        with_product(2, modified_date=LATER, productimage_set=[picture]),
    )
    assert pictures() == [picture["id"]]


@pytest.mark.parametrize("batch", [1, 500])
def test_of_two_tellings_the_first_ones_pictures_stay_however_often(
    monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(loader, "BATCH", batch)
    (picture,) = listed()["transferitem_set"][0]["product"]["productimage_set"]
    tellings = with_product(1), with_product(2, productimage_set=[picture | {"id": 999}])
    load(*tellings)
    before = contents()
    assert pictures() == [picture["id"]]
    load(*tellings)
    assert contents() == before


def test_orders_and_packages_stand_where_their_items_stand() -> None:
    load(listed())
    assert Order.objects.get().state == a_state(3, "400")
    assert Package.objects.get().state == a_state(4, "150")

    arrived = {f"{ITEM}.package_item.state.enum_value": "100"}
    assert load(with_values(listed(), arrived)).counts == (0, 1, 0, 0, 0)
    assert Package.objects.get().state == a_state(4, "100")

    Package.objects.update(state=a_state(4, "500"))
    load(with_values(listed(), {f"{ITEM}.package_item.state.enum_value": "920"}))
    assert Package.objects.get().state == a_state(4, "500")


def test_what_moved_here_and_is_loaded_anew_agrees_with_its_log() -> None:
    load(with_values(listed(), DISPATCHES_HERE))
    moved_at = datetime(2022, 1, 1, tzinfo=UTC)
    run_command(1358, transition=102, parameters=CommandParameters(), by=None, reach=EVERYWHERE, now=moved_at)
    assert TransitionLog.objects.filter(content_type=4).get().new_state == Package.objects.get().state
    missing = {f"{ITEM}.package_item.state.enum_value": "920", "modified_date": LATER}
    assert load(with_values(listed(), missing)).counts == (0, 1, 0, 0, 0)
    assert Package.objects.get().state == a_state(4, "920")
    assert faults() == []


def test_the_next_order_made_here_takes_a_free_id() -> None:
    load(with_values(listed(), {f"{ITEM}.id": 70_000}))
    made = a_transfer_order()
    assert made.pk > 1358
    assert made.transferitem_set.get().pk > 70_000


def test_two_hundred_orders_of_one_file_and_batch_after_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "BATCH", 7)
    orders = [
        with_values(listed(), {"id": n, "number": f"N{n}", f"{ITEM}.id": n, f"{ITEM}.transfer_order": n})
        for n in range(1, 201)
    ]
    assert load(orders).counts == (200, 0, 0, 0, 0)
    before = contents()
    assert load(*reversed(orders)).counts == (0, 0, 200, 0, 0)
    assert contents() == before
