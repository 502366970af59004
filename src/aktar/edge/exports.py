"""The view of a list that is also offered as a table, a page of it or the whole."""

from array import array
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from aktar.edge.cursors import CURSOR_PARAMETER
from aktar.edge.lists import ListView
from aktar.edge.renderers import HtmlRenderer, JsonRenderer
from aktar.edge.sheets import FORMS, Column, CsvRenderer, Rows, XlsRenderer, XlsxRenderer, sheet

ALL = "all"
"""The `limit` of a table that is to hold everything."""


class ExportView(ListView):
    """A list that `format` turns into CSV or XLSX.

    A table is paged as the list is, its neighbours named by a `Link` header; with `limit=all` it holds all
    rows that pass the filters and is sent while it is read, a thousand rows in memory.
    """

    renderer_classes = (JsonRenderer, HtmlRenderer, CsvRenderer, XlsxRenderer, XlsRenderer)

    def is_table(self, request: Request) -> bool:
        """Whether the caller asks for a table."""
        return request.accepted_renderer.format in FORMS

    def found(self, request: Request, everything: "QuerySet[Any]") -> "QuerySet[Any]":
        """As of any list; raises ValidationError for everything at once as well, unless it is a table."""
        if request.query_params.get("limit") == ALL and not self.is_table(request):
            raise ValidationError(
                {"limit": [_("Only a table holds all at once; ask for it with format=csv or format=xlsx.")]}
            )
        return super().found(request, everything)

    def table(
        self,
        request: Request,
        everything: "QuerySet[Any]",
        *,
        title: str,
        columns: Sequence[Column],
        rows: Callable[[Sequence[int]], Rows],
    ) -> StreamingHttpResponse:
        """The table of the page that is asked for, or of all. The queries of the page, and those of `rows`.

        Raises what a page raises, and ValidationError for a page of everything.
        """
        headers = {}
        if request.query_params.get("limit") == ALL:
            ids = self._all_ids(request, everything)
        else:
            page = self.page_of_ids(request, everything)
            ids = page.ids
            neighbours = {"next": page.at.next, "prev": page.at.previous}
            links = [f'<{address}>; rel="{name}"' for name, address in neighbours.items() if address]
            if links:
                headers["Link"] = ", ".join(links)
        return sheet(
            request.accepted_renderer.format, columns, rows(ids) if ids else (), title=title, headers=headers
        )

    def _all_ids(self, request: Request, everything: "QuerySet[Any]") -> Sequence[int]:
        """All ids in their order, eight bytes each, read at once: what is written meanwhile moves no row."""
        for name in ("page", CURSOR_PARAMETER):
            if name in request.query_params:
                raise ValidationError({name: [_("There are no pages where the limit is all.")]})
        found = self.found(request, everything).values_list("pk", flat=True)
        return array("q", found.iterator(chunk_size=10_000))

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        accepted = getattr(request, "accepted_renderer", None)
        if isinstance(response, Response) and accepted is not None and accepted.format in FORMS:
            # A refusal, or the answer to a write: neither is a table.
            request.accepted_renderer = JsonRenderer()
            request.accepted_media_type = JsonRenderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)
