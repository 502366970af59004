"""Somebody outside makes a transfer order: for a package that is there, or with its package and order."""

from typing import Any

import pytest
from django.test import Client

from aktar.orders.models import Channel, Customer, Order, OrderItem, Package, PackageItem, ShippingAddress
from aktar.places.models import City
from aktar.transfers.actions import ItemToMove, create_transfer_order
from aktar.transfers.models import TransferItem, TransferOrder
from aktar.transfers.rules import ItemsNotOfPackage
from aktar.webhooks.models import Event
from tests.factories import (
    NOW,
    a_caller,
    a_location,
    a_package,
    a_product,
    a_state,
    a_transfer_order,
    an_order,
)
from tests.transfers.running import CANCEL_WAITING, DELIVER, DISPATCH, ORDERS, READY, done, everything

pytestmark = pytest.mark.django_db


def post(caller: Client, body: Any, **headers: str) -> Any:
    """The answer to a wish."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return caller.post(ORDERS, body, "application/json", headers=named)


def a_wish(package: Package, **values: Any) -> dict[str, Any]:
    """A body that brings everything a package holds, from a new location."""
    items = package.packageitem_set.order_by("pk")
    return {
        "source": a_location().pk,
        "destination": package.stock_location_id,
        "package": package.pk,
        "items": [{"sku": item.order_item.product.sku, "quantity": "1.00"} for item in items],
    } | values


def an_order_in_full(**values: Any) -> dict[str, Any]:
    """An order that nobody knows, for one new product; a location's neighbourhood is its address."""
    a_location()
    return {
        "number": "2026110200001",
        "channel": {"name": "Web"},
        "customer": {"first_name": "Ayşe", "last_name": "Yılmaz", "email": "ayse@example.com"},
        "shipping_address": {
            "country": {"code": "tr"},
            "city": {"name": "İSTANBUL"},
            "township": {"name": "SARIYER"},
            "district": {"name": "MASLAK MAH"},
            "line": "Gül Sokak 6/9",
            "postcode": "34485",
        },
        "items": [{"sku": a_product().sku, "price": "1000.00", "price_currency": "TRY", "tax_rate": 8}],
    } | values


def refused(caller: Client, body: Any, status: int = 400) -> dict[str, Any]:
    """What is wrong with a wish; nothing may have been made."""
    before = everything(), Order.objects.count(), Customer.objects.count(), Channel.objects.count()
    answer = post(caller, body)
    assert answer.status_code == status, answer.content
    assert (everything(), Order.objects.count(), Customer.objects.count(), Channel.objects.count()) == before
    told: dict[str, Any] = answer.json()
    return told


def test_a_package_gets_what_it_lacks(caller: Client) -> None:
    package = a_package(items=2)
    wish = a_wish(
        package, invoice_number="INV-1", remote_id="R-1", target_transfer_date="2026-12-01T10:00:00+03:00"
    )
    answer = post(caller, wish)
    assert answer.status_code == 201, answer.content
    told = answer.json()
    path = f"{ORDERS}{told['id']}/"
    assert answer.headers["Location"] == f"http://testserver{path}"
    detail = caller.get(path)
    assert detail.content == answer.content
    assert detail.headers["ETag"] == answer.headers["ETag"]
    assert told["number"] == f"{package.number}T1"
    assert (told["source"]["id"], told["destination"]["id"]) == (wish["source"], wish["destination"])
    assert (told["invoice_number"], told["remote_id"]) == ("INV-1", "R-1")
    assert told["target_transfer_date"] == "2026-12-01T07:00:00.000000Z"
    assert told["state"]["enum_value"] == "waiting"
    assert [item["quantity"] for item in told["transferitem_set"]] == ["1.00", "1.00"]
    assert {item["package_item"]["state"]["enum_value"] for item in told["transferitem_set"]} == {"150"}
    package.refresh_from_db()
    assert package.state.enum_value == "150"
    types = Event.objects.filter(content_type=6, object_id=told["id"]).values_list("type", flat=True)
    assert list(types) == ["transfer.status.created"]


