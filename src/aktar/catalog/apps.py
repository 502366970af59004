"""What the room is called where people read its name."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """The room `catalog`."""

    name = "aktar.catalog"
    verbose_name = _("Products")
