"""Stock in the admin: how books are kept may be said here; levels and movements are only looked at."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from aktar.edge.admin.columns import column
from aktar.edge.admin.pages import ReadOnlyPage, RowForm, TablePage
from aktar.edge.rules import decimal_text
from aktar.stock.actions import change_keeping
from aktar.stock.models import StockKeeping, StockLevel, StockMovement
from aktar.stock.queries import is_overdrawn

_WORDS = {
    "product": _("product"),
    "stock_location": _("stock location"),
    "on_hand": _("on hand"),
    "reserved": _("reserved"),
    "in_transit": _("in transit"),
    "may_go_negative": _("may go below zero"),
    "modified_at": _("changed"),
}


class KeepingForm(RowForm):
    """How a location's books are kept."""

    def clean_may_go_negative(self) -> bool:
        """Not without leave while something is below zero."""
        allowed: bool = self.cleaned_data["may_go_negative"]
        if not allowed and is_overdrawn(self.instance.stock_location_id):
            raise ValidationError(_("More is promised there than there is of something."))
        return allowed

    def clean_safety_stock(self) -> int:
        """Nothing below zero."""
        kept: int = self.cleaned_data["safety_stock"]
        if kept < 0:
            raise ValidationError(_("Give an amount not below zero."))
        return kept


@admin.register(StockKeeping)
class StockKeepingPage(TablePage):
    """The locations that keep books; they begin by their first count or what an adjustment brings in."""

    names = (_("stock keeping"), _("stock keeping"))
    words = _WORDS | {"safety_stock": _("safety stock")}
    helps = {
        "may_go_negative": _("More may be promised and sent than is on hand."),
        "safety_stock": _("What planning leaves in place of each product."),
    }
    form = KeepingForm
    fields = ("stock_location", "may_go_negative", "safety_stock", "created_at")
    readonly_fields = ("stock_location", "created_at")
    list_display = (
        "stock_location",
        "may_go_negative",
        column("safety_stock", _("safety stock"), decimal_text),
        "created_at",
    )
    list_select_related = ("stock_location",)
    list_filter = ("may_go_negative",)
    search_fields = ("stock_location__erp_code__startswith", "stock_location__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The keepings with their locations."""
        return super().get_queryset(request).select_related("stock_location")

    def has_add_permission(self, request: HttpRequest, *_parent: Any) -> bool:
        """Never."""
        return False

    def keep(self, obj: StockKeeping, now: datetime) -> None:
        """By the action, which tells every level."""
        change_keeping(
            obj.stock_location_id,
            may_go_negative=obj.may_go_negative,
            safety_stock=obj.safety_stock,
            now=now,
        )


class _LevelsOfProducts(ReadOnlyPage):
    """What levels and movements have in common."""

    list_select_related = ("product", "stock_location")
    search_fields = ("product__sku__exact", "stock_location__erp_code__exact")
    sortable_by = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows with what they are about."""
        return super().get_queryset(request).select_related("product", "stock_location")


@admin.register(StockLevel)
class StockLevelPage(_LevelsOfProducts):
    """How much is where."""

    names = (_("stock level"), _("stock levels"))
    words = _WORDS | {"counted_at": _("counted")}
    list_display = (
        "product",
        "stock_location",
        column("on_hand", _("on hand"), decimal_text),
        column("reserved", _("reserved"), decimal_text),
        column("in_transit", _("in transit"), decimal_text),
        "modified_at",
    )


@admin.register(StockMovement)
class StockMovementPage(_LevelsOfProducts):
    """The ledger."""

    names = (_("stock movement"), _("stock movements"))
    words = _WORDS | {
        "kind": _("kind"),
        "on_hand_change": _("change on hand"),
        "reserved_change": _("change of the reserved"),
        "in_transit_change": _("change in transit"),
        "transfer_order": _("transfer order"),
        "package_item": _("package item"),
        "reason": _("reason"),
    }
    list_display = (
        "created_at",
        "product",
        "stock_location",
        "kind",
        column("on_hand_change", _("change on hand"), decimal_text),
        column("reserved_change", _("change of the reserved"), decimal_text),
        column("in_transit_change", _("change in transit"), decimal_text),
    )
    list_filter = ("kind",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The movements with who made them."""
        return super().get_queryset(request).select_related("user")
