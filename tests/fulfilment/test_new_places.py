"""Where an order goes is found by any spelling of its names, and made where it is new."""

from typing import Any

import pytest
from django.test import Client

from aktar.orders.models import Order, ShippingAddress
from aktar.places.models import City, Country, District, Township
from tests.factories import a_caller, a_location, a_product
from tests.fulfilment.orders import an_order_body, put_in
from tests.fulfilment.shop import a_store, only_package, ordered, transfers
from tests.walk.scene import footprint

pytestmark = pytest.mark.django_db

KADIKOY = {"city": {"name": "İSTANBUL"}, "township": {"name": "KADIKÖY"}, "line": "Moda Caddesi 1"}
RIZE = {
    "country": {"code": "tr"},
    "city": {"name": "Rize"},
    "township": {"name": "Ardeşen"},
    "district": {"name": "Cami Mah"},
    "line": "Çay Sokak 3",
}


@pytest.fixture(autouse=True)
def _shop() -> None:
    a_location()
    a_product(sku="TS-1")


def to(address: dict[str, Any], number: str = "WEB-1") -> dict[str, Any]:
    return an_order_body(number, shipping_address=address)


def counts() -> list[int]:
    return [model.objects.count() for model in (Country, City, Township, District)]


def errors(caller: Client, address: dict[str, Any]) -> Any:
    refused = put_in(caller, to(address), "?plan=0")
    assert refused.status_code == 400, refused.content
    return refused.json()["shipping_address"]


def test_an_order_to_a_new_town_makes_it_once(caller: Client) -> None:
    before = counts()
    first = put_in(caller, to(RIZE), "?plan=0")
    assert first.status_code == 201, first.content
    assert counts() == [before[0], *(count + 1 for count in before[1:])]
    address = ShippingAddress.objects.get()
    assert (address.country.code, address.city.name, address.township.name) == ("tr", "Rize", "Ardeşen")
    assert address.district is not None
    assert (address.township.city, address.district.township) == (address.city, address.township)
    spelled = {**RIZE, "city": {"name": "RİZE"}, "township": {"name": "ARDEŞEN"}}
    assert put_in(caller, to(spelled), "?plan=0").status_code == 200
    assert put_in(caller, to(spelled, "WEB-2"), "?plan=0").status_code == 201
    assert counts()[1:] == [count + 1 for count in before[1:]]


def test_a_new_town_lies_in_the_city_that_is_there_however_it_is_spelled(caller: Client) -> None:
    before = counts()
    for number, city, township in (
        ("WEB-1", "İSTANBUL", "KADIKÖY"),
        ("WEB-2", "İstanbul", "Kadıköy"),
        ("WEB-3", "istanbul", "kadıköy"),
    ):
        address = KADIKOY | {"city": {"name": city}, "township": {"name": township}}
        assert put_in(caller, to(address, number), "?plan=0").status_code == 201
    assert counts() == [before[0], before[1], before[2] + 1, before[3]]
    assert len(set(ShippingAddress.objects.values_list("township", flat=True))) == 1


def test_orders_of_one_list_share_what_the_first_one_made(caller: Client) -> None:
    rows = [to(RIZE, "WEB-1"), to(RIZE, "WEB-2"), to(RIZE, "WEB-1")]
    results = put_in(caller, rows, "?plan=0").json()["results"]
    assert [each["status"] for each in results] == [201, 201, 200]
    assert City.objects.filter(name="Rize").count() == 1


def test_an_order_that_is_refused_makes_no_place(caller: Client) -> None:
    put_in(caller, to(KADIKOY), "?plan=0")
    before = footprint()
    assert put_in(caller, to(RIZE), "?plan=0").status_code == 409
    assert put_in(a_caller(locations=[a_location()]), to(RIZE, "WEB-2")).status_code == 403
    wrong = to(RIZE, "WEB-3") | {"items": [{"sku": "no such", "price": "1", "price_currency": "try"}]}
    assert put_in(caller, wrong).status_code == 400
    assert footprint().keys() == before.keys()
    assert not City.objects.filter(name="Rize").exists()
    assert Order.objects.count() == 1


def test_an_order_to_a_place_without_coordinates_is_planned(caller: Client) -> None:
    a_store("A", {"TS-1": 1})
    a_store("B", {"TS-2": 1})
    items = [{"sku": sku, "price": "10", "price_currency": "try"} for sku in ("TS-1", "TS-2")]
    answer = put_in(caller, to(RIZE) | {"items": items})
    assert answer.status_code == 201, answer.content
    order = Order.objects.get()
    assert only_package(order).packageitem_set.count() == 2
    assert len(transfers(order)) == 1
    # Where nobody has been before, one is no nearer than the other.
    assert only_package(ordered(caller, "WEB-2", "TS-1")).state.enum_value == "920"


def test_a_new_city_needs_a_country_that_is_there(caller: Client) -> None:
    Country.objects.create(code="de", name="Almanya")
    without = {name: told for name, told in RIZE.items() if name != "country"}
    assert errors(caller, without) == {"country": ["Say in which country."]}
    assert put_in(caller, to(KADIKOY), "?plan=0").status_code == 201
    unknown = "There is no such country. A stock location in it, told with its code, makes it."
    assert errors(caller, RIZE | {"country": {"code": "fr"}}) == {"country": {"code": [unknown]}}
    assert "two letters" in str(errors(caller, RIZE | {"country": {"name": "Fransa"}}))


@pytest.mark.parametrize(
    "country",
    [
        {"code": "TR"},
        {"name": "TÜRKİYE"},
        {"code": "tr", "name": "Türkiye"},
        {"code": "tr", "name": "Turkey"},
    ],
)
def test_a_country_is_known_by_its_code_by_its_name_and_by_both(
    caller: Client, country: dict[str, str]
) -> None:
    answer = put_in(caller, to(RIZE | {"country": country}), "?plan=0")
    assert answer.status_code == 201, answer.content


def test_the_code_of_one_country_and_the_name_of_another_are_told_apart(caller: Client) -> None:
    Country.objects.create(code="de", name="Almanya")
    assert errors(caller, RIZE | {"country": {"code": "tr", "name": "Almanya"}}) == {
        "country": ["This is the code of one country and the name of another: give the code alone."]
    }
    assert set(errors(caller, RIZE | {"country": {"code": "tr", "name": "x" * 101}})["country"]) == {"name"}


def test_a_place_by_its_id_lies_in_the_larger_one(caller: Client) -> None:
    known = Township.objects.get()
    assert put_in(caller, to(KADIKOY | {"township": known.pk}), "?plan=0").status_code == 201
    for city in ("ANKARA", "Rize"):
        assert errors(caller, KADIKOY | {"city": {"name": city}, "township": known.pk}) == {
            "township": ["This place does not lie in the larger one."]
        }
    assert errors(caller, KADIKOY | {"city": 999}) == {"city": ["There is no such place."]}


def test_the_spelling_decides_between_namesakes(caller: Client) -> None:
    known = City.objects.get()
    other = City.objects.create(name="Istanbul", country=known.country)
    Township.objects.create(name="SARIYER", city=other)
    sariyer = KADIKOY | {"township": {"name": "SARIYER"}}
    assert put_in(caller, to(sariyer), "?plan=0").status_code == 201
    assert Order.objects.get().shipping_address.city == known
    assert errors(caller, sariyer | {"city": {"name": "istanbul"}}) == {
        "township": ["Several places go by this name; say which by its id."]
    }
    assert errors(caller, KADIKOY | {"city": {"name": "istanbul"}}) == {
        "city": ["Several places go by this name; say which by its id."]
    }
