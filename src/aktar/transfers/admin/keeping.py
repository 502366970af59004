"""What of this room is kept in the admin: cargo companies."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from aktar.edge.admin.pages import TablePage
from aktar.transfers.models import CargoCompany


@admin.register(CargoCompany)
class CargoCompanyPage(TablePage):
    """Carriers."""

    names = (_("cargo company"), _("cargo companies"))
    words = {"shipping_company": _("code name")}
    helps = {"shipping_company": _("Such as yurtici.")}
    list_display = ("name", "erp_code", "shipping_company")
    search_fields = ("name", "erp_code")