def test_it_is_due_after_the_sources_usual_interval(caller: Client) -> None:
    answer = post(caller, a_wish(a_package()))
    order = TransferOrder.objects.get(pk=answer.json()["id"])
    assert order.target_transfer_date - order.created_date == order.source.target_transfer_interval


def test_things_that_are_there_go_by_id_or_by_name(caller: Client) -> None:
    for name in ("id", "erp code and number"):
        package = a_package()
        source = a_location()
        wish = a_wish(package)
        if name == "id":
            named: dict[str, Any] = {
                "source": {"id": source.pk},
                "destination": {"id": package.stock_location_id},
                "package": {"id": package.pk},
                "order": {"id": package.order_id},
            }
        else:
            named = {
                "source": {"erp_code": source.erp_code},
                "destination": {"erp_code": package.stock_location.erp_code},
                "package": {"number": package.number},
                "order": {"number": package.order.number},
            }
        answer = post(caller, wish | named)
        assert answer.status_code == 201, answer.content
        assert (answer.json()["source"]["id"], answer.json()["package"]) == (source.pk, package.pk)


def test_an_order_in_full_is_made_with_its_package(caller: Client) -> None:
    order = an_order_in_full()
    destination, source = a_location(), a_location()
    sku = order["items"][0]["sku"]
    wish = {
        "source": {"erp_code": source.erp_code},
        "destination": {"erp_code": destination.erp_code},
        "order": order,
        "items": [{"sku": sku, "quantity": 1}],
    }
    answer = post(caller, wish)
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["order_number"], told["package_number"], told["number"]) == (
        order["number"],
        f"{order['number']}P1",
        f"{order['number']}P1T1",
    )
    assert told["channel_name"] == "Web"
    assert (told["customer"]["first_name"], told["shipping_address"]["first_name"]) == ("Ayşe", "Ayşe")
    assert told["shipping_address"]["district"]["name"] == "MASLAK MAH"
    (item,) = told["transferitem_set"]
    bought = item["package_item"]["order_item"]
    assert (bought["price"], bought["net_amount"], bought["price_currency"], bought["tax_rate"]) == (
        "1000.00",
        "1000.00",
        "try",
        "8.00",
    )
    assert bought["state"]["enum_value"] == "400"
    package = Package.objects.get(pk=told["package"])
    assert package.stock_location_id == destination.pk
    events = Event.objects.filter(content_type=4, object_id=package.pk).order_by("sequence")
    assert list(events.values_list("type", flat=True)) == [
        "package.created",
        "package.status.waiting_for_transfer",
    ]


def test_an_order_that_is_known_by_its_number_is_left_as_it_is(caller: Client) -> None:
    known = an_order(items=2)
    skus = list(known.orderitem_set.order_by("pk").values_list("product__sku", flat=True))
    counts = [model._default_manager.count() for model in (Customer, ShippingAddress, OrderItem)]
    wish = {"source": a_location().pk, "destination": a_location().pk, "items": [{"sku": skus[0]}]}
    order = an_order_in_full(number=known.number)
    first = post(caller, wish | {"order": order, "package": {"items": [{"sku": skus[0]}]}})
    assert first.status_code == 201, first.content
    assert first.json()["package_number"] == f"{known.number}P1"
    assert [model._default_manager.count() for model in (Customer, ShippingAddress, OrderItem)] == counts
    second = post(
        caller, wish | {"order": known.pk, "package": {"number": "K-7"}, "items": [{"sku": skus[1]}]}
    )
    assert second.status_code == 201, second.content
    assert second.json()["package_number"] == "K-7"
    # Of two items each package holds one, and there is none left for a third.
    assert refused(caller, wish | {"order": known.pk}, status=409) == {
        "package": ["Every item of the order is in a package already."]
    }


