"""What the room is called where people read its name."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FulfilmentConfig(AppConfig):
    """The room `fulfilment`."""

    name = "aktar.fulfilment"
    verbose_name = _("Fulfilment")
