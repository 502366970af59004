"""The view of a list that can be filtered, sorted and paged through: one manner for all of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import msgspec
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from aktar.edge.api import ApiView
from aktar.edge.conditions import is_known, page_tag
from aktar.edge.counts import counted
from aktar.edge.cursors import CURSOR_PARAMETER, cursor_page
from aktar.edge.documents import Documents
from aktar.edge.filters import QueryFilters, filtered
from aktar.edge.pages import PAGE_PARAMETERS, IdPage, enclosed, enclosed_documents, page_request, place
from aktar.edge.references import Reading
from aktar.edge.statements import ids_of_slice

LIST_PARAMETERS = PAGE_PARAMETERS | {CURSOR_PARAMETER, "sort"}
NEWEST_FIRST = "-id"


class ListView(ApiView):
    """A list: the rows that exist for the caller, through `filters`, in one of `sorts`, page by page."""

    filters: ClassVar[type[QueryFilters]]
    sorts: ClassVar[tuple[str, ...]]

    def page(
        self,
        request: Request,
        everything: "QuerySet[Any]",
        shapes: Callable[[list[int]], Sequence[msgspec.Struct]],
    ) -> Response:
        """The page that the query asks for: the queries of `page_of_ids`, and those of `shapes`."""
        page = self.page_of_ids(request, everything)
        return Response(enclosed(page.at, shapes(page.ids) if page.ids else []))

    def page_of_documents(
        self,
        request: Request,
        everything: "QuerySet[Any]",
        documents: Documents,
        versions: Callable[[Sequence[int]], Mapping[int, int]],
        reading: Reading,
    ) -> Response:
        """The same of rows that have versions: one query for those, and what `documents` costs."""
        page = self.page_of_ids(request, everything)
        # Before the content: a tag may be older than what it stands for, never newer.
        shown = versions(page.ids)
        tag = page_tag(page.at, shown, reading)
        if is_known(request, tag):
            return Response(status=304, headers={"ETag": tag})
        answer = enclosed_documents(page.at, documents.of(shown, reading))
        return Response(answer, headers={"ETag": tag})

    def page_of_ids(self, request: Request, everything: "QuerySet[Any]") -> IdPage:
        """The ids of the page that the query asks for. Two queries, count and ids; by cursor, ids alone.

        Raises ValidationError for a filter, a sort, a limit or a cursor that cannot be read, NotFound past
        the end.
        """
        query = request.query_params
        found = self.found(request, everything)
        if CURSOR_PARAMETER in query:
            return cursor_page(request, found, sort=sort_of(query, offered=self.sorts))
        page = page_request(query)
        count = counted(found, now=self.now)
        offset = page.offset_within(count)
        ids = ids_of_slice(found, offset=offset, limit=page.limit) if count else []
        return IdPage(ids=ids, at=place(request, page=page, count=count))

    def found(self, request: Request, everything: "QuerySet[Any]") -> "QuerySet[Any]":
        """The rows that pass the query's filters, in its order; raises ValidationError."""
        query = request.query_params
        found = filtered(everything, self.filters, query, now=self.now)
        return sorted_by(found, sort_of(query, offered=self.sorts))


def sort_of(query: QueryDict, *, offered: Sequence[str]) -> str:
    """The `sort` asked for, newest first without one; raises ValidationError for one that is not offered."""
    sort: str = query.get("sort", NEWEST_FIRST)
    if sort.removeprefix("-") not in offered:
        names = ", ".join(offered)
        raise ValidationError(
            {"sort": [_("Sort by one of {offered}, each also with -.").format(offered=names)]}
        )
    return sort


def sorted_by(found: "QuerySet[Any]", sort: str) -> "QuerySet[Any]":
    """In the order of `sort` (a column, `-` before it for descending), ties by id the same way."""
    if sort.removeprefix("-") == "id":
        return found.order_by(sort)
    return found.order_by(sort, "-id" if sort.startswith("-") else "id")
