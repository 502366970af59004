"""The two kinds of admin page: master data that staff keeps, and history that is only looked at."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import BadRequest
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.forms import Field, Form
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from aktar.edge.admin.columns import Column, column_of
from aktar.edge.admin.lists import CappedPaginator, StrictChangeList
from aktar.edge.fields import DegreesField, HundredthsField
from aktar.edge.ids import is_id

if TYPE_CHECKING:  # the theme brings no types, and its pages are Django's with other widgets
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.contrib.admin.options import BaseModelAdmin
    from django.forms import ModelForm

    UnfoldAdminDecimalFieldWidget: Any
    Page = ModelAdmin[Any]
    Inline = TabularInline[Any, Any]
    RowForm = ModelForm[Any]
else:
    from django.forms import ModelForm as RowForm  # noqa: F401 - for the rooms
    from unfold.admin import ModelAdmin as Page
    from unfold.admin import TabularInline as Inline
    from unfold.widgets import UnfoldAdminDecimalFieldWidget

if TYPE_CHECKING:  # what Django's two kinds of page have in common
    _Kit = BaseModelAdmin[Any]
else:
    _Kit = object

Words = Mapping[str, Any]
"""Lazily translated words by the names of columns."""

# What columns of these kinds hold on every database; SQLite alone would take 64 bits in each.
_RANGES = {
    "IntegerField": (-(2**31), 2**31 - 1),
    "PositiveIntegerField": (0, 2**31 - 1),
    "SmallIntegerField": (-(2**15), 2**15 - 1),
    "PositiveSmallIntegerField": (0, 2**15 - 1),
}
LONGEST_DURATION = timedelta(days=3650)
_STAMPS = ("created_date", "modified_date")
_OWN_WIDGETS: dict[Any, dict[str, Any]] = {
    HundredthsField: {"widget": UnfoldAdminDecimalFieldWidget} if not TYPE_CHECKING else {},
    DegreesField: {"widget": UnfoldAdminDecimalFieldWidget} if not TYPE_CHECKING else {},
}
SHARED_WORDS: Words = {
    "name": _("name"),
    "code": _("code"),
    "is_active": _("active"),
    "created_date": _("created"),
    "modified_date": _("changed"),
    "created_at": _("created"),
    "erp_code": _("ERP code"),
    "email": _("e-mail"),
    "state": _("state"),
    "user": _("user"),
    "content_type": _("kind of object"),
    "object_id": _("object"),
}


class StrictAutocomplete(AutocompleteSelect):
    """A choice that is looked up while one types; what is no id is no choice and no broken query."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """The chosen row, if there is one."""
        return super().optgroups(name, [chosen for chosen in value if is_id(str(chosen))], attr)


class _Worded(_Kit):
    """Gives a table's columns the words that people read, in their language."""

    words: ClassVar[Words] = {}
    """Names of columns."""

    helps: ClassVar[Words] = {}
    """A sentence on a column that needs one."""

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        known = {**SHARED_WORDS, **self.words}
        table = getattr(self, "model", None) or model  # an inline is made with its parent's
        for field in table._meta.get_fields():
            if isinstance(field, models.Field) and field.name in known:
                # Not in the models: a migration would hold every word.
                field.verbose_name = known[field.name]
        super().__init__(model, admin_site)  # type: ignore[call-arg] # pages and inlines have it

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """A choice of rows."""
        if db_field.name in self.get_autocomplete_fields(request):
            options.setdefault("widget", StrictAutocomplete(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **options)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Field | None:
        """A form's field with the bounds of the column on whatever database."""
        field: Field | None = super().formfield_for_dbfield(db_field, request, **options)
        if field is None:
            return None
        field.help_text = self.helps.get(db_field.name, "")
        if bounds := _RANGES.get(db_field.get_internal_type()):
            field.validators += [MinValueValidator(bounds[0]), MaxValueValidator(bounds[1])]
        if isinstance(db_field, models.DurationField):
            field.validators += [MinValueValidator(timedelta()), MaxValueValidator(LONGEST_DURATION)]
        return field


class TablePage(_Worded, Page):
    """Master data: quick lists, stamps kept by themselves, nothing deleted that history mentions."""

    names: ClassVar[tuple[Any, Any] | None] = None
    """What one row is called, and what several are called."""

    may_delete: ClassVar[bool] = False
    """Rows that others mention are switched off, not deleted; the database would refuse it anyway."""

    formfield_overrides = _OWN_WIDGETS
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    ordering: ClassVar[Any] = ("-pk",)
    actions_on_top = True
    compressed_fields = True
    list_fullwidth = True

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        if self.names is not None:
            model._meta.verbose_name, model._meta.verbose_name_plural = self.names
        super().__init__(model, admin_site)

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[StrictChangeList]:
        """Lists that refuse what they cannot ask the database."""
        return StrictChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The list, below its notices; chosen rows that are no ids are a 400."""
        if not all(is_id(chosen) for chosen in request.POST.getlist("_selected_action")):
            raise BadRequest("A chosen row is not named by its id.")
        if request.method == "GET":
            for sentence in self.notices(request):
                messages.warning(request, sentence)
        return super().changelist_view(request, extra_context)

    def notices(self, request: HttpRequest) -> Sequence[str]:
        """What somebody should see at once, above the list and on the first page; says what it costs."""
        return ()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only what the page's filters ask: anything else in the address is a 400."""
        filters = self.get_list_filter(request)
        offered = {it if isinstance(it, str) else getattr(it, "parameter_name", None) for it in filters}
        name, _separator, how = lookup.partition("__")
        return name in offered and how in ("", "exact", "isnull")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The stamps beside what the page says."""
        stamps = [name for name in _STAMPS if name in _column_names(self.model)]
        return [*super().get_readonly_fields(request, obj), *stamps]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """A form that says what `helps` say, and not what the models say to developers."""
        helps = {name: self.helps.get(name, "") for name in _column_names(self.model)}
        return super().get_form(request, obj, change, **({"help_texts": helps} | options))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only where `may_delete`."""
        return self.may_delete and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Form, change: bool) -> None:
        """Save a row with its stamps."""
        now = datetime.now(UTC)
        names = _column_names(self.model)
        if "created_date" in names and not change:
            obj.created_date = now
        if "modified_date" in names:
            obj.modified_date = now
        self.keep(obj, now)

    def keep(self, obj: Any, now: datetime) -> None:
        """Write a row; a room whose action writes such rows overrides it."""
        obj.save()


