"""Filters of transition logs."""

from django.db.models import QuerySet

from aktar.edge.content_types import ContentType
from aktar.edge.filters import RANGES, IdFilter, IdListFilter, QueryFilters, TextFilter
from aktar.edge.language import DEFAULT_LANGUAGE
from aktar.edge.references import reading
from aktar.workflow.models import TransitionLog
from aktar.workflow.queries import states_of_value


class TransitionLogFilters(QueryFilters):
    """What the list of all transition logs can be asked for."""

    pk__in = IdListFilter("pk")
    object_id = IdFilter(method="of_object")
    old_state__enum_value = TextFilter("old_state", method="of_state")
    new_state__enum_value = TextFilter("new_state", method="of_state")

    class Meta:
        model = TransitionLog
        fields = {
            "id": RANGES,
            "content_type": ["exact"],
            "user": ["exact"],
            "old_state": ["exact"],
            "new_state": ["exact"],
            "created_date": RANGES,
        }

    def of_object(
        self, found: QuerySet[TransitionLog], _name: str, object_id: int
    ) -> QuerySet[TransitionLog]:
        """The logs of the objects of this id, of whatever kind."""
        # The index of objects begins with their kind: naming every kind is what lets it be used.
        return found.filter(content_type__in=list(ContentType), object_id=object_id)

    def of_state(self, found: QuerySet[TransitionLog], side: str, enum_value: str) -> QuerySet[TransitionLog]:
        """The moves from or to the states of this name; looked up first, for the database to count them."""
        states = states_of_value(enum_value, reading(DEFAULT_LANGUAGE))
        return found.filter(**{f"{side}_id__in": states})