def test_a_customer_is_found_by_its_erp_code(caller: Client) -> None:
    customer = {"first_name": "Ayşe", "last_name": "Yılmaz", "erp_code": "C-1"}
    product = a_product()
    for number in ("A", "B"):
        order = an_order_in_full(number=number, customer=customer)
        order["items"][0]["sku"] = product.sku
        wish = {"source": a_location().pk, "destination": a_location().pk, "items": [{"sku": product.sku}]}
        assert post(caller, wish | {"order": order}).status_code == 201
    assert Customer.objects.filter(erp_code="C-1").count() == 1


def test_pieces_are_brought_one_by_one(caller: Client) -> None:
    order = an_order_in_full()
    order["items"][0]["quantity"] = "3.00"
    sku = order["items"][0]["sku"]
    wish = {
        "source": a_location().pk,
        "destination": a_location().pk,
        "order": order,
        "items": [{"sku": sku, "quantity": 2}],
    }
    told = post(caller, wish).json()
    assert [item["quantity"] for item in told["transferitem_set"]] == ["1.00", "1.00"]
    assert PackageItem.objects.filter(package=told["package"]).count() == 3
    again = wish | {"order": told["order"], "package": told["package"]}
    refusal = refused(caller, again, status=409)
    item = told["transferitem_set"][0]["package_item"]["id"]
    assert refusal == {
        "items": {"0": {"sku": [f"Package item {item} is being brought by transfer order {told['number']}."]}}
    }
    assert refused(caller, again | {"items": [{"sku": sku, "quantity": 4}]}) == {
        "items": {"0": {"quantity": ["The package holds only 1 of these that can be brought."]}}
    }
    assert post(caller, again | {"items": [{"sku": sku}]}).json()["number"] == f"{order['number']}P1T2"


def test_a_list_names_a_thousand_pieces_and_no_more(caller: Client) -> None:
    order = an_order_in_full()
    (ordered,) = order["items"]
    wish = {"source": a_location().pk, "destination": a_location().pk}
    lines = [{"sku": ordered["sku"], "quantity": count} for count in (999, 2)]
    told = refused(
        caller,
        wish
        | {
            "order": order | {"items": [ordered | line for line in lines]},
            "package": {"items": lines},
            "items": lines,
        },
    )
    too_many = ["Give at most 1000 pieces in all."]
    assert told == {
        "order": {"items": too_many},
        "package": {"items": too_many},
        "items": too_many,
    }
    whole = wish | {"order": order | {"items": [ordered | {"quantity": 1000}]}, "items": lines[1:]}
    assert post(caller, whole).status_code == 201


def test_what_was_cancelled_can_be_brought_from_elsewhere_and_whoever_holds_the_old_tag_hears_of_it(
    caller: Client,
) -> None:
    package = a_package()
    first = a_transfer_order(package=package)
    done(caller, first, CANCEL_WAITING)
    path = f"{ORDERS}{first.pk}/"
    before = caller.get(path)
    assert post(caller, a_wish(package)).status_code == 201
    after = caller.get(path, headers={"If-None-Match": before.headers["ETag"]})
    # The cancelled one shows the package item, which has a new state.
    assert after.status_code == 200
    assert after.content != before.content


def test_every_fault_is_told_at_once(caller: Client) -> None:
    product = a_product()
    told = refused(
        caller,
        {
            "source": {"erp_code": "nowhere"},
            "destination": "S1",
            "package": {"id": 99},
            "order": {
                "number": "",
                "channel": 99,
                "customer": {"first_name": "Ayşe"},
                "shipping_address": {"city": {"name": "Nowhere"}, "township": 7, "line": "\n"},
                "items": [{"sku": product.sku, "price": -1, "price_currency": "€"}, {"sku": "no such"}],
                "colour": "red",
            },
            "items": [{"sku": product.sku, "quantity": 1.5}, {"sku": "no such"}, {}, 7],
            "target_transfer_date": "tomorrow",
            "invoice_number": "",
            "state": 73,
        },
    )
    assert set(told) == {
        "source",
        "destination",
        "package",
        "order",
        "items",
        "target_transfer_date",
        "invoice_number",
        "state",
    }
    assert told["source"] == {"erp_code": ["There is no such stock location."]}
    assert set(told["order"]) == {"number", "channel", "customer", "shipping_address", "items", "colour"}
    assert set(told["order"]["shipping_address"]) == {"township", "line"}
    assert set(told["order"]["items"]["0"]) == {"price", "price_currency"}
    assert set(told["order"]["items"]["1"]) == {"sku", "price", "price_currency"}
    assert {place: set(wrong) for place, wrong in told["items"].items()} == {
        "0": {"quantity"},
        "1": {"sku"},
        "2": {"sku"},
        "3": {"non_field_errors"},
    }


