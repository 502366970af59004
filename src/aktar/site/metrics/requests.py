"""Counts requests by route and status, and how long they took."""

from functools import cache

from django.http import HttpRequest
from prometheus_client import Counter, Histogram

from aktar.edge.counting import COUNTED

REQUESTS = Counter(
    "aktar_http_requests",
    "Requests that were answered.",
    ["method", "route", "status"],
    registry=COUNTED,
)
SECONDS = Histogram(
    "aktar_http_request_seconds",
    "From a request's arrival in a thread to its answer; a body that is sent while it is made comes after.",
    ["method", "route"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=COUNTED,
)
NOWHERE = "(none)"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# All its pages are one route here: they are very many, and people alone ask for them.
_ADMIN = "admin/"


def count_request(request: HttpRequest, *, status: int, seconds: float) -> None:
    """Count a request. What a client can invent, as methods and paths, makes no new series."""
    method = request.method if request.method in _METHODS else "OTHER"
    match = request.resolver_match
    count, took = _series(method, match.route if match else None, status)
    count.inc()
    took.observe(seconds)


@cache
def _series(method: str | None, route: str | None, status: int) -> tuple[Counter, Histogram]:
    # Kept, for finding them costs as much as counting. They are as few as the series themselves.
    if route is None:
        route = NOWHERE
    elif route.startswith(_ADMIN):
        route = _ADMIN
    return REQUESTS.labels(method, route or "/", status), SECONDS.labels(method, route or "/")
