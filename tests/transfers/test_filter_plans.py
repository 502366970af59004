"""Every filter is answered from an index among 100,000 transfer orders."""

import re
from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.http import QueryDict

from aktar.edge.filters import filtered
from aktar.transfers.filters import TransferOrderFilters
from aktar.transfers.models import TransferOrder
from tests.factories import NOW
from tests.transfers.crowd import a_crowd

COUNT = 100_000
WHOLE_TABLE = re.compile(
    r"Seq Scan on transfers_transferorder|SCAN (transfers_transferorder|U\d)(?! USING (COVERING )?INDEX)"
)
# All locations of the crowd stand in one country and township: another one has none, which costs no query.
EMPTY = {
    "destination__country",
    "destination__township",
    "destination__country__name",
    "destination__township__name",
}
LATE = NOW + timedelta(minutes=COUNT - 500)
EARLY = NOW + timedelta(minutes=500)


def asked(original: TransferOrder) -> dict[str, str]:
    """A value for each filter that few of the orders pass."""
    ids = list(TransferOrder.objects.order_by("-id").values_list("pk", flat=True)[:500])
    some = TransferOrder.objects.select_related("order", "destination__address").get(number="C3000")
    placed = some.order.date_placed
    assert placed is not None
    values = {
        "pk__in": f"{ids[0]},{ids[-1]},1",
        "id__gt": str(ids[-1]),
        "id__gte": str(ids[-1]),
        "id__lt": str(original.pk + 500),
        "id__lte": str(original.pk + 500),
        "number": "C3000",
        "state": "73",
        "state__enum_value": "waiting",
        "state__enum_value__in": "waiting,in_transit",
        "source": str(some.source_id),
        "destination": str(some.destination_id),
        "source__erp_code": some.source.erp_code,
        "destination__erp_code": some.destination.erp_code,
        "retail_store__erp_code": some.source.erp_code,
        "erp_code": some.destination.erp_code,
        "destination__country": "999999",
        "destination__city": str(some.destination.address.city_id),
        "destination__township": "999999",
        "destination__country__name": "Fransa",
        "destination__city__name": "ŞEHİR3",
        "destination__township__name": "Yok",
        "order": str(some.order_id),
        "order__number": some.order.number,
        "order__channel": str(some.order.channel_id),
        "order__customer__first_name": "ŞÜKRÜ77",
        "order__customer__last_name": "ışık77",
        "order__date_placed": placed.isoformat(),
        "order__date_placed__lt": (NOW + timedelta(minutes=60)).isoformat(),
        "order__date_placed__lte": (NOW + timedelta(minutes=60)).isoformat(),
        "order__date_placed__gt": (NOW + timedelta(minutes=COUNT // 3 - 60)).isoformat(),
        "order__date_placed__gte": (NOW + timedelta(minutes=COUNT // 3 - 60)).isoformat(),
        "package": str(some.package_id),
        "package_number": "P77",
        "package__shipment__cargo_company": "2",
        "transfer_shipment__awb_number": f"A{original.pk // 10 * 10 + 1000}",
        "product_sku": "SKU-77",
        "product_barcode": "BC77",
        "overdue": "true",
        "search": "o777",
    }
    for column in ("created_date", "modified_date", "target_transfer_date"):
        shift = timedelta(days=3) if column == "target_transfer_date" else timedelta()
        values |= {f"{column}__{sign}": (LATE + shift).isoformat() for sign in ("gt", "gte")}
        values |= {f"{column}__{sign}": (EARLY + shift).isoformat() for sign in ("lt", "lte")}
    return {name: value.replace("+", "%2B") for name, value in values.items()}


def whole_table_reads(found: "QuerySet[TransferOrder]") -> list[str]:
    """What the plans of a page's ids and of the count say of reading the whole table."""
    page = found.order_by("-id").values("pk")[:20].explain()
    count = found.order_by().values("pk").explain()
    return [plan for plan in (page, count) if WHOLE_TABLE.search(plan)]


@pytest.mark.usefixtures("unchecked")
def test_each_filter_uses_an_index_among_a_hundred_thousand(subtests: pytest.Subtests) -> None:
    values = asked(a_crowd(COUNT))
    assert values.keys() == TransferOrderFilters.names()
    for name, value in values.items():
        with subtests.test(name):
            query = QueryDict(f"{name}={value}")
            found = filtered(TransferOrder.objects.all(), TransferOrderFilters, query, now=LATE)
            if name in EMPTY:
                assert not found.exists()
            else:
                assert 0 < found.count() < COUNT / 20
                assert whole_table_reads(found) == []
