"""Who is calling too often: throttles in the memory of the process, by token, by address, and for logging in.

Every worker process counts for itself; a shared counter would cost a round trip in every request.
"""

import math
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import ngettext
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from aktar.edge.addresses import client_address, neighbourhood
from aktar.edge.rates import Buckets, Rate

_buckets: dict[str, Buckets] = {}


class TooManyRequests(Throttled):
    """Somebody calls too often; `wait` is in whole seconds, at least one."""

    def __init__(self, *, seconds: float) -> None:
        wait = max(1, math.ceil(seconds))
        sentence = ngettext(
            "Too many requests; try again in %(wait)d second.",
            "Too many requests; try again in %(wait)d seconds.",
            wait,
        )
        super().__init__(detail=sentence % {"wait": wait})
        self.wait = wait


def by_caller(request: Request, *, now: datetime) -> None:
    """Count a call for its token, or for its address if there is none; raises TooManyRequests."""
    if request.auth is None:
        by_address(request, now=now)
    else:
        _take("AKTAR_THROTTLE_TOKEN", request.auth.pk, now=now)


def by_address(request: Request, *, now: datetime) -> None:
    """Count a call for its address, as one without a good token; raises TooManyRequests."""
    _take("AKTAR_THROTTLE_ADDRESS", _neighbourhood_of(request), now=now)


def by_login(request: Request, *, now: datetime) -> None:
    """Count an attempt to log in for its address; raises TooManyRequests."""
    by_login_form(request._request, now=now)


def by_login_form(request: HttpRequest, *, now: datetime) -> None:
    """The same for a request outside of REST framework; raises TooManyRequests."""
    _take("AKTAR_THROTTLE_LOGIN", neighbourhood(client_address(request)), now=now)


def forget() -> None:
    """Drop all counts and read the rates from the settings anew; for tests."""
    _buckets.clear()


def _neighbourhood_of(request: Request) -> str:
    return neighbourhood(client_address(request._request))


def _take(setting: str, key: int | str, *, now: datetime) -> None:
    rate: Rate | None = getattr(settings, setting)
    if rate is None:
        return
    buckets = _buckets.get(setting)
    if buckets is None:
        buckets = _buckets.setdefault(setting, Buckets(rate))
    seconds = buckets.take(key, now=now.timestamp())
    if seconds:
        raise TooManyRequests(seconds=seconds)
