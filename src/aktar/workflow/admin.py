"""States, commands and the log of moves in the admin; above the lists stands what is amiss."""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from aktar.edge.admin.lists import FoundByObject
from aktar.edge.admin.pages import ReadOnlyPage, RowForm, TablePage
from aktar.edge.content_types import ContentType
from aktar.edge.language import DEFAULT_LANGUAGE
from aktar.workflow.models import Command, State, TransitionLog
from aktar.workflow.queries import stored_workflow
from aktar.workflow.rules import LANGUAGES, faults

if TYPE_CHECKING:  # the theme brings no types
    UnfoldAdminCheckboxSelectMultipleWidget: Any
    UnfoldAdminSelectWidget: Any
else:
    from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

KINDS: Mapping[int, Promise] = {
    ContentType.ORDER: _("order"),
    ContentType.PACKAGE: _("package"),
    ContentType.PACKAGE_ITEM: _("package item"),
    ContentType.TRANSFER_ORDER: _("transfer order"),
    ContentType.TRANSFER_ITEM: _("transfer item"),
    ContentType.SHIPMENT: _("shipment"),
    ContentType.STOCK_LOCATION: _("stock location"),
}
FRONT_ENDS = (("backoffice", _("back office")), ("instore", _("in store")), ("api", "API"))
_MOST_FAULTS = 5
_LONGEST_WORD = 100


def state_name(state: State) -> str:
    """The name of a state in the language of the page."""
    translations = state.translations or {}
    name = translations.get(get_language() or DEFAULT_LANGUAGE, {}).get("name")
    return str(name or state.name)


@admin.display(description=_("kind of object"), ordering="content_type")
def kind(row: Any) -> str:
    """What a row is about, in words."""
    return str(KINDS.get(row.content_type, row.content_type))


class StateOfKind(admin.SimpleListFilter):
    """Filters a table by the states that its objects can be in. One query for their names."""

    title = cast("str", _("state"))
    parameter_name = "state"
    content_type: ClassVar[int]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """The states of this kind of object."""
        states = State.objects.filter(content_type=self.content_type).order_by("id")
        return [(str(state.pk), state_name(state)) for state in states]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in the chosen state; any other value is no choice."""
        chosen = self.value()
        known = {value for value, _label in self.lookup_choices}
        return queryset.filter(state_id=int(chosen)) if chosen in known else queryset


def check_translations(translations: Any, *, word: str) -> None:
    """Raise ValidationError unless it is null or `{"en-us": {word: …}, "tr-tr": {word: …}}`."""
    if translations is None:
        return
    for language, words in translations.items():
        if language not in LANGUAGES:
            raise ValidationError(
                _("{language} is no language that is spoken here; there are {languages}.").format(
                    language=str(language)[:_LONGEST_WORD], languages=", ".join(LANGUAGES)
                )
            )
        text = words.get(word) if isinstance(words, dict) else None
        if not isinstance(text, str) or not text.strip() or set(words) != {word}:
            raise ValidationError(
                _('Under {language} there must be an object with a text: {{"{word}": "…"}}.').format(
                    language=language, word=word
                )
            )


class StateForm(RowForm):
    """A state; what identifies it is chosen once."""

    def clean_translations(self) -> Any:
        """Words in the languages that are spoken here."""
        check_translations(self.cleaned_data["translations"], word="name")
        return self.cleaned_data["translations"]


class _TellsFaults:
    """Says above the list what a person should look at. Two queries."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, and what is amiss."""
        if request.method == "GET":
            found = list(faults(stored_workflow()))
            for sentence in found[:_MOST_FAULTS]:
                messages.warning(request, sentence)
            if more := len(found) - _MOST_FAULTS if len(found) > _MOST_FAULTS else 0:
                said = ngettext("%(more)d more fault.", "%(more)d more faults.", more)
                messages.warning(request, said % {"more": more})
        return super().changelist_view(request, extra_context)  # type: ignore[misc,no-any-return] # of the page it is mixed into


