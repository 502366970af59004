"""What of this room is kept in the admin: cargo companies, and commands with the effects that there are."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from aktar.edge.admin.pages import TablePage
from aktar.transfers.effects import EFFECTS
from aktar.transfers.models import CargoCompany
from aktar.workflow.admin import CommandPage
from aktar.workflow.models import Command


@admin.register(Command)
class TransferCommandPage(CommandPage):
    """The commands, with the effects that there are."""

    handlers = tuple(EFFECTS)


@admin.register(CargoCompany)
class CargoCompanyPage(TablePage):
    """Carriers."""

    names = (_("cargo company"), _("cargo companies"))
    words = {"shipping_company": _("code name")}
    helps = {"shipping_company": _("Such as yurtici.")}
    list_display = ("name", "erp_code", "shipping_company")
    search_fields = ("name", "erp_code")
