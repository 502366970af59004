"""What the room is called where people read its name."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    """The room `places`."""

    name = "aktar.places"
    verbose_name = _("Places")
