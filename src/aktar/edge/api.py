"""The view that every endpoint is made of: who calls, how often, in which form, with what query."""

from datetime import UTC, datetime
from typing import Any, BinaryIO, ClassVar, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed, ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from aktar.edge.language import language_of
from aktar.edge.negotiation import FORMAT_PARAMETER
from aktar.edge.throttles import by_address, by_caller


class ApiRequest(Request):
    """A request whose body always reaches a parser; DRF alone takes an empty one for an empty object."""

    def _load_stream(self) -> None:
        meta = self._request.META
        # A body in chunks has no length, which Django takes for no body; it is the server that ends it.
        is_chunked = "HTTP_TRANSFER_ENCODING" in meta and not meta.get("CONTENT_LENGTH")
        self._stream = meta["wsgi.input"] if is_chunked else cast("BinaryIO", self._request)


class ApiView(APIView):
    """An endpoint of the contract.

    `now` is the request's one reading of the clock (aware, UTC), `language` is `en-us` or `tr-tr`.
    """

    query_parameters: ClassVar[frozenset[str]] = frozenset()
    """Names that the query may hold beside `format`."""

    body_types: ClassVar[tuple[type, ...]] = (dict,)
    """What a JSON body may be."""

    throttle = staticmethod(by_caller)
    """Counts the call, or raises TooManyRequests."""

    now: datetime
    language: str

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.now = datetime.now(UTC)
        self.language = language_of(request)

    def initialize_request(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> Request:
        return ApiRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def initial(self, request: Request, *_args: Any, **_kwargs: Any) -> None:
        """Turn away, in this order: unknown forms, bad keys, floods, wrong methods, no right, bad queries."""
        self.format_kwarg = None
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        try:
            self.perform_authentication(request)
        except AuthenticationFailed:
            by_address(request, now=self.now)
            raise
        self.throttle(request, now=self.now)
        if request.method not in self.allowed_methods:
            self.http_method_not_allowed(request)
        self.check_permissions(request)
        self.check_query(request)

    def check_query(self, request: Request) -> None:
        """Raise ValidationError for a parameter that is not known here or that no database can hold."""
        wrong = {}
        for name, values in request.query_params.lists():
            if name not in self.query_parameters and name != FORMAT_PARAMETER:
                wrong[name] = [_("There is no such parameter.")]
            elif any("\x00" in value for value in values):
                wrong[name] = [_("The value holds a NUL character.")]
        if wrong:
            raise ValidationError(wrong)

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {
            "Allow": ", ".join(self.allowed_methods),
            "Vary": "Accept, Accept-Language, Authorization",
        }
