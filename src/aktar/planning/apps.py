"""What the room is called where people read its name."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanningConfig(AppConfig):
    """The room `planning`."""

    name = "aktar.planning"
    verbose_name = _("Planning")
