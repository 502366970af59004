"""The lines and the parcels of transfer orders, to look at."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aktar.accounts.models import User
from aktar.edge.admin.columns import column
from aktar.edge.admin.pages import ReadOnlyPage
from aktar.edge.content_types import ContentType
from aktar.edge.rules import decimal_text
from aktar.orders.admin import in_state
from aktar.places.queries import reach_of
from aktar.transfers.models import TransferItem, TransferShipment
from aktar.transfers.queries import visible_transfer_orders
from aktar.workflow.admin import StateOfKind


class _ItemState(StateOfKind):
    content_type = ContentType.TRANSFER_ITEM


class _ShipmentState(StateOfKind):
    content_type = ContentType.SHIPMENT


_UNITS: Mapping[str, "str | Promise"] = {"quantity": _("piece")}


@admin.display(description=_("unit"))
def unit(row: TransferItem) -> str:
    """What is counted, in the language of the page."""
    return str(_UNITS.get(row.unit_type, row.unit_type))


@admin.register(TransferItem)
class TransferItemPage(ReadOnlyPage):
    """The lines of transfer orders, newest first."""

    names = (_("transfer item"), _("transfer items"))
    words = {
        "package_item": _("package item"),
        "product": _("product"),
        "quantity": _("quantity"),
        "stock_code": _("stock code"),
        "barcode": _("barcode"),
        "transfer_order": _("transfer order"),
    }
    shown_as = {"state": in_state, "unit_type": unit}
    list_display = (
        "id",
        "transfer_order",
        "product",
        column("quantity", _("quantity"), decimal_text),
        unit,
        in_state,
    )
    list_filter = (_ItemState,)
    list_select_related = ("transfer_order", "product", "state")
    search_fields = ("transfer_order__number__exact",)
    sortable_by = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The lines of the transfer orders that the user works for."""
        return _of_visible(request, super().get_queryset(request)).select_related(
            "transfer_order", "package_item__order_item__product", "product", "state"
        )


@admin.register(TransferShipment)
class TransferShipmentPage(ReadOnlyPage):
    """The parcels of transfer orders, newest first."""

    names = (_("shipment"), _("shipments"))
    words = {
        "transfer_order": _("transfer order"),
        "cargo_company": _("cargo company"),
        "awb_number": _("tracking number"),
        "tracking_url": _("tracking address"),
    }
    shown_as = {"state": in_state}
    list_display = ("id", "transfer_order", "cargo_company", "awb_number", in_state)
    list_filter = (_ShipmentState,)
    list_select_related = ("transfer_order", "cargo_company", "state")
    search_fields = ("awb_number__startswith", "transfer_order__number__exact")
    sortable_by = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The parcels of the transfer orders that the user works for."""
        return _of_visible(request, super().get_queryset(request)).select_related(
            "transfer_order", "cargo_company", "state"
        )


def _of_visible(request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
    reach = reach_of(cast("User", request.user), None)
    return rows if reach.everything else rows.filter(transfer_order__in=visible_transfer_orders(reach))
