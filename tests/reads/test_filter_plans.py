"""Every filter is answered from an index among very many rows, flags of stock locations apart."""

import re
from typing import Any

import pytest
from django.db.models import Model, QuerySet
from django.http import QueryDict

from aktar.catalog.models import Product
from aktar.edge.filters import filtered
from aktar.places.models import StockLocation
from aktar.places.rules import Reach
from aktar.transfers.items.queries import visible_transfer_items
from aktar.transfers.logs.queries import visible_transition_logs
from aktar.transfers.models import TransferItem
from aktar.workflow.models import TransitionLog
from tests.factories import NOW, a_location, a_transfer_order
from tests.reads.crowd import COUNT, FIRST, LOCATIONS, a_crowd, at
from tests.reads.lists import ITEMS, LOGS, PRODUCTS, List
from tests.reads.lists import LOCATIONS as LOCATION_LIST

pytestmark = pytest.mark.django_db

FEW = 500


def dates(name: str, count: int) -> dict[str, str]:
    late, early = at(count - FEW).isoformat(), at(FEW).isoformat()
    return {f"{name}__gt": late, f"{name}__gte": late, f"{name}__lt": early, f"{name}__lte": early}


def ids(count: int) -> dict[str, str]:
    late, early = str(FIRST + count - FEW), str(FIRST + FEW)
    return {
        "pk__in": f"1,{FIRST},{FIRST + 7}",
        "id__gt": late,
        "id__gte": late,
        "id__lt": early,
        "id__lte": early,
    }


ASKED: dict[List, tuple[type[Model], dict[str, str]]] = {
    LOCATION_LIST: (
        StockLocation,
        ids(LOCATIONS)
        | dates("created_date", LOCATIONS)
        | dates("modified_date", LOCATIONS)
        | {
            "erp_code": "L77",
            "name": "MAĞAZA 77",
            "stock_location_type": "warehouse",
            "omnitron_id": "77",
            "priority": "7",
            "address__city": str(FIRST + 3),
            "address__township": str(FIRST + 3),
            "address__city__name": "şehir 3",
            "address__township__name": "ILÇE 3",
            "search": "magaza 777",
        },
    ),
    PRODUCTS: (
        Product,
        ids(COUNT)
        | dates("created_date", COUNT)
        | dates("modified_date", COUNT)
        | {
            "sku": "SKU-77",
            "barcode": "86977",
            "base_code": "B77",
            "name": "gomlek 77",
            "omnitron_id": "77",
            "search": "sku-777",
        },
    ),
    ITEMS: (
        TransferItem,
        ids(COUNT)
        | dates("created_date", COUNT)
        | dates("modified_date", COUNT)
        | {
            "transfer_order": str(FIRST + 77),
            "transfer_order__number": "C77",
            "product": str(FIRST + 77),
            "product__sku": "SKU-77",
            "product__barcode": "86977",
            "quantity": "3.00",
            "quantity__gt": "3.00",
            "quantity__gte": "3.00",
            "quantity__lt": "1.00",
            "quantity__lte": "0.99",
            "state": "80",
            "state__enum_value": "waiting",
        },
    ),
    LOGS: (
        TransitionLog,
        ids(COUNT)
        | dates("created_date", COUNT)
        | {
            "content_type": "4",
            "object_id": str(FIRST + 77),
            "user": "USER",
            "old_state": "73",
            "new_state": "78",
            "old_state__enum_value": "waiting",
            "new_state__enum_value": "ready_to_shipment",
        },
    ),
}
NOT_ASKED = {
    # One country has nearly every location; the flags have no index at all.
    LOCATION_LIST: {
        "address__country",
        "address__country__name",
        "is_active",
        "is_fulfillment_center",
        "is_pickup_location",
        "is_delivery_location",
        "is_return_available",
        "is_fast_delivery_available",
        "use_as_shipper_location",
    },
    # Every item here is of one package item; its index is the foreign key's own.
    ITEMS: {"package_item"},
}


def whole_table_reads(found: "QuerySet[Any]", *, called: str = "U") -> list[str]:
    """What the plans of a page's ids and of the count say of reading the whole table.

    `called` is what Django calls the table within the query, before a number.
    """
    table = found.model._meta.db_table
    whole = re.compile(rf"Seq Scan on {table}\b|SCAN ({table}|{called}\d)(?! USING (COVERING )?INDEX)")
    page = found.order_by("-id").values("pk")[:20].explain()
    count = found.order_by().values("pk").explain()
    return [plan for plan in (page, count) if whole.search(plan)]


@pytest.mark.usefixtures("unchecked")
def test_each_filter_uses_an_index_among_very_many(subtests: pytest.Subtests) -> None:
    a_crowd()
    user = TransitionLog.objects.get(pk=FIRST + 77).user_id
    for list_, (model, asked) in ASKED.items():
        assert asked.keys() | NOT_ASKED.get(list_, set()) == list_.filters.names()
        for name, value in asked.items():
            with subtests.test(list_.path, name=name):
                query = QueryDict(mutable=True)
                query[name] = str(user) if value == "USER" else value
                found = filtered(model._default_manager.all(), list_.filters, query, now=NOW)
                assert whole_table_reads(found) == []
                assert found.count() < COUNT / 20
                assert found.exists() == (name not in ("quantity__lt", "quantity__lte"))

    order = a_transfer_order(source=a_location())
    reach = Reach(everything=False, locations=frozenset({order.source_id, order.destination_id}))
    for visible, called in ((visible_transfer_items(reach), "U"), (visible_transition_logs(reach), "V")):
        with subtests.test("what a store sees", of=visible.model.__name__):
            assert whole_table_reads(visible, called=called) == []
            assert visible.count() in (1, 2)
