"""The pages of transfer orders: their list, and one with its items, its moves and its buttons."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from aktar.accounts.models import User
from aktar.edge.admin.pages import ReadOnlyInline, ReadOnlyPage
from aktar.edge.content_types import ContentType
from aktar.orders.admin import in_state
from aktar.places.queries import reach_of
from aktar.transfers.actions import run_command
from aktar.transfers.admin.items import unit
from aktar.transfers.admin.running import (
    ASK_FOR_CARRIER,
    NEED_CARRIER,
    CarrierForm,
    label_of,
    may_run,
    present_workflow,
    refusal_sentence,
)
from aktar.transfers.models import TransferItem, TransferOrder, TransferShipment
from aktar.transfers.queries import visible_transfer_orders
from aktar.transfers.rules import (
    CargoCompanyRequired,
    CargoCompanyUnknown,
    CommandParameters,
    TransferOrderUnknown,
)
from aktar.workflow.admin import StateOfKind, state_name
from aktar.workflow.models import TransitionLog
from aktar.workflow.rules import CommandNotAllowed, CommandSpec, CommandUnknown

_MOST_MOVES = 50


class _OrderState(StateOfKind):
    content_type = ContentType.TRANSFER_ORDER


class ItemInline(ReadOnlyInline):
    """What is moved."""

    model = TransferItem
    shown = ("product", "quantity", unit, in_state, "barcode")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The items with what they show."""
        return super().get_queryset(request).select_related("product", "state")


class ShipmentInline(ReadOnlyInline):
    """Who carries it, under which number."""

    model = TransferShipment
    shown = ("cargo_company", "awb_number", "tracking_url", in_state, "created_date")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The shipment with what it shows."""
        return super().get_queryset(request).select_related("cargo_company", "state")


@admin.register(TransferOrder)
class TransferOrderPage(ReadOnlyPage):
    """Transfer orders of the locations that somebody works for, newest first."""

    names = (_("transfer order"), _("transfer orders"))
    words = {
        "number": _("number"),
        "source": _("source"),
        "destination": _("destination"),
        "order": _("order"),
        "package": _("package"),
        "target_transfer_date": _("due"),
        "invoice_number": _("invoice number"),
        "remote_id": _("id in another system"),
        "plan_item": _("plan line"),
        "renews": _("takes the place of"),
        "version": _("version"),
    }
    inlines = (ItemInline, ShipmentInline)
    shown_as = {"state": in_state}
    list_display = ("number", "source", "destination", in_state, "target_transfer_date", "created_date")
    list_filter = (_OrderState,)
    list_select_related = ("source", "destination", "state")
    search_fields = ("number__startswith",)
    sortable_by = ("number", "target_transfer_date", "created_date")
    change_form_outer_before_template = "aktar_admin/buttons.html"
    change_form_outer_after_template = "aktar_admin/moves.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those that the user works for, as everywhere else. At most one query for a user's locations."""
        reach = reach_of(cast("User", request.user), None)
        return (
            visible_transfer_orders(reach)
            .select_related("source", "destination", "state", "order", "package")
            .order_by(*self.ordering)
        )

    def get_urls(self) -> list[Any]:
        """The page's own, and the one that runs a command."""
        run = self.admin_site.admin_view(self.run_view)
        return [
            path("<id:order_id>/run/<id:command_id>/", run, name="transfers_transferorder_run"),
            *super().get_urls(),
        ]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """The transfer order, with a button for each command that is offered, and its newest moves."""
        if obj is not None:
            context["buttons"] = self._buttons(request, obj) if may_run(request) else []
            context["moves"] = _moves(obj)
            context["moves_title"] = _("Moves")
        return super().render_change_form(request, context, add, change, form_url, obj)

    def run_view(self, request: HttpRequest, order_id: int, command_id: int) -> HttpResponse:
        """Run a command by the same action as the API; those that take a carrier ask for it first."""
        if not may_run(request):
            raise PermissionDenied
        command = present_workflow().commands.get(command_id)
        if command is None or command.content_type != ContentType.TRANSFER_ORDER:
            raise Http404
        back = reverse("admin:transfers_transferorder_change", args=[order_id])
        parameters = CommandParameters()
        if command.handler in ASK_FOR_CARRIER:
            form = CarrierForm(request.POST if request.method == "POST" else None)
            form.fields["cargo_company"].required = command.handler in NEED_CARRIER
            if not form.is_valid():
                return self._asked(request, command, form, back=back)
            parameters = form.parameters()
        elif request.method != "POST":
            return HttpResponseRedirect(back)
        self._run(request, order_id, command, parameters)
        return HttpResponseRedirect(back)

    def _run(
        self, request: HttpRequest, order_id: int, command: CommandSpec, parameters: CommandParameters
    ) -> None:
        user = cast("User", request.user)
        try:
            answer = run_command(
                order_id,
                transition=command.id,
                parameters=parameters,
                by=user,
                reach=reach_of(user, None),
                now=datetime.now(UTC),
            )
        except (
            TransferOrderUnknown,
            CommandUnknown,
            CommandNotAllowed,
            CargoCompanyUnknown,
            CargoCompanyRequired,
        ) as refusal:
            messages.error(request, refusal_sentence(refusal))
            return
        messages.success(request, gettext("Done: {command}.").format(command=label_of(command)))
        if answer is not None and answer.get("transfer_order") is None:
            messages.warning(
                request,
                _(
                    "No other source was looked for, as planning is still to come; "
                    "the goods are out of stock."
                ),
            )

    def _asked(
        self, request: HttpRequest, command: CommandSpec, form: CarrierForm, *, back: str
    ) -> HttpResponse:
        return TemplateResponse(
            request,
            "aktar_admin/form.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": label_of(command),
                "form": form,
                "submit": label_of(command),
                "back": back,
                "leave": _("Back"),
            },
        )

    def _buttons(self, request: HttpRequest, order: TransferOrder) -> Sequence[Mapping[str, Any]]:
        """The commands that leave the present state and are shown somewhere; all of them for superusers.

        One query, three when cold.
        """
        offers_all = cast("User", request.user).is_superuser
        return [
            {
                "label": label_of(command),
                "url": reverse("admin:transfers_transferorder_run", args=[order.pk, command.id]),
                "variant": "danger" if command.handler in ("cancel", "renew") else "primary",
                "posts": command.handler not in ASK_FOR_CARRIER,
            }
            for command in present_workflow().leaving(order.state_id)
            if command.ui_visibility or offers_all
        ]


def _moves(order: TransferOrder) -> list[Mapping[str, Any]]:
    """The newest moves of a transfer order, to be shown. One query."""
    logs = TransitionLog.objects.filter(content_type=ContentType.TRANSFER_ORDER, object_id=order.pk)
    return [
        {
            "at": log.created_date,
            "old": state_name(log.old_state),
            "new": state_name(log.new_state),
            "user": log.user or "",
        }
        for log in logs.select_related("old_state", "new_state", "user").order_by("-id")[:_MOST_MOVES]
    ]
