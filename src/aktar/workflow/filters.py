"""Filters of states and commands."""

from aktar.edge.filters import RANGES, IdListFilter, NumberFilter, QueryFilters, TextFilter
from aktar.workflow.models import Command, State


class StateFilters(QueryFilters):
    """What a list of states can be asked for."""

    pk__in = IdListFilter("pk")

    class Meta:
        model = State
        fields = {
            "id": RANGES,
            "content_type": ["exact"],
            "enum_class": ["exact"],
            "enum_value": ["exact"],
        }


class CommandFilters(QueryFilters):
    """What a list of commands can be asked for; the kind of object is that of the states."""

    pk__in = IdListFilter("pk")
    content_type = NumberFilter("source_state__content_type")
    enum_class = TextFilter("source_state__enum_class")
    enum_value = TextFilter("source_state__enum_value")

    class Meta:
        model = Command
        fields = {
            "id": RANGES,
            "slug": ["exact"],
            "source_state": ["exact"],
            "destination_state": ["exact"],
            "is_packageitem_parameter_required": ["exact"],
        }
