"""`Authorization: Token <key>`: who calls, and whether they may do more than read."""

from typing import TYPE_CHECKING, cast

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from aktar.accounts import rules
from aktar.accounts.actions import note_use
from aktar.accounts.models import ApiToken, Reach, User
from aktar.accounts.queries import live_token
from aktar.edge.references import Reading

if TYPE_CHECKING:  # REST framework loads this module while it loads its views
    from rest_framework.views import APIView

SCHEME = "Token"


class TokenAuthentication(BaseAuthentication):
    """Takes the key from the header alone; whatever is wrong with it, the answer is the same."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Who calls, or None for a stranger; raises AuthenticationFailed. At most one query and one write."""
        header: str = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _space, key = header.partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        now = request.parser_context["view"].now
        token = live_token(rules.digest(key), now=now) if rules.is_key(key) else None
        if token is None:
            raise AuthenticationFailed(_("Invalid token."))
        note_use(token, now=now)
        return token.user, token

    def authenticate_header(self, _request: Request) -> str:
        """What a 401 asks for."""
        return SCHEME


class MayCall(BasePermission):
    """Lets in those who have a token, and read-only tokens for reading alone."""

    def has_permission(self, request: Request, _view: "APIView") -> bool:
        if not isinstance(request.auth, ApiToken):
            return False
        if request.auth.is_read_only and request.method not in SAFE_METHODS:
            raise PermissionDenied(_("This token may only read."))
        return True


def reading_of(request: Request, language: str) -> Reading:
    """The reading of a request that `MayCall` let in: its token brought the version. No query."""
    return Reading(version=token_of(request).reference_version, language=language)


class MayKeepMasterData(MayCall):
    """Lets in those whose reach is every stock location: what they write is seen by all."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not super().has_permission(request, view):
            return False
        token = token_of(request)
        sees_all = token.reach == Reach.ALL or (token.reach == Reach.USER and token.user.is_superuser)
        if not sees_all and request.method not in SAFE_METHODS:
            raise PermissionDenied(_("Only who sees every stock location may keep master data."))
        return True


def token_of(request: Request) -> ApiToken:
    """The token of a request that `MayCall` let in, its user loaded."""
    return cast("ApiToken", request.auth)
