"""What lists of transfer orders can be filtered by; the API and the pages that people work in share it."""

from typing import Any

from django.db.models import Q, QuerySet

from aktar.catalog.models import Product
from aktar.edge.content_types import ContentType
from aktar.edge.filters import (
    RANGES,
    BooleanFilter,
    IdFilter,
    IdListFilter,
    QueryFilters,
    TextFilter,
    TextListFilter,
)
from aktar.edge.language import DEFAULT_LANGUAGE
from aktar.edge.references import reading
from aktar.edge.rules import folded
from aktar.places.models import StockLocation
from aktar.transfers.models import TransferItem, TransferOrder
from aktar.transfers.rules import OPEN
from aktar.workflow.queries import workflow

Orders = QuerySet[TransferOrder]

# Greater than every character, so that a text and it end the range of all that begins with the text.
_LAST = chr(0x10FFFF)


class TransferOrderFilters(QueryFilters):
    """Transfer orders by their own columns, their states, their ends, their order, their goods, their parcel.

    Names of people and places are compared as a search compares them, every other text exactly. States,
    locations and products are looked up first, one short query each, so that the database knows how many
    orders to expect of them.
    """

    pk__in = IdListFilter("pk")
    state__enum_value = TextFilter(method="in_state")
    state__enum_value__in = TextListFilter("state", method="in_states")
    package_number = TextFilter("package__number")
    product_sku = TextFilter("sku", method="of_product")
    product_barcode = TextFilter("barcode", method="of_product")
    source__erp_code = TextFilter("source", method="at_one_end")
    destination__erp_code = TextFilter("destination", method="at_one_end")
    retail_store__erp_code = TextFilter(method="at_either_end")
    erp_code = TextFilter(method="at_either_end")
    destination__country = IdFilter("address__country", method="towards")
    destination__city = IdFilter("address__city", method="towards")
    destination__township = IdFilter("address__township", method="towards")
    destination__country__name = TextFilter("address__country__name__folded", method="towards_name")
    destination__city__name = TextFilter("address__city__name__folded", method="towards_name")
    destination__township__name = TextFilter("address__township__name__folded", method="towards_name")
    order__customer__first_name = TextFilter("order__customer__first_name__folded", method="named")
    order__customer__last_name = TextFilter("order__customer__last_name__folded", method="named")
    package__shipment__cargo_company = IdFilter("transfer_shipment__cargo_company")
    transfer_shipment__awb_number = TextFilter("transfer_shipment__awb_number")
    overdue = BooleanFilter(method="late")
    search = TextFilter(method="beginning_with")

    class Meta:
        model = TransferOrder
        fields = {
            "id": RANGES,
            "number": ["exact"],
            "state": ["exact"],
            "source": ["exact"],
            "destination": ["exact"],
            "order": ["exact"],
            "order__number": ["exact"],
            "order__channel": ["exact"],
            "order__date_placed": ["exact", *RANGES],
            "package": ["exact"],
            "created_date": RANGES,
            "modified_date": RANGES,
            "target_transfer_date": RANGES,
        }

    def in_state(self, orders: Orders, _name: str, enum_value: str) -> Orders:
        """In the state of this name."""
        return orders.filter(state_id__in=_states([enum_value]))

    def in_states(self, orders: Orders, _name: str, enum_values: list[str]) -> Orders:
        """In any of the states of these names."""
        return orders.filter(state_id__in=_states(enum_values))

    def of_product(self, orders: Orders, column: str, value: str) -> Orders:
        """With an item of the product that `column` names so."""
        products = list(Product.objects.filter(**{column: value}).values_list("pk", flat=True))
        items = TransferItem.objects.filter(product_id__in=products)
        return orders.filter(pk__in=items.values("transfer_order_id"))

    def at_one_end(self, orders: Orders, end: str, erp_code: str) -> Orders:
        """With the location of this ERP code as its `end`."""
        return orders.filter(**{f"{end}_id__in": _locations(erp_code=erp_code)})

    def at_either_end(self, orders: Orders, _name: str, erp_code: str) -> Orders:
        """From or to the location of this ERP code."""
        ids = _locations(erp_code=erp_code)
        return orders.filter(Q(source_id__in=ids) | Q(destination_id__in=ids))

    def towards(self, orders: Orders, place: str, id_: int) -> Orders:
        """To a location whose address is in this place."""
        return orders.filter(destination_id__in=_locations(**{place: id_}))

    def towards_name(self, orders: Orders, place: str, name: str) -> Orders:
        """To a location whose address is in a place of this name."""
        return orders.filter(destination_id__in=_locations(**{place: folded(name)}))

    def named(self, orders: Orders, column: str, name: str) -> Orders:
        """Of a customer of this name."""
        return orders.filter(**{column: folded(name)})

    def late(self, orders: Orders, _name: str, is_late: bool) -> Orders:
        """Not yet transferred and past the date that was meant, or (`is_late` false) all the others."""
        late = Q(state_id__in=_states(OPEN), target_transfer_date__lt=self.now)
        return orders.filter(late if is_late else ~late)

    def beginning_with(self, orders: Orders, _name: str, text: str) -> Orders:
        """Whose number, order number, package number or some product's SKU begins so, in any case."""
        start = folded(text.strip())

        def begins(column: str) -> Q:
            return Q(**{f"{column}__folded__gte": start, f"{column}__folded__lt": start + _LAST})

        everything = TransferOrder.objects.order_by()
        # A union, for each part has an index of its own; of an `OR` over tables no index is any use.
        found = everything.filter(begins("number")).values("pk")
        return orders.filter(
            pk__in=found.union(
                everything.filter(begins("order__number")).values("pk"),
                everything.filter(begins("package__number")).values("pk"),
                TransferItem.objects.filter(begins("product__sku")).values("transfer_order_id"),
            )
        )


def _states(enum_values: "list[str] | tuple[str, ...]") -> list[int]:
    flow = workflow(reading(DEFAULT_LANGUAGE))
    return [
        id_
        for id_, state in flow.states.items()
        if state.content_type == ContentType.TRANSFER_ORDER and state.enum_value in enum_values
    ]


def _locations(**at: Any) -> list[int]:
    return list(StockLocation.objects.filter(**at).values_list("pk", flat=True))
