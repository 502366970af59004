"""What the room is called where people read its name."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkflowConfig(AppConfig):
    """The room `workflow`."""

    name = "aktar.workflow"
    verbose_name = _("Workflow")
