"""Orders and packages show what transfer orders carry of them, to whoever has to do with them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from aktar.fulfilment.filters import OrderFilters, PackageFilters
from aktar.orders.models import Order, Package, PackageItem
from tests.factories import NOW, a_caller, a_location, a_package, a_state, a_transfer_order

pytestmark = pytest.mark.django_db

API = "/api/v1/oms"


def get(caller: Client, path: str, **query: Any) -> Any:
    answer = caller.get(f"{API}/{path}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def found(caller: Client, path: str, **query: Any) -> list[int]:
    return [row["id"] for row in get(caller, path, limit=100, **query)["results"]]


def test_a_package_shows_its_items_and_what_is_brought_for_them(caller: Client) -> None:
    transfer = a_transfer_order(items=2)
    carried = get(caller, f"transfer_orders/{transfer.pk}/")
    package = get(caller, f"packages/{transfer.package_id}/")
    assert package["packageitem_set"] == [item["package_item"] for item in carried["transferitem_set"]]
    assert package["stock_location"] == carried["destination"]
    assert [package[name] for name in ("customer", "shipping_address", "channel_name")] == [
        carried[name] for name in ("customer", "shipping_address", "channel_name")
    ]
    assert package["transfer_order_set"] == [
        {
            "id": transfer.pk,
            "number": transfer.number,
            "source": transfer.source_id,
            "state": carried["state"],
            "target_transfer_date": carried["target_transfer_date"],
            "plan_item": None,
            "renews": None,
        }
    ]
    assert [command["slug"] for command in package["commands"]] == [
        "package__cancel__waiting-for-transfer__cancelled"
    ]
    listed = get(caller, "packages/")["results"][0]
    assert listed == {name: package[name] for name in listed}


def test_packages_in_brief_name_everything_by_its_id(caller: Client) -> None:
    package = a_package()
    assert get(caller, "packages/short/")["results"] == [
        {
            "id": package.pk,
            "number": package.number,
            "order": package.order_id,
            "order_number": package.order.number,
            "stock_location": package.stock_location_id,
            "state": package.state_id,
            "created_date": "2026-11-02T09:30:15.123456Z",
            "modified_date": "2026-11-02T09:30:15.123456Z",
        }
    ]


def test_an_order_shows_what_was_ordered_and_its_packages(caller: Client) -> None:
    transfer = a_transfer_order(items=2)
    carried = get(caller, f"transfer_orders/{transfer.pk}/")
    order = get(caller, f"orders/{transfer.order_id}/")
    assert order["orderitem_set"] == [
        item["package_item"]["order_item"] for item in carried["transferitem_set"]
    ]
    assert [(each["id"], each["state"]["enum_value"]) for each in order["package_set"]] == [
        (transfer.package_id, "150")
    ]
    assert (order["number"], order["at_risk"]) == (carried["order_number"], False)
    assert (order["customer"], order["shipping_address"]) == (
        carried["customer"],
        carried["shipping_address"],
    )
    listed = get(caller, "orders/")["results"][0]
    assert listed == {name: order[name] for name in listed}


def test_an_order_is_at_risk_while_something_of_it_is_out_of_stock(caller: Client) -> None:
    package, other = a_package(items=2), a_package()
    item = package.packageitem_set.order_by("pk")[0]
    PackageItem.objects.filter(pk=item.pk).update(state=a_state(5, "920"))
    assert get(caller, f"orders/{package.order_id}/")["at_risk"] is True
    assert found(caller, "orders/", at_risk="true") == [package.order_id]
    assert found(caller, "orders/", at_risk="false") == [other.order_id]
    Order.objects.filter(pk=package.order_id).update(state=a_state(3, "100"))
    assert get(caller, f"orders/{package.order_id}/")["at_risk"] is False
    assert found(caller, "orders/", at_risk="true") == []


def two_packages() -> tuple[Package, Package]:
    """Two packages of two orders that differ in everything; the first one is the wanted one."""
    wanted, other = a_package(location=a_location(erp_code="Ş-77")), a_package()
    later = NOW + timedelta(days=1)
    state = {"created_date": later, "modified_date": later}
    Package.objects.filter(pk=wanted.pk).update(state=a_state(4, "400"), number="Paket-İ1", **state)
    Order.objects.filter(pk=wanted.order_id).update(
        state=a_state(3, "450"), number="Sipariş-77", date_placed=later, **state
    )
    customer = wanted.order.customer
    assert customer is not None
    customer.first_name, customer.last_name = "Şükrü", "Işık"
    customer.save()
    return Package.objects.get(pk=wanted.pk), other


def package_queries(package: Package) -> dict[str, Any]:
    return {
        "id__gt": package.pk - 1,
        "id__gte": package.pk,
        "id__lt": package.pk + 1,
        "id__lte": package.pk,
        "pk__in": package.pk,
        "number": package.number,
        "order": package.order_id,
        "order__number": package.order.number,
        "state": package.state_id,
        "state__enum_value": "400",
        "state__enum_value__in": "400,500",
        "stock_location": package.stock_location_id,
        "stock_location__erp_code": "Ş-77",
        "product_sku": package.packageitem_set.get().order_item.product.sku,
        "created_date__gt": "2026-11-03",
        "created_date__gte": "2026-11-03",
        "modified_date__gt": "2026-11-03",
        "modified_date__gte": "2026-11-03",
        "search": "siparis-7",
    }


def order_queries(package: Package) -> dict[str, Any]:
    order = package.order
    assert order.customer is not None
    return {
        "id__gt": order.pk - 1,
        "id__gte": order.pk,
        "id__lt": order.pk + 1,
        "id__lte": order.pk,
        "pk__in": order.pk,
        "number": order.number,
        "state": order.state_id,
        "state__enum_value": "450",
        "state__enum_value__in": "450,100",
        "customer": order.customer.pk,
        "customer__first_name": "SUKRU",
        "customer__last_name": "ışık",
        "product_sku": package.packageitem_set.get().order_item.product.sku,
        "date_placed__gt": "2026-11-03",
        "date_placed__gte": "2026-11-03",
        "created_date__gt": "2026-11-03",
        "created_date__gte": "2026-11-03",
        "modified_date__gt": "2026-11-03",
        "modified_date__gte": "2026-11-03",
        "search": "SİPARİŞ-7",
    }


def test_every_filter_finds_the_wanted_one_alone(caller: Client) -> None:
    wanted, other = two_packages()
    # Both are found by what both have, or neither.
    beside = {
        "at_risk",
        "channel",
        *(f"{name}_date__{to}" for name in ("created", "modified") for to in ("lt", "lte")),
    }
    for path, filters, queries, pk in (
        ("packages/", PackageFilters, package_queries(wanted), wanted.pk),
        ("orders/", OrderFilters, order_queries(wanted), wanted.order_id),
    ):
        assert filters.names() - queries.keys() - beside <= {"date_placed__lt", "date_placed__lte"}
        for name, value in queries.items():
            expected = {pk}
            if name in ("id__lt", "id__lte"):
                continue
            if name in ("id__gt", "id__gte"):
                expected.add(other.pk if path == "packages/" else other.order_id)
            assert set(found(caller, path, **{name: value})) == expected, (path, name)
        for name in ("created_date__lt", "created_date__lte", "modified_date__lt", "modified_date__lte"):
            assert pk not in found(caller, path, **{name: "2026-11-03"}), name
        for name in ("id__lt", "id__lte"):
            assert found(caller, path, **{name: queries[name]}) == [pk]
    assert found(caller, "orders/", date_placed__lt="2026-11-03") == [other.order_id]
    assert found(caller, "orders/", date_placed__lte="2026-11-03") == [other.order_id]
    channel = wanted.order.channel_id
    assert set(found(caller, "orders/", channel=channel)) == {wanted.order_id, other.order_id}
    assert found(caller, "orders/", channel=channel + 999) == []


def test_sorts_go_both_ways(caller: Client) -> None:
    wanted, other = two_packages()
    for name in ("id", "created_date", "modified_date"):
        found_ = found(caller, "packages/", sort=f"-{name}")
        assert found_ == found(caller, "packages/", sort=name)[::-1]
    assert found(caller, "orders/", sort="date_placed") == [other.order_id, wanted.order_id]


def test_who_dispatches_sees_the_package_and_who_sends_sees_the_order() -> None:
    transfer = a_transfer_order()
    elsewhere = a_caller(locations=[a_location()])
    sender = a_caller(locations=[transfer.source])
    packer = a_caller(locations=[transfer.destination])
    for caller, packages, orders in ((elsewhere, [], []), (sender, [], [0]), (packer, [0], [0])):
        assert found(caller, "packages/") == [transfer.package_id for _ in packages]
        assert found(caller, "packages/short/") == [transfer.package_id for _ in packages]
        assert found(caller, "orders/") == [transfer.order_id for _ in orders]
        for path, seen in (
            (f"packages/{transfer.package_id}/", packages),
            (f"orders/{transfer.order_id}/", orders),
        ):
            assert caller.get(f"{API}/{path}").status_code == (200 if seen else 404)
