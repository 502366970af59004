"""Filters of transfer items."""

from django.db.models import QuerySet

from aktar.edge.filters import RANGES, IdListFilter, QueryFilters, TextFilter
from aktar.edge.language import DEFAULT_LANGUAGE
from aktar.edge.references import reading
from aktar.transfers.models import TransferItem
from aktar.workflow.queries import states_of_value


class TransferItemFilters(QueryFilters):
    """What a list of transfer items can be asked for; quantities as they are written, `1.50`."""

    pk__in = IdListFilter("pk")
    state__enum_value = TextFilter(method="in_state")

    class Meta:
        model = TransferItem
        fields = {
            "id": RANGES,
            "transfer_order": ["exact"],
            "transfer_order__number": ["exact"],
            "package_item": ["exact"],
            "product": ["exact"],
            "product__sku": ["exact"],
            "product__barcode": ["exact"],
            "quantity": ["exact", *RANGES],
            "state": ["exact"],
            "created_date": RANGES,
            "modified_date": RANGES,
        }

    def in_state(self, found: QuerySet[TransferItem], _name: str, enum_value: str) -> QuerySet[TransferItem]:
        """In the state of this name; looked up first, so that the database knows how many to expect."""
        return found.filter(state_id__in=states_of_value(enum_value, reading(DEFAULT_LANGUAGE)))
