"""One line of log a request, and the id by which a client and an operator speak of the same request."""

import re
import secrets
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path

from aktar.site.health import PATHS as PROBED
from aktar.site.metrics.requests import count_request

# Printable ASCII only: the id goes into logs and back into a header.
_SANE_ID = re.compile(r"[\x21-\x7e]{1,64}")
_LONGEST_PATH = 500
log = structlog.get_logger("aktar.access")


def access_log(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Log and count each request when its answer is made, and return its id as X-Request-ID.

    Neither the query string nor any header is logged: a token may have been put there by mistake.
    """

    def logged(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _SANE_ID.fullmatch(given) else secrets.token_hex(16)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = get_response(request)
        response.headers["X-Request-ID"] = request_id
        seconds = time.perf_counter() - began
        count_request(request, status=response.status_code, seconds=seconds)
        match = request.resolver_match
        # Probes come every few seconds for ever: they would bury the rest.
        write = log.debug if request.path_info in PROBED else log.info
        write(
            "request",
            method=request.method,
            path=escape_uri_path(request.path)[:_LONGEST_PATH],
            route=match.route if match else None,
            status=response.status_code,
            ms=round(seconds * 1000, 2),
            **_caller(request),
        )
        return response

    return logged


def _caller(request: HttpRequest) -> dict[str, object]:
    # REST framework leaves on the request whom it recognised; nobody is there on public paths and on a 401.
    token = getattr(request, "auth", None)
    user = getattr(request, "user", None)
    if token is None or user is None:
        return {}
    return {"token": getattr(token, "prefix", None), "user_id": user.pk}
