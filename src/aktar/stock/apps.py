"""What the room is called where people read its name."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StockConfig(AppConfig):
    """The room `stock`."""

    name = "aktar.stock"
    verbose_name = _("Stock")
