"""Views that show what the edge makes of a request, and nothing more."""

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from rest_framework.request import Request
from rest_framework.response import Response

import aktar.edge.ids
from aktar.edge.api import ApiView
from aktar.edge.pages import PAGE_PARAMETERS, envelope, page_request
from aktar.site import errors
from aktar.site.urls import urlpatterns as product

assert aktar.edge.ids


class Hello(ApiView):
    """Says hello to whoever has a token."""

    query_parameters = frozenset({"q"})

    def get(self, _request: Request) -> Response:
        return Response(b'{"hello":"<script>alert(1)</script>","z":1,"a":2}')

    def post(self, request: Request) -> Response:
        return Response({"body": request.data})

    def delete(self, _request: Request) -> Response:
        return Response(status=204)


class Open(ApiView):
    """Says hello to everybody."""

    permission_classes = ()
    body_types = (dict, list)

    def get(self, _request: Request) -> Response:
        return Response({"language": self.language, "now": self.now.isoformat()})

    def post(self, request: Request) -> Response:
        return Response({"body": request.data})


class Numbers(ApiView):
    """The numbers below `count`, in pages."""

    permission_classes = ()
    query_parameters = PAGE_PARAMETERS | {"sort"}

    def get(self, request: Request, count: int) -> Response:
        page = page_request(request.query_params)
        first = page.offset_within(count)
        numbers = list(range(first, min(first + page.limit, count)))
        return Response(envelope(request, page=page, count=count, results=str(numbers).encode()))


class Broken(ApiView):
    """Fails as nobody expected."""

    def get(self, _request: Request) -> Response:
        raise LookupError("secret detail")


class Overflowing(ApiView):
    """Asks the database for a sum that does not fit it."""

    def get(self, _request: Request) -> Response:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT CAST(sum(n) AS bigint) FROM (SELECT 9223372036854775807 AS n UNION ALL SELECT 1) AS t"
            )
        return Response(status=204)


def _busy(_request: HttpRequest) -> HttpResponse:
    raise OperationalError("canceling statement due to lock timeout")


def _broken(_request: HttpRequest) -> HttpResponse:
    raise LookupError("secret detail")


urlpatterns: list[URLPattern | URLResolver] = [
    path("hello/", Hello.as_view()),
    path("open/", Open.as_view()),
    path("numbers/<int:count>/", Numbers.as_view()),
    path("things/<id:pk>/", lambda _request, pk: HttpResponse(str(pk))),
    path("broken/", Broken.as_view()),
    path("overflowing/", Overflowing.as_view()),
    path("broken-plain/", _broken),
    path("busy-plain/", _busy),
    *product,
]
handler400 = errors.bad_request
handler404 = errors.not_found
handler500 = errors.server_error
