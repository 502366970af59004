"""What the room is called where people read its name."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransfersConfig(AppConfig):
    """The room `transfers`."""

    name = "aktar.transfers"
    verbose_name = _("Transfers")
