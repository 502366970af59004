"""Which form of an answer a caller gets: what `format` names, else what `Accept` allows."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

FORMAT_PARAMETER = "format"
# What nearly every client sends; the first renderer suits them all.
ANYTHING = frozenset({None, "*/*", "application/json", "application/json, */*"})


class Negotiation(DefaultContentNegotiation):
    """`format` wins over `Accept`, for a link can name it and a header cannot be typed into a browser."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """Pick a renderer and its media type; raises NotAcceptable when there is none."""
        known = list(renderers)
        wanted = request.query_params.get(FORMAT_PARAMETER)
        if wanted is not None:
            for renderer in known:
                if renderer.format == wanted:
                    return renderer, renderer.media_type
            formats = ", ".join(renderer.format for renderer in known)
            raise NotAcceptable(
                _("There is no such format; this address has %(formats)s.") % {"formats": formats}
            )
        if request.META.get("HTTP_ACCEPT") in ANYTHING:
            return known[0], known[0].media_type
        chosen: tuple[BaseRenderer, str] = super().select_renderer(request, known, format_suffix)
        return chosen

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """The parser of exactly the body's media type; DRF alone would also take `application/*`.

        Without a media type it is the first one, which can still say that there is no body.
        """
        media_type = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if media_type in (parser.media_type, "")), None)
