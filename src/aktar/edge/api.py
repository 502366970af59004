"""The view that every endpoint is made of: who calls, how often, in which form, with what query."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, BinaryIO, ClassVar, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.exceptions import AuthenticationFailed, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from aktar.edge.answering import AnsweredBefore, Answering, Result, as_stored, is_replayable
from aktar.edge.compression import SMALLEST, coding_of, compressed
from aktar.edge.conditions import content_tag, is_known, tag_in
from aktar.edge.idempotency import Claim, Scope, StoredAnswer, claim, read_key
from aktar.edge.json_parser import read_body
from aktar.edge.language import language_of
from aktar.edge.negotiation import ANYTHING, FORMAT_PARAMETER
from aktar.edge.renderers import JsonRenderer
from aktar.edge.serializers import NoBody
from aktar.edge.throttles import by_address, by_caller


class ApiRequest(Request):
    """A request whose body always reaches a parser; DRF alone takes an empty one for an empty object."""

    def _load_stream(self) -> None:
        meta = self._request.META
        # A body in chunks has no length, which Django takes for no body; it is the server that ends it.
        is_chunked = "HTTP_TRANSFER_ENCODING" in meta and not meta.get("CONTENT_LENGTH")
        self._stream = meta["wsgi.input"] if is_chunked else cast("BinaryIO", self._request)

    def raw_body(self) -> bytes:
        """The body as it came; a parser can still read it. Raises BodyTooLarge, ParseError."""
        body = read_body(self.stream, self._request.META)
        self._stream = BytesIO(body)
        return body


class ApiView(APIView):
    """An endpoint of the contract.

    `now` is the request's one reading of the clock (aware, UTC), `language` is `en-us` or `tr-tr`.
    """

    query_parameters: ClassVar[frozenset[str]] = frozenset()
    """Names that the query of a read may hold beside `format`."""

    write_parameters: ClassVar[frozenset[str]] = frozenset()
    """Names that the query of a write may hold beside `format`."""

    own_parameters: ClassVar[Mapping[str, Any]] = {}
    """What the OpenAPI document says of those among them that no filter and no list describes."""

    body_types: ClassVar[tuple[type, ...]] = (dict,)
    """What a JSON body may be."""

    throttle = staticmethod(by_caller)
    """Counts the call, or raises TooManyRequests."""

    now: datetime
    language: str
    _claim: Claim | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.now = datetime.now(UTC)
        self.language = language_of(request)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, and leave no key claimed behind: whatever went wrong, a repetition may run at once."""
        try:
            return super().dispatch(request, *args, **kwargs)
        finally:
            if self._claim is not None:
                self._claim.release()

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
        self.claim_key(request)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """The renderer and its media type; where the first one suits, the others are not made."""
        if request.META.get("HTTP_ACCEPT") in ANYTHING and FORMAT_PARAMETER not in request.query_params:
            first = self.renderer_classes[0]()
            return first, str(first.media_type)
        chosen: tuple[Any, str] = super().perform_content_negotiation(request, force)
        return chosen

    def claim_key(self, request: Request) -> None:
        """Claim the `Idempotency-Key` of a POST. No query without one.

        Raises AnsweredBefore for a repetition, and ParseError, KeyReused or KeyInUse.
        """
        header = request.META.get("HTTP_IDEMPOTENCY_KEY")
        if header is None or request.method != "POST" or request.auth is None:
            return
        scope = Scope(caller=request.auth.pk, method="POST", path=request._request.path, key=read_key(header))
        body, query = cast("ApiRequest", request).raw_body(), request.META.get("QUERY_STRING", "")
        found = claim(scope, body=body, query=query, now=self.now)
        if isinstance(found, StoredAnswer):
            raise AnsweredBefore(found)
        self._claim = found

    def answering(self, make: Callable[[Result], Response]) -> Answering[Result]:
        """What an action calls within its transaction, so that its answer is kept for a repetition."""
        return Answering(make, self._claim)

    def require_no_body(self, request: Request) -> None:
        """Raise ValidationError for a body that says anything; an empty object says as little as none."""
        if cast("ApiRequest", request).raw_body():
            NoBody(data=request.data).is_valid(raise_exception=True)

    def handle_exception(self, exc: Exception) -> Response:
        """The first answer again where there is one, else the answer to an error."""
        if isinstance(exc, AnsweredBefore):
            return exc.response()
        if self._claim is not None:
            # An answer may be stored already, in a transaction that then could not be committed.
            self._claim.reopen()
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Keep a refusal for a repetition, and send nothing that the caller has already."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if self._claim is not None and not self._claim.is_settled and is_replayable(response):
            self._claim.keep_refusal(as_stored(response))
        is_read = request.method in SAFE_METHODS and response.status_code == 200
        # A table that is sent while it is read has no bytes to make a tag of.
        if is_read and isinstance(response, Response):
            return self._unless_known(request, response)
        return response

    def tagged(self, request: Request, tag: str, make: Callable[[], bytes]) -> Response:
        """The answer of this tag, which `make` gives, in the coding that the caller takes, or a 304.

        Nothing is made that is not sent, or that is kept in that coding.
        """
        coding = coding_of(request)
        headers = {"ETag": tag_in(coding, tag) if coding else tag}
        if is_known(request, tag):
            return Response(status=304, headers=headers)
        if coding is None:
            return Response(make(), headers=headers)
        content = compressed(request, coding, tag, make)
        return Response(content, headers=headers | {"Content-Encoding": coding})

    def _unless_known(self, request: Request, response: Response) -> Response:
        """The answer with its tag, or a 304. Only JSON made of bytes has one: the rest differs each time."""
        content = response.data
        if not (isinstance(content, bytes) and isinstance(response.accepted_renderer, JsonRenderer)):
            del response.headers["ETag"]
            return response
        if "ETag" in response.headers:
            return response
        tag = content_tag(content)
        coding = coding_of(request) if len(content) >= SMALLEST else None
        response.headers["ETag"] = tag_in(coding, tag) if coding else tag
        if is_known(request, tag):
            response.status_code, response.data = 304, None
        elif coding:
            response.headers["Content-Encoding"] = coding
            response.data = compressed(request, coding, tag, lambda: content)
        return response

    def check_query(self, request: Request) -> None:
        """Raise ValidationError for a parameter that is not known here or that no database can hold."""
        wrong = {}
        known = self.query_parameters if request.method in SAFE_METHODS else self.write_parameters
        for name, values in request.query_params.lists():
            if name not in known and name != FORMAT_PARAMETER:
                wrong[name] = [_("There is no such parameter; /api/docs/ names those there are.")]
            elif any("\x00" in value for value in values):
                wrong[name] = [_("The value holds a NUL character.")]
        if wrong:
            raise ValidationError(wrong)

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {
            "Allow": ", ".join(self.allowed_methods),
            "Vary": "Accept, Accept-Encoding, Accept-Language, Authorization",
        }
