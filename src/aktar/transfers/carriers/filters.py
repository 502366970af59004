"""Filters of cargo companies."""

from aktar.edge.filters import RANGES, IdListFilter, NameFilter, QueryFilters
from aktar.transfers.models import CargoCompany


class CargoCompanyFilters(QueryFilters):
    """What a list of cargo companies can be asked for."""

    pk__in = IdListFilter("pk")
    name = NameFilter()

    class Meta:
        model = CargoCompany
        fields = {"id": RANGES, "erp_code": ["exact"], "shipping_company": ["exact"]}
