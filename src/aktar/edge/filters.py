"""Filters of lists: strict values, every fault named by its parameter, no cost where none is asked for."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError as FieldFault
from django.db import models
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import Filter, FilterSet
from rest_framework.exceptions import ValidationError

from aktar.edge.fields import HundredthsField
from aktar.edge.ids import BIGGEST_ID
from aktar.edge.rules import folded

LONGEST_TEXT = 200
LONGEST_LIST = 1000
RANGES = ["gt", "gte", "lt", "lte"]
"""The lookups of a column that is filtered by from and to, for a filter set's `Meta.fields`."""

# Greater than every character, so that a text and it end the range of all that begins with the text.
_LAST = chr(0x10FFFF)
_NUMBER = re.compile(r"-?[0-9]{1,30}", re.ASCII)
_DECIMAL = re.compile(r"(-?)([0-9]{1,30})(?:\.([0-9]{1,2})0*)?", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII
)
# In an address a bare `+` is a space: `…T09:30:00 03:00` is an offset to the east.
_EAST = re.compile(r"(?<=T)(.+) (?=\d\d:\d\d$)", re.ASCII)
_UUID = re.compile(r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)
_BOOLEANS = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}


class NumberField(forms.Field):
    """A whole number in ASCII digits, between `smallest` and `biggest`."""

    default_error_messages = {
        "invalid": _("Give a whole number."),
        "range": _("Give a number from %(smallest)s to %(biggest)s."),
    }

    def __init__(self, *, smallest: int = -BIGGEST_ID - 1, biggest: int = BIGGEST_ID, **options: Any) -> None:
        super().__init__(**options)
        self.smallest = smallest
        self.biggest = biggest

    def to_python(self, value: str | None) -> int | None:
        if not value:
            return None
        if not _NUMBER.fullmatch(value):
            raise FieldFault(self.error_messages["invalid"])
        return self.within(int(value))

    def within(self, number: int) -> int:
        """The number itself; raises Django's ValidationError for one that no column here can hold."""
        if not self.smallest <= number <= self.biggest:
            message = self.error_messages["range"]
            raise FieldFault(message, params={"smallest": self.smallest, "biggest": self.biggest})
        return number


class IdField(NumberField):
    """An id, or what is compared with ids: from 0, for `id__gt=0` is a way to begin."""

    def __init__(self, **options: Any) -> None:
        super().__init__(smallest=0, **options)


class HundredthsFormField(forms.Field):
    """A decimal of at most two places, as a whole number of hundredths."""

    default_error_messages = {"invalid": _("Give a number with at most two decimal places, as 1.50.")}

    def to_python(self, value: str | None) -> int | None:
        if not value:
            return None
        match = _DECIMAL.fullmatch(value)
        if not match:
            raise FieldFault(self.error_messages["invalid"])
        sign, whole, fraction = match.groups()
        hundredths = int(whole) * 100 + int((fraction or "0").ljust(2, "0"))
        if hundredths > BIGGEST_ID:
            raise FieldFault(self.error_messages["invalid"])
        return -hundredths if sign else hundredths


class InstantField(forms.Field):
    """A date-time of ISO 8601, or a date, which is its first instant; UTC where no offset is named."""

    default_error_messages = {"invalid": _("Give a date or a date-time, as 2026-03-31T09:30:00Z.")}

    def to_python(self, value: str | None) -> datetime | None:
        if not value:
            return None
        text = _EAST.sub(r"\1+", value)
        if not _INSTANT.fullmatch(text):
            raise FieldFault(self.error_messages["invalid"])
        try:
            instant = datetime.fromisoformat(text)
            return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
        except (ValueError, OverflowError):
            raise FieldFault(self.error_messages["invalid"]) from None


class TextField(forms.Field):
    """A short text, taken as it stands."""

    default_error_messages = {"too_long": _("Give a text of at most %(longest)s characters.")}

    def to_python(self, value: str | None) -> str | None:
        if value and len(value) > LONGEST_TEXT:
            raise FieldFault(self.error_messages["too_long"], params={"longest": LONGEST_TEXT})
        return value or None


class BooleanField(forms.Field):
    """`true` or `false`; `1`, `0` and a capital letter pass."""

    default_error_messages = {"invalid": _("Give true or false.")}

    def to_python(self, value: str | None) -> bool | None:
        if not value:
            return None
        if value not in _BOOLEANS:
            raise FieldFault(self.error_messages["invalid"])
        return _BOOLEANS[value]


class UuidField(forms.Field):
    """A UUID, with dashes or without."""

    default_error_messages = {"invalid": _("Give a UUID.")}

    def to_python(self, value: str | None) -> UUID | None:
        if not value:
            return None
        if not _UUID.fullmatch(value):
            raise FieldFault(self.error_messages["invalid"])
        return UUID(value)


