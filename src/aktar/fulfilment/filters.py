"""What lists of orders and of packages can be filtered by."""

from typing import Any

from django.db.models import QuerySet

from aktar.catalog.models import Product
from aktar.edge.content_types import ContentType
from aktar.edge.filters import (
    RANGES,
    BooleanFilter,
    IdListFilter,
    NameFilter,
    QueryFilters,
    SearchFilter,
    TextFilter,
    TextListFilter,
)
from aktar.edge.language import DEFAULT_LANGUAGE
from aktar.edge.references import reading
from aktar.fulfilment.queries import orders_at_risk
from aktar.orders.models import Order, OrderItem, Package, PackageItem
from aktar.places.models import StockLocation
from aktar.workflow.queries import workflow

Orders = QuerySet[Order]
Packages = QuerySet[Package]


class OrderFilters(QueryFilters):
    """Orders by their own columns, their state, their customer, their goods, and whether they are at risk.

    Names of people are compared as a search compares them, every other text exactly.
    """

    pk__in = IdListFilter("pk")
    state__enum_value = TextFilter(method="in_state")
    state__enum_value__in = TextListFilter("state", method="in_states")
    customer__first_name = NameFilter("customer__first_name")
    customer__last_name = NameFilter("customer__last_name")
    product_sku = TextFilter(method="of_product")
    at_risk = BooleanFilter(method="endangered")
    search = SearchFilter("number")

    class Meta:
        model = Order
        fields = {
            "id": RANGES,
            "number": ["exact"],
            "state": ["exact"],
            "channel": ["exact"],
            "customer": ["exact"],
            "date_placed": RANGES,
            "created_date": RANGES,
            "modified_date": RANGES,
        }

    def in_state(self, orders: Orders, _name: str, enum_value: str) -> Orders:
        """In the state of this name."""
        return orders.filter(state_id__in=_states(ContentType.ORDER, [enum_value]))

    def in_states(self, orders: Orders, _name: str, enum_values: list[str]) -> Orders:
        """In any of the states of these names."""
        return orders.filter(state_id__in=_states(ContentType.ORDER, enum_values))

    def of_product(self, orders: Orders, _name: str, sku: str) -> Orders:
        """With an item of the product of this SKU."""
        items = OrderItem.objects.filter(product_id__in=_products(sku))
        return orders.filter(pk__in=items.values("order_id"))

    def endangered(self, orders: Orders, _name: str, is_at_risk: bool) -> Orders:
        """Those that are at risk, or (`is_at_risk` false) all the others."""
        risky = orders_at_risk(reading(DEFAULT_LANGUAGE))
        return orders.filter(pk__in=risky) if is_at_risk else orders.exclude(pk__in=risky)


class PackageFilters(QueryFilters):
    """Packages by their own columns, their state, where they are dispatched, their order, their goods."""

    pk__in = IdListFilter("pk")
    state__enum_value = TextFilter(method="in_state")
    state__enum_value__in = TextListFilter("state", method="in_states")
    stock_location__erp_code = TextFilter(method="dispatched_at")
    product_sku = TextFilter(method="of_product")
    search = SearchFilter("number", "order__number")

    class Meta:
        model = Package
        fields = {
            "id": RANGES,
            "number": ["exact"],
            "order": ["exact"],
            "order__number": ["exact"],
            "state": ["exact"],
            "stock_location": ["exact"],
            "created_date": RANGES,
            "modified_date": RANGES,
        }

    def in_state(self, packages: Packages, _name: str, enum_value: str) -> Packages:
        """In the state of this name."""
        return packages.filter(state_id__in=_states(ContentType.PACKAGE, [enum_value]))

    def in_states(self, packages: Packages, _name: str, enum_values: list[str]) -> Packages:
        """In any of the states of these names."""
        return packages.filter(state_id__in=_states(ContentType.PACKAGE, enum_values))

    def dispatched_at(self, packages: Packages, _name: str, erp_code: str) -> Packages:
        """Dispatched by the stock location of this ERP code."""
        here = list(StockLocation.objects.filter(erp_code=erp_code).values_list("pk", flat=True))
        return packages.filter(stock_location_id__in=here)

    def of_product(self, packages: Packages, _name: str, sku: str) -> Packages:
        """With an item of the product of this SKU."""
        items = PackageItem.objects.filter(order_item__product_id__in=_products(sku))
        return packages.filter(pk__in=items.values("package_id"))


def _states(content_type: ContentType, enum_values: list[str]) -> list[int]:
    flow = workflow(reading(DEFAULT_LANGUAGE))
    return [
        id_
        for id_, state in flow.states.items()
        if state.content_type == content_type and state.enum_value in enum_values
    ]


def _products(sku: str) -> list[Any]:
    return list(Product.objects.filter(sku=sku).values_list("pk", flat=True))