class ReadOnlyPage(TablePage):
    """History and what actions write: looked at by those who may, changed by nobody here."""

    also_shown: ClassVar[Sequence[str]] = ()
    """Further things to show on the page, by the name of a method."""

    hidden: ClassVar[frozenset[str]] = frozenset()
    """Columns that are not shown."""

    shown_as: ClassVar[Mapping[str, Column]] = {}
    """Columns that are shown in another way than everywhere."""

    def has_add_permission(self, request: HttpRequest, *_parent: Any) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Every column, in a form that can be read."""
        columns = [
            self.shown_as.get(field.name) or column_of(field)
            for field in self.model._meta.concrete_fields
            if not field.primary_key and field.name not in self.hidden
        ]
        return [*columns, *self.also_shown]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of them."""
        return self.get_fields(request, obj)


class TableInline(_Worded, Inline):
    """Rows kept on the page of what they belong to."""

    formfield_overrides = _OWN_WIDGETS
    extra = 0


class ReadOnlyInline(TableInline):
    """Rows shown on the page of what they belong to."""

    can_delete = False
    shown: ClassVar[Sequence[str | Column]] = ()
    """Columns, by name or as something that shows them, in their order."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The columns, in a form that can be read."""
        return [column_of(self.model._meta.get_field(it)) if isinstance(it, str) else it for it in self.shown]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of them."""
        return self.get_fields(request, obj)


class ForSuperusers:
    """A page whose rows open doors: others may be allowed to look, superusers alone to write."""

    def has_add_permission(self, request: HttpRequest, *parent: Any) -> bool:
        """For superusers."""
        return bool(getattr(request.user, "is_superuser", False))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For superusers."""
        return bool(getattr(request.user, "is_superuser", False))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For superusers, where it may be at all."""
        allowed: bool = super().has_delete_permission(request, obj)  # type: ignore[misc] # of the page it is mixed into
        return allowed and bool(getattr(request.user, "is_superuser", False))


def _column_names(model: type[models.Model]) -> frozenset[str]:
    return frozenset(field.name for field in model._meta.concrete_fields)
