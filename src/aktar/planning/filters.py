"""Filters of plans."""

from django.db.models import QuerySet

from aktar.edge.filters import RANGES, IdFilter, IdListFilter, QueryFilters, TextFilter
from aktar.planning.models import Plan, PlanItem


class PlanFilters(QueryFilters):
    """What a list of plans can be asked for; `source` and `destination` are those of any of their lines."""

    pk__in = IdListFilter("pk")
    source = IdFilter(method="with_item")
    destination = IdFilter(method="with_item")
    source__erp_code = TextFilter(method="with_item")
    destination__erp_code = TextFilter(method="with_item")

    class Meta:
        model = Plan
        fields = {
            "id": RANGES,
            "order": ["exact"],
            "order__number": ["exact"],
            "scenario": ["exact"],
            "is_batch": ["exact"],
            "created_at": RANGES,
        }

    def with_item(self, found: QuerySet[Plan], name: str, value: object) -> QuerySet[Plan]:
        """The plans with a line of which this is true."""
        return found.filter(pk__in=PlanItem.objects.filter(**{name: value}).values("plan"))
