"""Every filter of every list finds what it names, leaves out the rest, and refuses what it cannot read."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.factories import NOW
from tests.reads.lists import (
    CARRIERS,
    COMMANDS,
    ITEMS,
    LISTS,
    LOCATIONS,
    LOGS,
    PLANS,
    PRODUCTS,
    STATES,
    List,
    Pair,
    found,
)

pytestmark = pytest.mark.django_db

NOON = (NOW + timedelta(hours=12)).isoformat()
NEVER = "2031-01-01"
LONG = "x" * 201
BIG = str(10**30)

Value = Callable[[Pair], Any]
Case = tuple[Value | str, Value | str, str]
"""What a filter finds the wanted row and not the other one by; what it finds no wanted row by; rubbish."""


def of(path: str) -> Value:
    """The wanted row's value."""

    def value(pair: Pair) -> Any:
        at = pair.wanted
        for name in path.split("."):
            at = getattr(at, name)
        return at

    return value


def after(name: str, *, is_later: bool) -> dict[str, Case]:
    """The four comparisons of an instant that is a day later (or not) than the other one's."""
    if is_later:
        return {
            f"{name}__gt": (NOON, NEVER, "yesterday"),
            f"{name}__gte": (NOON, NEVER, "2026-13-01"),
        }
    return {
        f"{name}__lt": (NEVER, "2020-01-01", "2026-02-30T00:00:00Z"),
        f"{name}__lte": (NEVER, "2020-01-01", "1e5"),
    }


def ids(pair: Pair) -> list[int]:
    return sorted((pair.wanted.pk, pair.other.pk))


RANGES: dict[str, Case] = {
    "id__gt": (lambda pair: pair.wanted.pk - 1, of("pk"), "٣"),
    "id__gte": (of("pk"), lambda pair: pair.wanted.pk + 1, "1.0"),
    "pk__in": (lambda pair: f"987654,{pair.wanted.pk}", "987654,987655", "1,,2"),
}
UPWARDS: dict[str, Case] = {
    "id__lt": (lambda pair: pair.wanted.pk + 1, of("pk"), "-1"),
    "id__lte": (of("pk"), lambda pair: pair.wanted.pk - 1, BIG),
}
DATES = after("created_date", is_later=True) | after("modified_date", is_later=True)
DATES_UPWARDS = after("created_date", is_later=False) | after("modified_date", is_later=False)


def flag(name: str) -> dict[str, Case]:
    return {name: (of(name), lambda pair: getattr(pair.other, name), "yes")}


def planned(pair: Pair) -> Any:
    """The wanted plan's line."""
    return pair.wanted.planitem_set.get()


CASES: dict[List, dict[str, Case]] = {
    LOCATIONS: RANGES
    | DATES
    | {
        "erp_code": (of("erp_code"), "S-0", LONG),
        "name": ("çarşı içi", "Çarşı", LONG),
        "stock_location_type": ("warehouse", "WAREHOUSE", LONG),
        "omnitron_id": ("77", "78", "7a"),
        "priority": ("3", "4", BIG),
        "address__country": (of("address.country_id"), "987654", "tr"),
        "address__city": (of("address.city_id"), "987654", "-1"),
        "address__township": (of("address.township_id"), "987654", "1 "),
        "address__country__name": ("IZLANDA", "İzmir", LONG),
        "address__city__name": ("ığdır", "ığdı", LONG),
        "address__township__name": ("SISLI", "sisl", LONG),
        "search": ("çarşı i", "arşı", LONG),
    }
    | flag("is_active")
    | flag("is_fulfillment_center")
    | flag("is_pickup_location")
    | flag("is_delivery_location")
    | flag("is_return_available")
    | flag("is_fast_delivery_available")
    | flag("use_as_shipper_location"),
    PRODUCTS: RANGES
    | DATES
    | {
        "sku": (of("sku"), "gm-1-i", LONG),
        "barcode": ("8690000000017", "869", LONG),
        "base_code": ("GM", "gm", LONG),
        "name": ("gömlek yeşil", "gömlek", LONG),
        "omnitron_id": ("77", "-77", "0x7"),
        "search": ("GOMLEK y", "yeşil", LONG),
    },
    CARRIERS: RANGES
    | {
        "name": ("yıldırım kargo", "yıldırım", LONG),
        "erp_code": ("Y", "y", LONG),
        "shipping_company": ("yildirim", "YILDIRIM", LONG),
    },
    STATES: RANGES
    | {
        "content_type": ("8", "1", "transfer"),
        "enum_class": ("Another", "another", LONG),
        "enum_value": ("lost", "found", LONG),
    },
    COMMANDS: RANGES
    | {
        "content_type": ("8", "6", "{}"),
        "enum_class": ("Another", "TransferStatus", LONG),
        "enum_value": ("lost", "found", LONG),
        "slug": ("find", "Find", LONG),
        "source_state": ("900", "901", "waiting"),
        "destination_state": ("901", "900", "found"),
    }
    | flag("is_packageitem_parameter_required"),
    ITEMS: RANGES
    | DATES
    | {
        "transfer_order": (of("transfer_order_id"), "987654", "T1"),
        "transfer_order__number": (of("transfer_order.number"), "T", LONG),
        "package_item": (of("package_item_id"), "987654", "1;2"),
        "product": (of("product_id"), "987654", "abc"),
        "product__sku": (of("product.sku"), "TS", LONG),
        "product__barcode": ("8690000000017", "8690000000018", LONG),
        "quantity": ("2.50", "2.51", "2.505"),
        "quantity__gt": ("2.49", "2.5", "two"),
        "quantity__gte": ("2.5", "2.51", "1e2"),
        "state": ("81", "80", "in_transit"),
        "state__enum_value": ("in_transit", "waiting", LONG),
    },
    LOGS: RANGES
    | after("created_date", is_later=True)
    | {
        "object_id": (of("object_id"), "987654", "6-1"),
        "user": (of("user_id"), "987654", "ayse"),
        "old_state": ("78", "73", "ready"),
        "new_state": ("74", "78", "in transit"),
        "old_state__enum_value": ("ready_to_shipment", "waiting", LONG),
        "new_state__enum_value": ("in_transit", "ready_to_shipment", LONG),
    },
    PLANS: RANGES
    | after("created_at", is_later=True)
    | {
        "order": (of("order_id"), "987654", "N1"),
        "order__number": (of("order.number"), "N", LONG),
        "scenario": (of("scenario_id"), "987654", "x"),
        "source": (lambda pair: planned(pair).source_id, "987654", "S1"),
        "destination": (lambda pair: planned(pair).destination_id, "987654", "-1"),
        "source__erp_code": (lambda pair: planned(pair).source.erp_code, "S-0", LONG),
        "destination__erp_code": (lambda pair: planned(pair).destination.erp_code, "S-0", LONG),
    }
    | flag("is_batch"),
}
WIDE: dict[List, dict[str, Case]] = {
    LOCATIONS: UPWARDS | DATES_UPWARDS,
    PRODUCTS: UPWARDS | DATES_UPWARDS,
    CARRIERS: UPWARDS,
    STATES: UPWARDS,
    COMMANDS: UPWARDS,
    ITEMS: UPWARDS
    | DATES_UPWARDS
    | {"quantity__lt": ("2.51", "2.50", "-"), "quantity__lte": ("2.50", "2.49", "2,5")},
    PLANS: UPWARDS | after("created_at", is_later=False),
    LOGS: UPWARDS | after("created_date", is_later=False) | {"content_type": ("6", "4", "six")},
}
"""Filters whose hit holds the other row too, for the wanted one is the later or both are of a kind."""

