"""The view of a list that can be filtered, sorted and paged through: one manner for all of them."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

import msgspec
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from aktar.edge.api import ApiView
from aktar.edge.conditions import page_tag
from aktar.edge.counts import counted
from aktar.edge.cursors import CURSOR_PARAMETER, cursor_page
from aktar.edge.documents import Documents
from aktar.edge.filters import QueryFilters, filtered
from aktar.edge.pages import PAGE_PARAMETERS, IdPage, Place, enclosed, enclosed_documents, page_request, place
from aktar.edge.references import Reading
from aktar.edge.statements import Versions, ids_of_slice

LIST_PARAMETERS = PAGE_PARAMETERS | {CURSOR_PARAMETER, "sort"}
NEWEST_FIRST = "-id"
Rows = TypeVar("Rows")


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
        versions: Versions,
        reading: Reading,
    ) -> Response:
        """The same of rows that have versions. Two queries, count and versions, and what `documents` costs.

        By cursor, the ids and then the versions.
        """
        found = self.found(request, everything)
        # Before the content: a tag may be older than what it stands for, never newer.
        if CURSOR_PARAMETER in request.query_params:
            page = self._page_by_cursor(request, found)
            at, shown = page.at, versions.of(page.ids)
        else:
            at, shown = self._numbered_page(request, found, versions.of_slice)
        tag = page_tag(at, shown, reading)
        return self.tagged(
            request,
            tag,
            lambda: documents.whole(tag, lambda: enclosed_documents(at, documents.of(shown, reading))),
        )

    def page_of_ids(self, request: Request, everything: "QuerySet[Any]") -> IdPage:
        """The ids of the page that the query asks for. Two queries, count and ids; by cursor, ids alone.

        Raises ValidationError for a filter, a sort, a limit or a cursor that cannot be read, NotFound past
        the end.
        """
        found = self.found(request, everything)
        if CURSOR_PARAMETER in request.query_params:
            return self._page_by_cursor(request, found)
        at, ids = self._numbered_page(request, found, ids_of_slice)
        return IdPage(ids=ids, at=at)

    def _page_by_cursor(self, request: Request, found: "QuerySet[Any]") -> IdPage:
        return cursor_page(request, found, sort=sort_of(request.query_params, offered=self.sorts))

    def _numbered_page(
        self, request: Request, found: "QuerySet[Any]", rows: Callable[..., Rows]
    ) -> tuple[Place, Rows]:
        page = page_request(request.query_params)
        count = counted(found, now=self.now)
        offset = page.offset_within(count)
        at = place(request, page=page, count=count)
        return at, rows(found if count else found.none(), offset=offset, limit=page.limit)

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
