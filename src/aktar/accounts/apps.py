"""What the room is called where people read its name."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """The room `accounts`."""

    name = "aktar.accounts"
    verbose_name = _("Access")