def test_what_a_wish_lacks_is_named(caller: Client) -> None:
    package = a_package()
    wish = a_wish(package)
    del wish["package"]
    unnamed = {"order": ["Give the package that lacks the goods, or the order to make one for."]}
    assert refused(caller, wish) == unnamed
    assert refused(caller, wish | {"package": None, "order": None}) == unnamed
    assert refused(caller, wish | {"package": {"number": "K-7"}}) == {
        "order": ["There is no such package; a new one needs its order."]
    }
    needed = "number, channel, customer, shipping_address, items"
    assert refused(caller, wish | {"order": {"number": "W-7"}}) == {
        "order": {"number": [f"There is no such order. To make one, give {needed}."]}
    }
    assert set(refused(caller, wish | {"order": {"number": "W-7", "channel": {"name": "Web"}}})["order"]) == {
        "customer",
        "shipping_address",
        "items",
    }


def test_the_destination_is_where_the_package_is_dispatched(caller: Client) -> None:
    package = a_package()
    told = refused(
        caller,
        a_wish(package, destination=a_location().pk, order=an_order().pk, items=[{"sku": a_product().sku}]),
    )
    assert set(told) == {"destination", "order", "items"}
    assert str(package.stock_location_id) in told["destination"][0]


def test_goods_go_elsewhere(caller: Client) -> None:
    package = a_package()
    told = refused(caller, a_wish(package, source=package.stock_location_id))
    assert set(told) == {"destination"}


@pytest.mark.parametrize("state", ["500", "600"])
def test_nothing_is_brought_to_a_closed_package(caller: Client, state: str) -> None:
    package = a_package()
    Package.objects.filter(pk=package.pk).update(state=a_state(4, state))
    assert set(refused(caller, a_wish(package), status=409)) == {"package"}


def test_a_package_that_nobody_knows_needs_its_order(caller: Client) -> None:
    wish = a_wish(a_package()) | {"package": {"number": "no such"}}
    assert set(refused(caller, wish)) == {"order"}
    del wish["package"]
    assert set(refused(caller, wish)) == {"order"}


def test_a_package_number_belongs_to_one_order(caller: Client) -> None:
    package, other = a_package(), an_order()
    wish = a_wish(package, order=other.pk)
    assert set(refused(caller, wish)) == {"order"}


def test_places_lie_within_the_larger_ones_and_are_told_apart(caller: Client) -> None:
    order = an_order_in_full()
    wish = {
        "source": a_location().pk,
        "destination": a_location().pk,
        "items": [{"sku": order["items"][0]["sku"]}],
    }
    address = order["shipping_address"]
    location = a_location()
    city = location.address.city
    other = type(city).objects.create(name="ANKARA", country=city.country)
    far = type(location.address.township).objects.create(name="SARIYER", city=other)
    wrong = {"city": other.pk, "township": location.address.township_id}
    told = refused(caller, wish | {"order": order | {"shipping_address": address | wrong}})
    assert set(told["order"]["shipping_address"]) == {"township"}
    type(far).objects.create(name="SARIYER", city=city)
    without_district = {key: value for key, value in address.items() if key != "district"}
    told = refused(caller, wish | {"order": order | {"shipping_address": without_district}})
    assert set(told["order"]["shipping_address"]) == {"township"}
    assert post(caller, wish | {"order": order}).status_code == 201


