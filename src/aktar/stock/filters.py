"""Filters of levels and movements; quantities as they are written, `1.50`."""

from typing import Any

from django.db.models import F, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from aktar.edge.filters import RANGES, HundredthsFilter, QueryFilters, TextFilter
from aktar.stock.models import StockLevel, StockMovement
from aktar.stock.rules import Kind


class StockLevelFilters(QueryFilters):
    """What a list of levels can be asked for."""

    sku = TextFilter("product__sku")
    erp_code = TextFilter("stock_location__erp_code")
    available__gt = HundredthsFilter("available__gt", method="in_range")
    available__gte = HundredthsFilter("available__gte", method="in_range")
    available__lt = HundredthsFilter("available__lt", method="in_range")
    available__lte = HundredthsFilter("available__lte", method="in_range")

    class Meta:
        model = StockLevel
        fields = {
            "id": RANGES,
            "product": ["exact"],
            "stock_location": ["exact"],
            "modified_at": RANGES,
        }

    def in_range(self, found: "QuerySet[Any]", name: str, bound: int) -> "QuerySet[Any]":
        """With so much available."""
        told: QuerySet[Any] = found.alias(available=F("on_hand") - F("reserved")).filter(**{name: bound})
        return told


class StockMovementFilters(QueryFilters):
    """What a list of movements can be asked for."""

    sku = TextFilter("product__sku")
    erp_code = TextFilter("stock_location__erp_code")
    kind = ChoiceFilter(
        choices=[(kind.value, kind.value) for kind in Kind],
        error_messages={
            "invalid_choice": format_lazy(_("Give one of {offered}."), offered=", ".join(Kind)),
        },
    )

    class Meta:
        model = StockMovement
        fields = {
            "id": RANGES,
            "product": ["exact"],
            "stock_location": ["exact"],
            "transfer_order": ["exact"],
            "package_item": ["exact"],
            "created_at": RANGES,
        }