@admin.register(State)
class StatePage(_TellsFaults, TablePage):
    """The states; their names may be changed, what the code knows them by may not."""

    names = (_("state"), _("states"))
    words = {
        "translations": _("translations"),
        "config": _("configuration"),
        "enum_class": _("class of the value"),
        "enum_value": _("value"),
    }
    helps = {"translations": _('{"en-us": {"name": "…"}, "tr-tr": {"name": "…"}}')}
    form = StateForm
    fields = (
        "content_type",
        ("enum_class", "enum_value"),
        "name",
        "translations",
        "config",
        ("created_date", "modified_date"),
    )
    list_display = ("id", "shown_name", kind, "enum_class", "enum_value")
    list_display_links = ("id", "shown_name")
    list_filter = ("enum_class",)
    search_fields = ("name", "enum_value")
    ordering = ("content_type", "id")

    @admin.display(description=_("name"), ordering="name")
    def shown_name(self, row: State) -> str:
        """The name in the language of the page."""
        return state_name(row)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What identifies a state, once it is there."""
        fixed = ("content_type", "enum_class", "enum_value") if obj is not None else ()
        return [*super().get_readonly_fields(request, obj), *fixed]

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **options: Any
    ) -> forms.Field | None:
        """The kinds of object by their names."""
        if db_field.name == "content_type":
            return forms.TypedChoiceField(
                label=capfirst(db_field.verbose_name),
                choices=list(KINDS.items()),
                coerce=int,
                widget=UnfoldAdminSelectWidget,
            )
        return super().formfield_for_dbfield(db_field, request, **options)


class CommandForm(RowForm):
    """A command: where it leads from and to, who sees it, and the code that carries it out."""

    handlers: ClassVar[Mapping[int, Collection[str]]] = {}
    """The effects that there are, by the kind of object."""

    ui_visibility = forms.MultipleChoiceField(
        label=capfirst(_("shown in")),
        choices=FRONT_ENDS,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    def clean_translations(self) -> Any:
        """Words in the languages that are spoken here."""
        check_translations(self.cleaned_data["translations"], word="label")
        return self.cleaned_data["translations"]

    def clean(self) -> dict[str, Any] | None:
        """Both ends are states of one kind of object, two different ones; the effect is one on that kind."""
        ends = self.cleaned_data.get("source_state"), self.cleaned_data.get("destination_state")
        source, destination = ends
        if source is not None and destination is not None:
            if source.content_type != destination.content_type:
                self.add_error("destination_state", _("This is a state of another kind of object."))
            elif source.pk == destination.pk:
                self.add_error("destination_state", _("A command leads to another state."))
        handler = self.cleaned_data.get("handler")
        if source is not None and handler and handler not in self.handlers.get(source.content_type, ()):
            self.add_error("handler", _("This is an effect on another kind of object."))
        return super().clean()


class CommandPage(_TellsFaults, TablePage):
    """The commands. The room that knows their effects puts it in its place, with a form that has them."""

    names = (_("command"), _("commands"))
    words = {
        "label": _("label"),
        "slug": _("slug"),
        "translations": _("translations"),
        "configuration": _("configuration"),
        "source_state": _("from"),
        "destination_state": _("to"),
        "handler": _("effect"),
        "is_packageitem_parameter_required": _("needs a package item"),
    }
    helps = {"translations": _('{"en-us": {"label": "…"}, "tr-tr": {"label": "…"}}')}
    form = CommandForm
    may_delete = True
    fields = (
        "slug",
        "label",
        "translations",
        "source_state",
        "destination_state",
        "handler",
        "ui_visibility",
        "is_packageitem_parameter_required",
        "configuration",
    )
    list_display = ("id", "slug", "label", "from_state", "to_state", "handler")
    list_display_links = ("id", "slug")
    list_filter = ("handler",)
    list_select_related = ("source_state", "destination_state")
    autocomplete_fields = ("source_state", "destination_state")
    search_fields = ("slug", "label")

    @admin.display(description=_("from"), ordering="source_state")
    def from_state(self, row: Command) -> str:
        """Where it leads from."""
        return state_name(row.source_state)

    @admin.display(description=_("to"), ordering="destination_state")
    def to_state(self, row: Command) -> str:
        """Where it leads to."""
        return state_name(row.destination_state)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The slug, once clients may know it."""
        return [*super().get_readonly_fields(request, obj), *(("slug",) if obj is not None else ())]

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **options: Any
    ) -> forms.Field | None:
        """The effects that there are."""
        if db_field.name == "handler":
            handlers = dict.fromkeys(chain.from_iterable(self.form.handlers.values()))
            return forms.ChoiceField(
                label=capfirst(db_field.verbose_name),
                choices=[(handler, handler) for handler in handlers],
                widget=UnfoldAdminSelectWidget,
            )
        return super().formfield_for_dbfield(db_field, request, **options)


@admin.register(TransitionLog)
class TransitionLogPage(FoundByObject, ReadOnlyPage):
    """Every move, newest first."""

    names = (_("transition log"), _("transition logs"))
    words = {
        "old_state": _("from"),
        "new_state": _("to"),
        "attributes": _("attributes"),
        "created_date": _("moved"),
    }
    list_display = ("id", "created_date", kind, "object_id", "old_name", "new_name", "user")
    list_select_related = ("old_state", "new_state", "user")
    sortable_by = ("id",)

    @admin.display(description=_("from"))
    def old_name(self, row: TransitionLog) -> str:
        """The state that was left."""
        return state_name(row.old_state)

    @admin.display(description=_("to"))
    def new_name(self, row: TransitionLog) -> str:
        """The state that was reached."""
        return state_name(row.new_state)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The moves with their states and who made them."""
        return super().get_queryset(request).select_related("old_state", "new_state", "user")
