"""Channels and customers in the admin; orders, packages and their items to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from aktar.edge.admin.columns import column
from aktar.edge.admin.pages import ReadOnlyInline, ReadOnlyPage, TablePage
from aktar.edge.content_types import ContentType
from aktar.edge.rules import decimal_text_or_none
from aktar.orders.models import (
    Channel,
    Customer,
    Order,
    OrderItem,
    Package,
    PackageItem,
    ShippingAddress,
)
from aktar.workflow.admin import StateOfKind, state_name

_PERSON = {"first_name": _("first name"), "last_name": _("last name"), "phone_number": _("telephone")}


@admin.display(description=_("state"))
def in_state(row: Any) -> str:
    """The name of a row's state in the language of the page."""
    return state_name(row.state)


@admin.register(Channel)
class ChannelPage(TablePage):
    """Where orders come from."""

    names = (_("channel"), _("channels"))
    list_display = ("name",)
    search_fields = ("name",)


@admin.register(Customer)
class CustomerPage(TablePage):
    """Who orders."""

    names = (_("customer"), _("customers"))
    words = {**_PERSON, "channel": _("channel")}
    list_display = ("id", "first_name", "last_name", "email", "phone_number", "channel")
    list_display_links = ("id", "first_name", "last_name")
    list_select_related = ("channel",)
    autocomplete_fields = ("channel",)
    search_fields = ("first_name__startswith", "last_name__startswith", "email__startswith")
    sortable_by = ("id",)


@admin.register(ShippingAddress)
class ShippingAddressPage(ReadOnlyPage):
    """Where orders go; an address that an order went to does not change."""

    names = (_("shipping address"), _("shipping addresses"))
    words = {
        **_PERSON,
        "city": _("city"),
        "country": _("country"),
        "township": _("township"),
        "district": _("district"),
        "customer": _("customer"),
        "address_type": _("type"),
        "omnitron_id": _("id in the other installation"),
        "mapping": _("mapping"),
        "title": _("title"),
        "line": _("street and number"),
        "postcode": _("postcode"),
        "notes": _("notes"),
        "company_name": _("company"),
        "tax_office": _("tax office"),
        "tax_no": _("tax number"),
        "e_bill_taxpayer": _("gets electronic invoices"),
    }
    list_display = ("id", "title", "first_name", "last_name", "city", "township")
    list_display_links = ("id", "title")
    list_select_related = ("city", "township")
    sortable_by = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The addresses with their geography and customer."""
        return (
            super()
            .get_queryset(request)
            .select_related("city", "country", "township", "district", "customer")
        )


class _OrderState(StateOfKind):
    content_type = ContentType.ORDER


class _PackageState(StateOfKind):
    content_type = ContentType.PACKAGE


class _PackageItemState(StateOfKind):
    content_type = ContentType.PACKAGE_ITEM


class OrderItemInline(ReadOnlyInline):
    """What was ordered."""

    model = OrderItem
    shown = ("product", in_state, "price", "net_amount", "price_currency", "discount_amount")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The items with what they show."""
        return super().get_queryset(request).select_related("product", "state")


@admin.register(Order)
class OrderPage(ReadOnlyPage):
    """Customers' orders, newest first."""

    names = (_("order"), _("orders"))
    words = {
        "number": _("number"),
        "channel": _("channel"),
        "customer": _("customer"),
        "shipping_address": _("shipping address"),
        "date_placed": _("placed"),
    }
    inlines = (OrderItemInline,)
    shown_as = {"state": in_state}
    list_display = ("number", "customer", "channel", in_state, "date_placed")
    list_filter = (_OrderState,)
    list_select_related = ("customer", "channel", "state")
    search_fields = ("number__startswith",)
    sortable_by = ("number", "date_placed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The orders with their customer's side."""
        return (
            super().get_queryset(request).select_related("customer", "channel", "state", "shipping_address")
        )


@admin.register(OrderItem)
class OrderItemPage(ReadOnlyPage):
    """The pieces of orders, newest first."""

    names = (_("order item"), _("order items"))
    words = {
        "product": _("product"),
        "omnitron_id": _("id in the other installation"),
        "net_amount": _("net amount"),
        "price": _("price"),
        "price_currency": _("currency"),
        "retail_price": _("retail price"),
        "tax_rate": _("tax rate"),
        "tax_amount": _("tax"),
        "discount_amount": _("discount"),
        "without_net_amount": _("without net amount"),
        "installment_interest_amount": _("interest on instalments"),
        "attributes": _("attributes"),
        "attributes_kwargs": _("attributes in full"),
        "image": _("image"),
        "price_list": _("price list"),
        "stock_list": _("stock list"),
        "extra_field": _("further fields"),
        "parent_omnitron_id": _("parent in the other installation"),
        "order": _("order"),
    }
    shown_as = {"state": in_state}
    list_display = (
        "id",
        "order",
        "product",
        in_state,
        column("price", _("price"), decimal_text_or_none),
        "price_currency",
    )
    list_filter = (_OrderState,)
    list_select_related = ("order", "product", "state")
    search_fields = ("order__number__exact",)
    sortable_by = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The items with what they refer to."""
        return (
            super()
            .get_queryset(request)
            .select_related("order", "product", "state", "price_list", "stock_list")
        )


class PackageItemInline(ReadOnlyInline):
    """What is in a package."""

    model = PackageItem
    shown = ("order_item", in_state, "selected_barcode", "serial_no", "denial_reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The items with what they show."""
        return super().get_queryset(request).select_related("order_item__product", "state")


@admin.register(Package)
class PackagePage(ReadOnlyPage):
    """Packages, newest first."""

    names = (_("package"), _("packages"))
    words = {"number": _("number"), "order": _("order"), "stock_location": _("stock location")}
    inlines = (PackageItemInline,)
    shown_as = {"state": in_state}
    list_display = ("number", "order", "stock_location", in_state, "created_date")
    list_filter = (_PackageState,)
    list_select_related = ("order", "stock_location", "state")
    search_fields = ("number__startswith",)
    sortable_by = ("number",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The packages with what they refer to."""
        return super().get_queryset(request).select_related("order", "stock_location", "state")


@admin.register(PackageItem)
class PackageItemPage(ReadOnlyPage):
    """The items of packages, newest first."""

    names = (_("package item"), _("package items"))
    words = {
        "order_item": _("order item"),
        "selected_barcode": _("chosen barcode"),
        "serial_no": _("serial number"),
        "unit_weight": _("weight of a piece"),
        "package": _("package"),
        "denial_reason": _("why it was denied"),
    }
    shown_as = {"state": in_state}
    list_display = ("id", "package", "order_item", in_state)
    list_filter = (_PackageItemState,)
    list_select_related = ("package", "order_item__product", "state")
    search_fields = ("package__number__exact",)
    sortable_by = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The items with what they refer to."""
        return super().get_queryset(request).select_related("package", "order_item__product", "state")
