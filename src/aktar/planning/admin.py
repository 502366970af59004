"""Scenarios in the admin; plans, and what could not be found, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from aktar.edge.admin.columns import column
from aktar.edge.admin.pages import ReadOnlyInline, ReadOnlyPage, TablePage
from aktar.edge.rules import decimal_text_or_none
from aktar.planning.models import FailedSource, Plan, PlanItem, TransferScenario


@admin.register(TransferScenario)
class TransferScenarioPage(TablePage):
    """How orders are planned."""

    names = (_("transfer scenario"), _("transfer scenarios"))
    words = {
        "priority": _("priority"),
        "channels": _("channels"),
        "cities": _("cities of customers"),
        "source_types": _("types that may send"),
        "source_cities": _("cities that may send"),
        "source_tags": _("tags that may send"),
        "source_last_priority": _("last priority that may send"),
        "source_most_kilometres": _("kilometres of a transfer at the most"),
        "dispatch_types": _("types that may dispatch"),
        "dispatch_cities": _("cities that may dispatch"),
        "dispatch_tags": _("tags that may dispatch"),
        "dispatch_last_priority": _("last priority that may dispatch"),
        "dispatch_most_kilometres": _("kilometres to the customer at the most"),
        "is_split_allowed": _("several packages"),
        "groups_items": _("one transfer for several items"),
        "safety_stock": _("safety stock"),
        "weight_transfer": _("a transfer"),
        "weight_package": _("a package"),
        "weight_transfer_kilometre": _("a kilometre of a transfer"),
        "weight_delivery_kilometre": _("a kilometre to the customer"),
        "weight_priority_step": _("a step of priority"),
        "weight_open_load": _("an open transfer of the source"),
        "weight_transfer_day": _("a day to transfer"),
        "weight_unreliability": _("a source that never finds anything"),
    }
    helps = {
        "priority": _("The smallest one that covers an order decides."),
        "channels": _("None: all of them."),
        "cities": _("None: all of them."),
        "source_types": _('A list of texts, as ["store"]; an empty one excludes nobody.'),
        "dispatch_types": _('A list of texts, as ["store"]; an empty one excludes nobody.'),
        "source_tags": _("One of them is enough."),
        "dispatch_tags": _("One of them is enough."),
        "safety_stock": _("What stays in place of each product; a location's own counts where it is more."),
    }
    list_display = ("name", "priority", "is_active", "is_split_allowed", "groups_items")
    list_filter = ("is_active",)
    autocomplete_fields = ("channels", "cities", "source_cities", "dispatch_cities")
    search_fields = ("name",)
    ordering = ("priority", "pk")
    fieldsets = (
        (None, {"fields": ("name", ("priority", "is_active"), "channels", "cities")}),
        (
            _("Who sends"),
            {
                "fields": (
                    "source_types",
                    "source_tags",
                    "source_cities",
                    ("source_last_priority", "source_most_kilometres"),
                )
            },
        ),
        (
            _("Who dispatches"),
            {
                "fields": (
                    "dispatch_types",
                    "dispatch_tags",
                    "dispatch_cities",
                    ("dispatch_last_priority", "dispatch_most_kilometres"),
                )
            },
        ),
        (_("How"), {"fields": (("is_split_allowed", "groups_items"), "safety_stock")}),
        (
            _("What costs how many points"),
            {
                "fields": (
                    ("weight_transfer", "weight_package"),
                    ("weight_transfer_kilometre", "weight_delivery_kilometre"),
                    ("weight_priority_step", "weight_open_load"),
                    ("weight_transfer_day", "weight_unreliability"),
                )
            },
        ),
    )


class PlanItemInline(ReadOnlyInline):
    """The lines of a plan."""

    model = PlanItem
    shown = ("order_item", "source", "destination", "quantity", "cost", "outcome")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The lines with what they refer to."""
        return super().get_queryset(request).select_related("order_item__product", "source", "destination")


@admin.register(Plan)
class PlanPage(ReadOnlyPage):
    """How orders were planned, the newest first."""

    names = (_("plan"), _("plans"))
    words = {
        "order": _("order"),
        "scenario": _("transfer scenario"),
        "is_batch": _("in batch"),
        "cost": _("cost"),
        "explanation": _("explanation"),
    }
    inlines = (PlanItemInline,)
    list_display = (
        "id",
        "order",
        "scenario",
        "is_batch",
        column("cost", _("cost"), decimal_text_or_none),
        "created_at",
    )
    list_filter = ("is_batch",)
    list_select_related = ("order", "scenario")
    search_fields = ("order__number__exact",)
    sortable_by = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The plans with what they refer to."""
        return super().get_queryset(request).select_related("order", "scenario")


@admin.register(FailedSource)
class FailedSourcePage(ReadOnlyPage):
    """What could not be found where, the newest first."""

    names = (_("failed source"), _("failed sources"))
    words = {
        "package": _("package"),
        "product": _("product"),
        "stock_location": _("stock location"),
        "reason": _("reason"),
    }
    list_display = ("id", "package", "product", "stock_location", "reason", "created_at")
    list_select_related = ("package", "product", "stock_location")
    search_fields = ("package__number__exact",)
    sortable_by = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows with what they refer to."""
        return super().get_queryset(request).select_related("package", "product", "stock_location")
