"""Sessions, log-in, messages and framing rules for the admin's paths alone: the API does not pay for them."""

from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.utils.deprecation import MiddlewareMixin

from aktar.edge.admin import ADMIN_PATH


class _UnderAdmin(MiddlewareMixin):
    """Steps aside for every path that is not the admin's."""

    def __call__(self, request: HttpRequest) -> Any:
        if not request.path_info.startswith(ADMIN_PATH):
            return self.get_response(request)
        return super().__call__(request)


class AdminSessions(_UnderAdmin, SessionMiddleware):
    """Sessions under /admin/; refuses a NUL in address or cookie, which PostgreSQL cannot be asked about."""

    def process_request(self, request: HttpRequest) -> None:
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The address holds a NUL character.")
        # In quotation marks a cookie may write any byte, as \000.
        if "\x00" in request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""):
            raise BadRequest("The session's key holds a NUL character.")
        super().process_request(request)


class AdminUsers(_UnderAdmin, AuthenticationMiddleware):
    """Who is logged in, under /admin/."""


class AdminMessages(_UnderAdmin, MessageMiddleware):
    """One-time messages, under /admin/."""


class AdminFrames(_UnderAdmin, XFrameOptionsMiddleware):
    """No other site may show the admin inside its own page."""
