"""What the room is called where people read its name."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """The room `orders`."""

    name = "aktar.orders"
    verbose_name = _("Orders")
