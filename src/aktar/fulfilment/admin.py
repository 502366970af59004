"""Commands in the admin, with the effects that there are of all rooms."""

from django.contrib import admin

from aktar.fulfilment.effects import PACKAGE_EFFECTS
from aktar.transfers.effects import HANDLERS
from aktar.workflow.admin import CommandPage
from aktar.workflow.models import Command


@admin.register(Command)
class EveryCommandPage(CommandPage):
    """The commands of transfer orders and of packages."""

    handlers = tuple(dict.fromkeys((*HANDLERS, *PACKAGE_EFFECTS)))