def test_places_that_are_new_are_made_for_who_sees_everything_alone() -> None:
    mine, order = a_location(), an_order_in_full()
    items = [{"sku": order["items"][0]["sku"]}]
    wish = {"source": a_location().pk, "destination": mine.pk, "items": items}
    order["shipping_address"] = {"city": {"name": "Rize"}, "township": {"name": "Ardeşen"}, "line": "Çay 1"}
    told = refused(a_caller(locations=[mine]), wish | {"order": order})
    sentence = (
        "There is no such place. A token for all locations makes it by naming it, in an order or a location."
    )
    assert told == {"order": {"shipping_address": {"city": [sentence], "township": [sentence]}}}
    assert not City.objects.filter(name="Rize").exists()
    assert post(a_caller(), wish | {"order": order}).status_code == 201
    assert Order.objects.get().shipping_address.township.city.name == "Rize"
    # An order that is there is taken as it is: what is said of it makes nothing.
    order["shipping_address"]["city"] = {"name": "Artvin"}
    refused(a_caller(), wish | {"order": order}, status=409)
    assert not City.objects.filter(name="Artvin").exists()


def test_a_caller_makes_transfers_of_its_own_locations_only() -> None:
    package, source = a_package(), a_location()
    wish = a_wish(package, source=source.pk)
    refused(a_caller(locations=[a_location()]), wish, status=403)
    assert refused(a_caller(locations=[source]), wish) == {"package": ["There is no such package."]}
    assert post(a_caller(locations=[source, package.stock_location]), wish).status_code == 201
    other = a_package()
    assert post(a_caller(locations=[other.stock_location]), a_wish(other)).status_code == 201
    refused(a_caller(is_read_only=True), a_wish(a_package()), status=403)


def test_a_refusal_tells_nothing_of_a_package_that_the_caller_does_not_see() -> None:
    mine, package = a_location(), a_package()
    transfer = a_transfer_order(package=package)
    wish = a_wish(package, source=mine.pk, destination=a_location().pk, order=a_package().order_id)
    told = refused(a_caller(locations=[mine]), wish)
    assert told == {"package": ["There is no such package."]}
    # Whoever sends to it, or dispatches it, is told why.
    for location in (transfer.source, package.stock_location):
        told = refused(a_caller(locations=[mine, location]), wish)
        assert set(told) == {"destination", "order", "items"}


def test_a_limited_caller_opens_no_order_of_strangers() -> None:
    mine, order = a_location(), an_order()
    caller = a_caller(locations=[mine])
    items = [{"sku": item.product.sku, "quantity": "1"} for item in order.orderitem_set.all()]
    wish = {"source": a_location().pk, "destination": mine.pk, "items": items}
    for named in (order.pk, {"number": order.number}, an_order_in_full(number=order.number)):
        assert refused(caller, wish | {"order": named}) == {"order": ["There is no such order."]}
    # Once a package of it is theirs, the order is too.
    assert post(a_caller(), wish | {"order": order.pk}).status_code == 201
    seen = refused(caller, wish | {"order": order.pk}, status=409)
    assert "There is no such order." not in str(seen)


def test_a_transfer_order_that_was_posted_can_be_carried_out(caller: Client) -> None:
    order = TransferOrder.objects.get(pk=post(caller, a_wish(a_package(items=2))).json()["id"])
    done(caller, order, READY, DISPATCH, DELIVER)
    assert set(TransferItem.objects.values_list("state__enum_value", flat=True)) == {"transferred"}
    order.package.refresh_from_db()
    assert order.package.state.enum_value == "100"


def test_a_write_takes_no_filters(caller: Client) -> None:
    wish = a_wish(a_package())
    answer = caller.post(f"{ORDERS}?limit=5", wish, "application/json")
    assert (answer.status_code, set(answer.json())) == (400, {"limit"})


def test_a_transfer_order_brings_items_of_its_own_package_and_at_least_one() -> None:
    package, other = a_package(), a_package()
    stranger = ItemToMove(PackageItem.objects.select_related("order_item").get(package=other))
    for items in ([], [stranger]):
        before = everything()
        with pytest.raises(ItemsNotOfPackage):
            create_transfer_order(
                package.pk, source=a_location(), items=items, planned_at=NOW, by=None, now=NOW
            )
        assert everything() == before
