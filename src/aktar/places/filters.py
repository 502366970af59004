"""Filters of stock locations."""

from aktar.edge.filters import RANGES, IdListFilter, NameFilter, QueryFilters, SearchFilter
from aktar.places.models import StockLocation


class StockLocationFilters(QueryFilters):
    """What a list of stock locations can be asked for; names as a search compares them."""

    pk__in = IdListFilter("pk")
    name = NameFilter()
    address__country__name = NameFilter()
    address__city__name = NameFilter()
    address__township__name = NameFilter()
    search = SearchFilter("erp_code", "name", "address__city__name", "address__township__name")

    class Meta:
        model = StockLocation
        fields = {
            "id": RANGES,
            "erp_code": ["exact"],
            "stock_location_type": ["exact"],
            "omnitron_id": ["exact"],
            "is_active": ["exact"],
            "is_fulfillment_center": ["exact"],
            "is_pickup_location": ["exact"],
            "is_delivery_location": ["exact"],
            "is_return_available": ["exact"],
            "is_fast_delivery_available": ["exact"],
            "use_as_shipper_location": ["exact"],
            "priority": ["exact"],
            "created_date": RANGES,
            "modified_date": RANGES,
            "address__country": ["exact"],
            "address__city": ["exact"],
            "address__township": ["exact"],
        }
