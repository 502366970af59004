"""What happens to a request before any route: what it claims is checked, a missing last slash forgiven."""

from collections.abc import Callable

import structlog
from django.core.exceptions import BadRequest, DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import is_valid_path
from django.utils.http import escape_leading_slashes

from aktar.edge.addresses import comes_from_trusted_proxy
from aktar.site.health import PATHS as PROBED

# Answers that have no body, and so tell of no length.
_BODILESS = (204, 304)
log = structlog.get_logger("aktar.front_door")


class HostNotServed(BadRequest):
    """The request names a host that is not among AKTAR_ALLOWED_HOSTS."""


def front_door(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse hosts that are not ours (400) and redirect a read without its last slash to the path with it.

    What a stranger says of the scheme is dropped: links in answers would begin with it.
    Writes are not redirected: clients repeat a redirected POST as a GET and lose its body.
    """

    def guarded(request: HttpRequest) -> HttpResponse:
        if not comes_from_trusted_proxy(request):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        # Probes call by the address of a machine or container, which no operator lists among the hosts.
        if request.path_info not in PROBED:
            _require_known_host(request)
        response = get_response(request)
        if (
            response.status_code == 404
            and request.method in ("GET", "HEAD")
            and not request.path_info.endswith("/")
            and is_valid_path(request.path_info + "/")
        ):
            address = request.get_full_path(force_append_slash=True)
            response = HttpResponsePermanentRedirect(escape_leading_slashes(address))
        if not response.streaming and response.status_code not in _BODILESS:
            # Without it the server would send the answer in chunks, and a HEAD would not tell the size.
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    return guarded


def _require_known_host(request: HttpRequest) -> None:
    try:
        request.get_host()
    except DisallowedHost:
        # Anybody can send any Host: one short line, where Django would write a traceback as an error.
        host = request.headers.get("Host", "")[:100]
        log.warning("host is not among AKTAR_ALLOWED_HOSTS", host=host)
        raise HostNotServed from None
