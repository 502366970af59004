"""What the room is called where people read its name."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    """The room `webhooks`."""

    name = "aktar.webhooks"
    verbose_name = _("Webhooks")
