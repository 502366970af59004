"""The lists beside transfer orders answer with the very objects that transfer orders carry, page by page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from aktar.catalog.models import Product
from aktar.places.models import StockLocation
from aktar.transfers.models import CargoCompany, TransferItem
from aktar.workflow.models import TransitionLog
from tests.factories import NOW, a_caller, a_location, a_product, a_transfer_order
from tests.reads.lists import API, CARRIERS, ITEMS, LISTS, LOCATIONS, LOGS, PRODUCTS, List, found

pytestmark = pytest.mark.django_db

LIST = pytest.mark.parametrize("list_", [pytest.param(each, id=each.path.split("/")[-2]) for each in LISTS])


def get(caller: Client, path: str, **headers: str) -> Any:
    answer = caller.get(path, headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize("language", ["en-us", "tr-tr"])
def test_what_a_transfer_order_carries_is_what_the_lists_and_details_tell(
    caller: Client, language: str
) -> None:
    order = a_transfer_order(items=2)
    body = {"transition": 298, "input_parameters": {"cargo_company": 1}}
    path = f"{API}/transfer_orders/{order.pk}/"
    assert caller.post(f"{path}command/", body, "application/json").status_code == 204
    carried = get(caller, path, accept_language=language)
    item = carried["transferitem_set"][0]
    logged = get(caller, f"{path}transition_logs/", accept_language=language)["results"]
    for list_, one in (
        ("stock_locations", carried["source"]),
        ("stock_locations", carried["destination"]),
        ("products", item["product"]),
        ("transfer-items", item),
        ("transfer-items", carried["transferitem_set"][1]),
        ("states", carried["state"]),
        ("states", item["package_item"]["state"]),
        *(("commands", command) for command in carried["commands"]),
        ("cargo_companies", carried["transfer_shipment"]["cargo_company"]),
        ("state-transition-logs", logged[0]),
    ):
        key = one["pk"] if "pk" in one else one["id"]
        assert get(caller, f"{API}/{list_}/{key}/", accept_language=language) == one
        listed = get(caller, f"{API}/{list_}/?limit=100&pk__in={key}", accept_language=language)
        assert listed["results"] == [one]


def test_a_command_that_no_front_end_shows_is_listed_with_the_commands(caller: Client) -> None:
    assert get(caller, f"{API}/commands/105/")["ui_visibility"] == []


def test_items_in_brief_name_everything_by_its_id(caller: Client) -> None:
    item = a_transfer_order().transferitem_set.get()
    TransferItem.objects.filter(pk=item.pk).update(quantity=1250, stock_code="A1", barcode="869")
    assert get(caller, f"{ITEMS.path}list-simple/")["results"] == [
        {
            "id": item.pk,
            "created_date": "2026-11-02T09:30:15.123456Z",
            "modified_date": "2026-11-02T09:30:15.123456Z",
            "name": "Transfer Item",
            "unit_type": "quantity",
            "quantity": "12.50",
            "stock_code": "A1",
            "barcode": "869",
            "state": 80,
            "package_item": item.package_item_id,
            "product": item.product_id,
            "transfer_order": item.transfer_order_id,
        }
    ]


def test_locations_in_brief_name_their_address_by_its_id(caller: Client) -> None:
    location = a_location(omnitron_id=5, is_active=False)
    assert get(caller, f"{LOCATIONS.path}list-simple/")["results"] == [
        {
            "id": location.pk,
            "created_date": "2026-11-02T09:30:15.123456Z",
            "modified_date": "2026-11-02T09:30:15.123456Z",
            "omnitron_id": 5,
            "name": location.name,
            "erp_code": location.erp_code,
            "stock_location_type": "store",
            "is_active": False,
            "is_fulfillment_center": True,
            "priority": 10,
            "address": location.address_id,
        }
    ]


def test_a_change_of_master_data_is_told_at_once(caller: Client) -> None:
    product, location = a_product(), a_location()
    for path in (f"{PRODUCTS.path}{product.pk}/", f"{LOCATIONS.path}{location.pk}/"):
        get(caller, path)
    Product.objects.filter(pk=product.pk).update(name="Kazak")
    StockLocation.objects.filter(pk=location.pk).update(name="Depo")
    CargoCompany.objects.filter(pk=1).update(name="Yeni")
    assert get(caller, f"{PRODUCTS.path}{product.pk}/")["name"] == "Kazak"
    assert get(caller, LOCATIONS.path)["results"][0]["name"] == "Depo"
    assert get(caller, f"{CARRIERS.path}1/")["name"] == "Yeni"


@LIST
def test_the_newest_stands_first_and_pages_lead_to_one_another(caller: Client, list_: List) -> None:
    pair = list_.pair()
    newest = sorted((pair.wanted.pk, pair.other.pk), reverse=True)
    for path in list_.paths:
        query = f"pk__in={pair.wanted.pk},{pair.other.pk}&limit=1"
        first = get(caller, f"{path}?{query}")
        assert (first["count"], first["previous"]) == (2, None)
        second = get(caller, first["next"])
        assert (second["next"], get(caller, second["previous"])) == (None, first)
        key = "pk" if list_ is CARRIERS else "id"
        assert [page["results"][0][key] for page in (first, second)] == newest
        assert caller.get(f"{path}?{query}&page=3").status_code == 404


@LIST
def test_a_cursor_leads_through_every_sort(caller: Client, list_: List) -> None:
    pair = list_.pair()
    query = f"pk__in={pair.wanted.pk},{pair.other.pk}&limit=1&cursor="
    key = "pk" if list_ is CARRIERS else "id"
    for sort in [sign + name for name in list_.sorts for sign in ("", "-")]:
        first = get(caller, f"{list_.path}?sort={sort}&{query}")
        second = get(caller, first["next"])
        assert [page["results"][0][key] for page in (first, second)] == found(
            caller, list_.path, sort=sort, pk__in=f"{pair.wanted.pk},{pair.other.pk}"
        )
        assert second["next"] is None


@LIST
def test_a_row_that_is_not_there_is_a_404(caller: Client, list_: List) -> None:
    list_.pair()
    for pk in ("987654321", "0", str(2**63), "٣"):
        assert caller.get(f"{list_.path}{pk}/").status_code == 404


@LIST
def test_a_parameter_or_a_sort_that_is_not_offered_is_a_400(caller: Client, list_: List) -> None:
    for path in list_.paths:
        for name, value in (("nonsense", "1"), ("sort", "nonsense"), ("sort", ""), ("limit", "0")):
            answer = caller.get(path, {name: value})
            assert (answer.status_code, list(answer.json())) == (400, [name])
    assert caller.get(f"{list_.path}1/?sort=id").status_code in (400, 404)


@LIST
def test_every_sort_orders_by_its_column_and_its_minus_the_other_way(caller: Client, list_: List) -> None:
    pair = list_.pair()
    rows = type(pair.wanted)._default_manager
    for sort in list_.sorts:
        values = dict(rows.values_list("pk", sort))
        for path in list_.paths:
            up, down = found(caller, path, sort=sort), found(caller, path, sort=f"-{sort}")
            assert down == up[::-1]
            assert sorted(up) == sorted(values)
            if sort not in (
                "name",
                "slug",
                "enum_value",
                "erp_code",
                "sku",
            ):  # as the database orders letters
                assert up == sorted(up, key=lambda pk: (values[pk], pk)), sort


def test_logs_of_every_kind_are_in_one_list(caller: Client) -> None:
    order = a_transfer_order()
    body = {"transition": 100, "input_parameters": {}}
    assert (
        caller.post(f"{API}/transfer_orders/{order.pk}/command/", body, "application/json").status_code == 204
    )
    listed = get(caller, LOGS.path)["results"]
    assert [log["content_type"] for log in listed] == [6, 4]
    assert listed[0]["object_id"] == order.pk
    assert get(caller, f"{LOGS.path}?content_type=4&object_id={order.package_id}")["results"] == [listed[1]]


def test_whoever_has_a_token_reads_master_data_and_strangers_nothing(caller: Client) -> None:
    a_transfer_order()
    bound = a_caller(locations=[a_location()])
    for list_ in LISTS:
        for path in list_.paths:
            assert Client().get(path).status_code == 401
            assert caller.post(path, {}, "application/json").status_code == 405
            if list_ not in (ITEMS, LOGS):
                assert get(bound, path) == get(caller, path)


def test_items_and_logs_are_seen_by_those_who_see_the_transfer_order() -> None:
    order = a_transfer_order()
    TransitionLog.objects.create(
        old_state_id=73, new_state_id=78, created_date=NOW, object_id=order.pk, content_type=6
    )
    a_transfer_order(now=NOW + timedelta(minutes=1))
    item = order.transferitem_set.get()
    own = [
        log.pk
        for log in TransitionLog.objects.order_by("-id")
        if (log.content_type, log.object_id) in ((6, order.pk), (4, order.package_id))
    ]
    assert len(own) == 2
    for location in (order.source, order.destination):
        member = a_caller(locations=[location])
        for path in ITEMS.paths:
            assert found(member, path) == [item.pk]
        assert found(member, LOGS.path) == own
        assert found(member, LOGS.path, content_type="6") == own[:1]
        assert member.get(f"{ITEMS.path}{item.pk}/").status_code == 200
        assert all(member.get(f"{LOGS.path}{pk}/").status_code == 200 for pk in own)
    elsewhere = a_caller(locations=[a_location()])
    for path in (*ITEMS.paths, LOGS.path):
        assert found(elsewhere, path) == []
        assert get(elsewhere, path)["count"] == 0
    assert elsewhere.get(f"{ITEMS.path}{item.pk}/").status_code == 404
    assert all(elsewhere.get(f"{LOGS.path}{pk}/").status_code == 404 for pk in own)


def test_a_package_without_a_transfer_shows_its_logs_where_it_is_dispatched() -> None:
    order = a_transfer_order()
    log = TransitionLog.objects.create(
        old_state_id=41, new_state_id=42, created_date=NOW, object_id=order.package_id, content_type=4
    )
    # Of another kind, with the same id: nobody but those who see everything.
    other = TransitionLog.objects.create(
        old_state_id=41, new_state_id=42, created_date=NOW, object_id=order.package_id, content_type=5
    )
    TransferItem.objects.all().delete()
    order.delete()
    assert log.pk in found(a_caller(locations=[order.destination]), LOGS.path)
    assert found(a_caller(locations=[order.source]), LOGS.path) == []
    assert other.pk in found(a_caller(), LOGS.path)
    assert other.pk not in found(a_caller(locations=[order.destination]), LOGS.path)


def test_a_walk_by_cursor_passes_numbers_below_zero(caller: Client) -> None:
    for priority in (-3, -3, -2, 5):
        StockLocation.objects.filter(pk=a_location().pk).update(priority=priority)
    for sort in ("priority", "-priority"):
        met = []
        address = f"{LOCATIONS.path}?sort={sort}&limit=1&cursor="
        while address:
            page = get(caller, address)
            met += [result["id"] for result in page["results"]]
            address = page["next"]
        expected = StockLocation.objects.order_by(sort, sort.replace("priority", "id"))
        assert met == list(expected.values_list("pk", flat=True))
