"""Filters of products."""

from aktar.catalog.models import Product
from aktar.edge.filters import RANGES, IdListFilter, NameFilter, QueryFilters, SearchFilter


class ProductFilters(QueryFilters):
    """What a list of products can be asked for; names as a search compares them, codes exactly."""

    pk__in = IdListFilter("pk")
    name = NameFilter()
    search = SearchFilter("sku", "barcode", "name")

    class Meta:
        model = Product
        fields = {
            "id": RANGES,
            "sku": ["exact"],
            "barcode": ["exact"],
            "base_code": ["exact"],
            "omnitron_id": ["exact"],
            "created_date": RANGES,
            "modified_date": RANGES,
        }
