"""Commands in the admin, with the effects that there are of all rooms."""

from django.contrib import admin

from aktar.fulfilment.effects import HANDLERS
from aktar.workflow.admin import CommandForm, CommandPage
from aktar.workflow.models import Command


class EveryCommandForm(CommandForm):
    """A command of a transfer order or of a package."""

    handlers = HANDLERS


@admin.register(Command)
class EveryCommandPage(CommandPage):
    """The commands of transfer orders and of packages."""

    form = EveryCommandForm