class _ListField(forms.Field):
    """Several values with commas between."""

    default_error_messages = {"too_many": _("Give at most %(most)s values.")}
    part: type[forms.Field]
    most = LONGEST_LIST

    def to_python(self, value: str | None) -> list[Any]:
        if not value:
            return []
        texts = value.split(",")
        if len(texts) > self.most:
            raise FieldFault(self.error_messages["too_many"], params={"most": self.most})
        part = self.part()
        # An empty place in a list is a slip of the pen; what stands in a list is not optional.
        return [part.clean(text) for text in texts]


class IdListField(_ListField):
    """Several ids."""

    part = IdField


class TextListField(_ListField):
    """Several short texts."""

    part = TextField
    most = 100  # more would not fit into an address


class IdFilter(Filter):
    """By an id."""

    field_class = IdField


class NumberFilter(Filter):
    """By a whole number."""

    field_class = NumberField


class HundredthsFilter(Filter):
    """By a decimal that the column keeps in hundredths."""

    field_class = HundredthsFormField


class InstantFilter(Filter):
    """By an instant."""

    field_class = InstantField


class TextFilter(Filter):
    """By a text."""

    field_class = TextField


class NameFilter(TextFilter):
    """By a name in any case, its Turkish letters with or without their marks."""

    def filter(self, found: "QuerySet[Any]", name: str | None) -> "QuerySet[Any]":
        """The rows of this name."""
        return found.filter(**{f"{self.field_name}__folded": folded(name)}) if name else found


class SearchFilter(TextFilter):
    """By how one of `columns` begins, in any case, its Turkish letters with or without their marks."""

    def __init__(self, *columns: str, **options: Any) -> None:
        super().__init__(**options)
        self.columns = columns

    def filter(self, found: "QuerySet[Any]", text: str | None) -> "QuerySet[Any]":
        """The rows of which some column begins so."""
        start = folded((text or "").strip())
        if not start:
            return found
        everything = found.model._default_manager.order_by()
        # A union, for each part has an index of its own; of an `OR` over tables no index is any use.
        first, *others = (
            everything.filter(
                **{f"{column}__folded__gte": start, f"{column}__folded__lt": start + _LAST}
            ).values("pk")
            for column in self.columns
        )
        return found.filter(pk__in=first.union(*others))


class BooleanFilter(Filter):
    """By yes or no."""

    field_class = BooleanField


class UuidFilter(Filter):
    """By a UUID."""

    field_class = UuidField


class _ListFilter(Filter):
    def __init__(self, field_name: str, **options: Any) -> None:
        super().__init__(field_name, lookup_expr="in", **options)


class IdListFilter(_ListFilter):
    """By any of several ids."""

    field_class = IdListField


class TextListFilter(_ListFilter):
    """By any of several texts."""

    field_class = TextListField


class QueryFilters(FilterSet):
    """The filters of one list. A parameter without a value filters nothing; one given twice is refused.

    Only the filters that are asked for are built. `now` is the request's reading of the clock.
    """

    FILTER_DEFAULTS = {
        models.AutoField: {"filter_class": IdFilter},
        models.BigAutoField: {"filter_class": IdFilter},
        models.ForeignKey: {"filter_class": IdFilter},
        models.OneToOneField: {"filter_class": IdFilter},
        models.IntegerField: {"filter_class": NumberFilter},
        HundredthsField: {"filter_class": HundredthsFilter},
        models.DateTimeField: {"filter_class": InstantFilter},
        models.BooleanField: {"filter_class": BooleanFilter},
        models.CharField: {"filter_class": TextFilter},
    }

    base_filters: dict[str, Filter]

    def __init__(self, query: QueryDict, queryset: "QuerySet[Any]", *, now: datetime) -> None:
        self.base_filters = {name: self.base_filters[name] for name in query if name in self.base_filters}
        self.now = now
        super().__init__(query, queryset)

    @classmethod
    def names(cls) -> frozenset[str]:
        """The parameters that these filters read, for a view's `query_parameters`."""
        return frozenset(cls.base_filters)

    def found(self) -> "QuerySet[Any]":
        """The rows that pass every filter; raises ValidationError with all that is wrong."""
        wrong: dict[str, list[Any]] = {
            name: [_("Give it once.")] for name in self.filters if len(self.data.getlist(name)) > 1
        }
        if not self.form.is_valid():
            wrong |= {name: list(messages) for name, messages in self.form.errors.items()}
        if wrong:
            raise ValidationError(wrong)
        found: QuerySet[Any] = self.qs
        return found


def filtered(
    queryset: "QuerySet[Any]", filters: type[QueryFilters], query: QueryDict, *, now: datetime
) -> "QuerySet[Any]":
    """`queryset` through `filters`, if the query asks for any of them; raises ValidationError."""
    if filters.base_filters.keys().isdisjoint(query):
        return queryset
    return filters(query, queryset, now=now).found()
