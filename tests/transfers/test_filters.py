"""Each filter finds what it names, misses the rest, and answers rubbish with 400 in its own name."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aktar.catalog.models import Product
from aktar.edge import throttles
from aktar.orders.models import Channel, Customer, Order
from aktar.places.models import City, Country, Township
from aktar.transfers.filters import TransferOrderFilters
from aktar.transfers.models import CargoCompany, TransferOrder, TransferShipment
from tests.factories import NOW, a_caller, a_location, a_state, a_transfer_order

pytestmark = pytest.mark.django_db

LIST = "/api/v1/oms/transfer_orders/"
BRIEF = f"{LIST}list-simple/"
DAY = timedelta(days=1)
NEVER = datetime(2090, 1, 1, tzinfo=UTC)


def ids(caller: Client, path: str = BRIEF, **query: object) -> set[int]:
    answer = caller.get(f"{path}?{urlencode(query)}")
    assert answer.status_code == 200, answer.content
    return {result["id"] for result in answer.json()["results"]}


@pytest.fixture
def first() -> TransferOrder:
    """A transfer order that waits, with one item, from and to places of its own."""
    return a_transfer_order(source=a_location(), destination=a_location())


@pytest.fixture
def second(first: TransferOrder) -> TransferOrder:
    """Another one, which differs from the first in everything that can be filtered by."""
    country = Country.objects.create(code="de", name="Almanya")
    city = City.objects.create(name="Köln", country=country)
    township = Township.objects.create(name="Mülheim", city=city)
    destination = a_location()
    destination.address.country, destination.address.city = country, city
    destination.address.township = township
    destination.address.save()
    order = a_transfer_order(source=a_location(), destination=destination, now=NOW + 10 * DAY)
    customer = Customer.objects.get(pk=order.order.customer_id)
    customer.first_name, customer.last_name = "İsmail", "Işık"
    customer.save()
    Order.objects.filter(pk=order.order_id).update(
        date_placed=NOW + 10 * DAY, channel=Channel.objects.create(name="Shop")
    )
    product = order.transferitem_set.get().product
    product.barcode = "8690000000001"
    product.save()
    TransferOrder.objects.filter(pk=order.pk).update(state=a_state(6, "in_transit"))
    TransferShipment.objects.create(
        transfer_order=order,
        created_date=NOW,
        modified_date=NOW,
        state=a_state(8, "in_transit"),
        cargo_company=CargoCompany.objects.create(name="Hızlı", shipping_company="hizli"),
        awb_number="AWB-2",
    )
    order.refresh_from_db()
    return order


def _iso(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


# What finds the second order and not the first, and what finds neither. Rubbish: what no such value can be.
NO_TEXT = ["x" * 201]
NO_ID = ["abc", "-1", "1.0", "1e3", "٣", str(2**63), "9" * 5000, " 1", "0x10"]
NO_INSTANT = [
    "abc",
    "2026",
    "2026-13-01",
    "2026-02-30",
    "2026-01-01T25:00:00Z",
    "1",
    "0001-01-01T00:00:00+09:00",
]
CASES: dict[str, tuple[Callable[[TransferOrder], object], object, list[str]]] = {
    "id__gt": (lambda o: o.pk - 1, 2**62, NO_ID),
    "id__gte": (lambda o: o.pk, 2**62, NO_ID),
    "pk__in": (lambda o: f"{o.pk},999999", "999999", [*NO_ID, "1,,2", ",", "1;2", ",".join(["1"] * 1001)]),
    "number": (lambda o: o.number, "none", NO_TEXT),
    "state": (lambda o: o.state_id, 999, NO_ID),
    "state__enum_value": (lambda _: "in_transit", "transferred", NO_TEXT),
    "state__enum_value__in": (lambda _: "in_transit,cancelled", "transferred,cancelled", [",", "a,,b"]),
    "source": (lambda o: o.source_id, 999999, NO_ID),
    "destination": (lambda o: o.destination_id, 999999, NO_ID),
    "source__erp_code": (lambda o: o.source.erp_code, "none", NO_TEXT),
    "destination__erp_code": (lambda o: o.destination.erp_code, "none", NO_TEXT),
    "retail_store__erp_code": (lambda o: o.source.erp_code, "none", NO_TEXT),
    "erp_code": (lambda o: o.destination.erp_code, "none", NO_TEXT),
    "destination__country": (lambda o: o.destination.address.country_id, 999999, NO_ID),
    "destination__city": (lambda o: o.destination.address.city_id, 999999, NO_ID),
    "destination__township": (lambda o: o.destination.address.township_id, 999999, NO_ID),
    "destination__country__name": (lambda _: "ALMANYA", "Fransa", NO_TEXT),
    "destination__city__name": (lambda _: "köln", "Bonn", NO_TEXT),
    "destination__township__name": (lambda _: "MÜLHEİM", "Deutz", NO_TEXT),
    "order": (lambda o: o.order_id, 999999, NO_ID),
    "order__number": (lambda o: o.order.number, "none", NO_TEXT),
    "order__channel": (lambda o: o.order.channel_id, 999999, NO_ID),
    "order__customer__first_name": (lambda _: "ismail", "ismai", NO_TEXT),
    "order__customer__last_name": (lambda _: "IŞIK", "ışı", NO_TEXT),
    "order__date_placed": (lambda _: _iso(NOW + 10 * DAY), _iso(NEVER), NO_INSTANT),
    "order__date_placed__gt": (lambda _: _iso(NOW), _iso(NEVER), NO_INSTANT),
    "order__date_placed__gte": (lambda _: _iso(NOW + 10 * DAY), _iso(NEVER), NO_INSTANT),
    "package": (lambda o: o.package_id, 999999, NO_ID),
    "package_number": (lambda o: o.package.number, "none", NO_TEXT),
    "package__shipment__cargo_company": (lambda o: o.transfer_shipment.cargo_company_id, 1, NO_ID),
    "transfer_shipment__awb_number": (lambda _: "AWB-2", "AWB", NO_TEXT),
    "product_sku": (lambda o: o.transferitem_set.get().product.sku, "none", NO_TEXT),
    "product_barcode": (lambda _: "8690000000001", "869", NO_TEXT),
    "created_date__gt": (lambda _: _iso(NOW + 9 * DAY), _iso(NEVER), NO_INSTANT),
    "created_date__gte": (lambda _: _iso(NOW + 10 * DAY), _iso(NEVER), NO_INSTANT),
    "modified_date__gt": (lambda _: _iso(NOW + 9 * DAY), _iso(NEVER), NO_INSTANT),
    "modified_date__gte": (lambda _: _iso(NOW + 10 * DAY), _iso(NEVER), NO_INSTANT),
    "target_transfer_date__gt": (lambda _: _iso(NOW + 12 * DAY), _iso(NEVER), NO_INSTANT),
    "target_transfer_date__gte": (lambda _: _iso(NOW + 13 * DAY), _iso(NEVER), NO_INSTANT),
    "search": (lambda o: o.number.lower(), "none", NO_TEXT),
}
# And these the other way round: what finds the first and not the second.
UNTIL: dict[str, tuple[Callable[[TransferOrder], object], object, list[str]]] = {
    "id__lt": (lambda o: o.pk + 1, 0, NO_ID),
    "id__lte": (lambda o: o.pk, 0, NO_ID),
    "order__date_placed__lt": (lambda _: _iso(NOW + DAY), "2001-01-01", NO_INSTANT),
    "order__date_placed__lte": (lambda _: _iso(NOW), "2001-01-01", NO_INSTANT),
    "created_date__lt": (lambda _: _iso(NOW + DAY), "2001-01-01", NO_INSTANT),
    "created_date__lte": (lambda _: _iso(NOW), "2001-01-01", NO_INSTANT),
    "modified_date__lt": (lambda _: _iso(NOW + DAY), "2001-01-01", NO_INSTANT),
    "modified_date__lte": (lambda _: _iso(NOW), "2001-01-01", NO_INSTANT),
    "target_transfer_date__lt": (lambda _: _iso(NOW + 4 * DAY), "2001-01-01", NO_INSTANT),
    "target_transfer_date__lte": (lambda _: _iso(NOW + 3 * DAY), "2001-01-01", NO_INSTANT),
}


def test_no_filter_is_without_a_test() -> None:
    assert CASES.keys() | UNTIL.keys() | {"overdue"} == TransferOrderFilters.names()


@pytest.mark.parametrize("path", [LIST, BRIEF])
def test_each_filter_has_a_hit_a_miss_and_an_answer_to_rubbish(
    caller: Client, first: TransferOrder, second: TransferOrder, path: str, subtests: pytest.Subtests
) -> None:
    for cases, wanted in ((CASES, second), (UNTIL, first)):
        for name, (hit, miss, rubbish) in cases.items():
            throttles.forget()
            with subtests.test(name):
                assert ids(caller, path, **{name: hit(wanted)}) == {wanted.pk}
                assert ids(caller, path, **{name: miss}) == set()
                for value in [*rubbish, "a\x00"]:
                    answer = caller.get(f"{path}?{urlencode({name: value})}")
                    assert (answer.status_code, list(answer.json())) == (400, [name]), value[:40]
                    assert all(isinstance(message, str) for message in answer.json()[name])


def test_overdue_is_what_is_still_open_past_its_date(caller: Client) -> None:
    late, done, early = (a_transfer_order() for _ in range(3))
    past = datetime.now(UTC) - DAY
    TransferOrder.objects.filter(pk__in=[late.pk, done.pk]).update(target_transfer_date=past)
    TransferOrder.objects.filter(pk=done.pk).update(state=a_state(6, "transferred"))
    TransferOrder.objects.filter(pk=early.pk).update(target_transfer_date=NEVER)
    assert ids(caller, overdue="true") == ids(caller, overdue="1") == {late.pk}
    assert ids(caller, overdue="false") == ids(caller, overdue="False") == {done.pk, early.pk}
    for rubbish in ("yes", "2", "null", "TRUE", "on"):
        assert caller.get(BRIEF, {"overdue": rubbish}).json().keys() == {"overdue"}
    for status in ("ready_to_shipment", "in_transit"):
        TransferOrder.objects.filter(pk=late.pk).update(state=a_state(6, status))
        assert ids(caller, overdue="true") == {late.pk}
    TransferOrder.objects.filter(pk=late.pk).update(state=a_state(6, "cancelled"))
    assert ids(caller, overdue="true") == set()


def test_either_end_is_found_by_its_erp_code(caller: Client, first: TransferOrder) -> None:
    for name in ("erp_code", "retail_store__erp_code"):
        for location in (first.source, first.destination):
            assert ids(caller, **{name: location.erp_code}) == {first.pk}
    assert ids(caller, source__erp_code=first.destination.erp_code) == set()


def test_filters_narrow_each_other(caller: Client, first: TransferOrder, second: TransferOrder) -> None:
    assert ids(caller, erp_code=second.source.erp_code, state=second.state_id) == {second.pk}
    assert ids(caller, erp_code=second.source.erp_code, state=first.state_id) == set()


def test_all_that_is_wrong_is_said_at_once(caller: Client) -> None:
    answer = caller.get(BRIEF, {"source": "x", "created_date__gt": "y", "overdue": "z"})
    assert (answer.status_code, set(answer.json())) == (400, {"source", "created_date__gt", "overdue"})


def test_a_filter_without_a_value_filters_nothing(caller: Client, first: TransferOrder) -> None:
    query = dict.fromkeys(TransferOrderFilters.names(), "")
    assert ids(caller, **query) == {first.pk}


def test_a_filter_that_is_given_twice_is_refused(caller: Client) -> None:
    answer = caller.get(f"{BRIEF}?state=73&state=74")
    assert (answer.status_code, list(answer.json())) == (400, ["state"])


def test_an_instant_may_be_a_date_and_may_have_an_offset(caller: Client, first: TransferOrder) -> None:
    for before in ("2026-11-02", "2026-11-02T09:30:15", "2026-11-02 09:30", "2026-11-02T12:30:15+03:00"):
        assert ids(caller, created_date__gt=before) == {first.pk}, before
    # The `+` of an offset that nobody escaped.
    assert caller.get(f"{BRIEF}?created_date__gt=2026-11-02T12:30:15+03:00").json()["count"] == 1
    assert ids(caller, created_date__gt="2026-11-03") == set()


def test_several_items_of_one_product_are_one_order(caller: Client) -> None:
    order = a_transfer_order(items=2)
    product = order.transferitem_set.order_by("id")[0].product
    order.transferitem_set.update(product=product)
    assert caller.get(BRIEF, {"product_sku": product.sku}).json()["count"] == 1


@pytest.mark.parametrize("typed", ["İĞNE-ŞÇ", "iğne-şç", "IĞNE-şç", "ıgne-sc", "iGNE"])
def test_a_search_takes_turkish_letters_in_any_case(caller: Client, typed: str) -> None:
    order, _other = a_transfer_order(), a_transfer_order()
    Product.objects.filter(pk=order.transferitem_set.get().product_id).update(sku="İğne-Şç-01")
    assert ids(caller, search=typed) == {order.pk}


def test_a_search_looks_at_numbers_order_numbers_package_numbers_and_skus(caller: Client) -> None:
    order = a_transfer_order()
    TransferOrder.objects.filter(pk=order.pk).update(number="TX-1")
    Order.objects.filter(pk=order.order_id).update(number="OX-1")
    type(order.package).objects.filter(pk=order.package_id).update(number="PX-1")
    Product.objects.filter(pk=order.transferitem_set.get().product_id).update(sku="SX-1")
    a_transfer_order()
    for text in ("tx-1", "ox", "Px-", "SX-1", "  sx-1 "):
        assert ids(caller, search=text) == {order.pk}, text
    for text in ("X-1", "SX-2", "%", "_", "TX-1%", "\U0010ffff"):
        assert ids(caller, search=text) == set(), text


def test_a_filter_shows_nobody_more_than_they_may_see(first: TransferOrder, second: TransferOrder) -> None:
    bound = a_caller(locations=[first.destination])
    for name, (hit, _miss, _rubbish) in CASES.items():
        assert second.pk not in ids(bound, **{name: hit(second)}), name
    assert ids(bound, search=first.number) == {first.pk}


def test_what_filters_cost(caller: Client, first: TransferOrder, second: TransferOrder) -> None:
    caller.get(LIST)

    def cost(path: str, **query: object) -> int:
        ids(caller, path, **query)
        with CaptureQueriesContext(connection) as captured:
            ids(caller, path, **query)
        return len(captured)

    # The brief list's 4, and what has to be looked up first: locations, products, the reference version.
    assert cost(BRIEF, state=second.state_id, created_date__gt="2026-01-01", search="2026") == 4
    assert cost(BRIEF, order__customer__first_name="ismail", package__shipment__cargo_company=2) <= 4
    assert cost(BRIEF, erp_code=second.source.erp_code) == 5
    assert cost(BRIEF, product_sku=second.transferitem_set.get().product.sku) == 5
    assert cost(BRIEF, state__enum_value="in_transit") == 5
    # The list's 3 and the city.
    assert cost(LIST, destination__city__name="köln") == 4
    # Nothing can be found: not even counted.
    assert cost(BRIEF, erp_code="none") == 2


def test_a_command_moves_an_order_from_filter_to_filter(caller: Client, first: TransferOrder) -> None:
    path = f"{LIST}{first.pk}/command/"
    body = {"transition": 100, "input_parameters": {}}
    assert ids(caller, state__enum_value="waiting") == {first.pk}
    assert caller.post(path, body, "application/json").status_code == 204
    assert ids(caller, state__enum_value="waiting") == set()
    assert ids(caller, state__enum_value="ready_to_shipment") == {first.pk}
