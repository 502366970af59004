"""What running a command from a page takes and says: who may, with which carrier, why not."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from aktar.edge.language import DEFAULT_LANGUAGE
from aktar.edge.references import reading
from aktar.transfers.models import CargoCompany
from aktar.transfers.rules import (
    CargoCompanyRequired,
    CargoCompanyUnknown,
    CommandParameters,
)
from aktar.workflow.queries import workflow
from aktar.workflow.rules import CommandNotAllowed, CommandSpec, CommandUnknown, Workflow

if TYPE_CHECKING:  # the theme brings no types
    UnfoldAdminSelectWidget: Any
    UnfoldAdminTextInputWidget: Any
    UnfoldAdminURLInputWidget: Any
else:
    from unfold.widgets import (
        UnfoldAdminSelectWidget,
        UnfoldAdminTextInputWidget,
        UnfoldAdminURLInputWidget,
    )


ASK_FOR_CARRIER = frozenset({"ready", "ready_advance"})
"""The effects that take a cargo company, a tracking number and an address."""

NEED_CARRIER = frozenset({"ready_advance"})


class CarrierForm(forms.Form):
    """What a command takes that hands goods to a carrier."""

    cargo_company = forms.ModelChoiceField(
        label=capfirst(_("cargo company")),
        queryset=CargoCompany.objects.order_by("name"),
        widget=UnfoldAdminSelectWidget if not TYPE_CHECKING else None,
    )
    awb_number = forms.CharField(
        label=capfirst(_("tracking number")),
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget if not TYPE_CHECKING else None,
    )
    tracking_url = forms.URLField(
        label=capfirst(_("tracking address")),
        max_length=1000,
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget if not TYPE_CHECKING else None,
    )

    def parameters(self) -> CommandParameters:
        """What was given, as a caller of the API would give it."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        company = given.get("cargo_company")
        if company is not None:
            given["cargo_company"] = str(company.pk)
        return CommandParameters(
            given=given,
            cargo_company=None if company is None else company.pk,
            awb_number=given.get("awb_number"),
            tracking_url=given.get("tracking_url"),
        )


def may_run(request: HttpRequest) -> bool:
    """Whether a user may run commands: staff with the right to change transfer orders."""
    return bool(request.user.has_perm("transfers.change_transferorder"))


def refusal_sentence(refusal: Exception) -> str:
    """What is said of a command that was refused."""
    match refusal:
        case CommandNotAllowed():
            sentence = gettext("{command} cannot be run: the present state is {state}.")
            language = get_language() or DEFAULT_LANGUAGE
            return sentence.format(
                command=refusal.command.label_in(language), state=refusal.state.name_in(language)
            )
        case CargoCompanyUnknown():
            return gettext("There is no cargo company of this id.")
        case CargoCompanyRequired():
            return gettext("This command needs the cargo company.")
        case CommandUnknown():
            return gettext("There is no such command for an object of this kind.")
    return gettext("There is no such transfer order.")


def present_workflow() -> Workflow:
    """The workflow as it is now. One query, three when it has changed."""
    return workflow(reading(get_language() or DEFAULT_LANGUAGE))


def label_of(command: CommandSpec) -> str:
    """A command's label in the language of the page."""
    return command.label_in(get_language() or DEFAULT_LANGUAGE)
