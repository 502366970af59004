"""Lists that stay quick however long the table is: a capped count, and refusals instead of broken queries."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.paginator import Paginator
from django.db import DataError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from aktar.edge.content_types import ContentType
from aktar.edge.ids import is_id

if TYPE_CHECKING:  # the theme brings no types
    from django.contrib.admin.views.main import ChangeList

    Counting = Paginator[Any]
else:
    from unfold.views import ChangeList

    Counting = Paginator

MOST_COUNTED = 10_000


class CappedPaginator(Counting):
    """Counts `MOST_COUNTED` rows and no more; what lies beyond is found by search and filters."""

    template_name = "aktar_admin/pages.html"

    @cached_property
    def counted(self) -> int:
        """How many rows there are, or `MOST_COUNTED` + 1 for more than that. One query."""
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: MOST_COUNTED + 1].count())

    @cached_property
    def count(self) -> int:
        return min(self.counted, MOST_COUNTED)

    @property
    def has_more(self) -> bool:
        """Whether there are rows beyond the counted ones."""
        return self.counted > MOST_COUNTED


class StrictChangeList(ChangeList):
    """Reads its rows at once, so that a value that no column can hold is a refused filter and no crash."""

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
            len(self.result_list)
            # The count stands below the list, with its cap; the one above it knows of none.
            self.full_result_count = self.result_count
        except (ValueError, OverflowError, DataError) as error:
            raise IncorrectLookupParameters(error) from error


class FoundByObject:
    """Rows that are about an object (`content_type`, `object_id`), found by the object's id."""

    search_fields: Any = ("object_id",)
    search_help_text: Any = _("The id of the object that it is about.")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """The rows about objects of this id; none for a text that is no id."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if not is_id(term):
            return queryset.none(), False
        # The kinds are named because the index begins with them.
        return queryset.filter(content_type__in=list(ContentType), object_id=int(term)), False