PATHS = [pytest.param(path, list_, id=path.split("oms/")[1]) for list_ in LISTS for path in list_.paths]


@pytest.mark.parametrize(("path", "list_"), PATHS)
def test_a_filter_finds_what_it_names_and_refuses_rubbish(
    caller: Client, path: str, list_: List, subtests: pytest.Subtests
) -> None:
    pair = list_.pair()
    for name, (hit, miss, rubbish) in (CASES[list_] | WIDE[list_]).items():
        with subtests.test(name):
            named, missed = (str(value(pair)) if callable(value) else value for value in (hit, miss))
            hits = found(caller, path, **{name: named})
            assert pair.wanted.pk in hits
            assert (pair.other.pk in hits) == (name in WIDE[list_])
            assert pair.wanted.pk not in found(caller, path, **{name: missed})
            for value in (rubbish, f"{named}\x00"):
                answer = caller.get(path, {name: value})
                assert (answer.status_code, list(answer.json())) == (400, [name]), value
            assert caller.get(f"{path}?{name}={named}&{name}={named}").status_code == 400


@pytest.mark.parametrize("list_", LISTS)
def test_every_filter_is_tried(list_: List) -> None:
    assert CASES[list_].keys() | WIDE[list_].keys() == list_.filters.names()


@pytest.mark.parametrize("list_", LISTS)
def test_filters_narrow_one_another_and_the_empty_ones_nothing(caller: Client, list_: List) -> None:
    pair = list_.pair()
    both = {"pk__in": f"{pair.wanted.pk},{pair.other.pk}"}
    assert sorted(found(caller, list_.path, **both)) == ids(pair)
    assert found(caller, list_.path, **both, id__gt="", id__gte=str(pair.wanted.pk)) == [pair.wanted.pk]
    answer = caller.get(list_.path, {"pk__in": "x", "id__gt": "y"})
    assert (answer.status_code, set(answer.json())) == (400, {"pk__in", "id__gt"})


@pytest.mark.parametrize("text", ["ş-7", "CARSI", "Çarşı İçi", " çarşı ", "Iğd", "ŞİŞ", "sisli"])
def test_a_search_finds_a_location_by_the_beginning_of_its_code_its_name_and_its_town(
    caller: Client, text: str
) -> None:
    pair = LOCATIONS.pair()
    assert found(caller, LOCATIONS.path, search=text) == [pair.wanted.pk]


@pytest.mark.parametrize("text", ["gm-1", "GM-1-i", "869", "gömlek", "GOMLEK YESIL"])
def test_a_search_finds_a_product_by_the_beginning_of_its_codes_and_its_name(
    caller: Client, text: str
) -> None:
    pair = PRODUCTS.pair()
    assert found(caller, PRODUCTS.path, search=text) == [pair.wanted.pk]


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", '"', "%%", "*", "\U0010ffff"])
def test_a_search_takes_no_letter_for_another(caller: Client, text: str) -> None:
    PRODUCTS.pair()
    assert found(caller, PRODUCTS.path, search=text) == []
