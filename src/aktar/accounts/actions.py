"""Writes of users and tokens: making them, logging in, revoking, noting use."""

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q

from aktar.accounts import rules
from aktar.accounts.models import ApiToken, Reach, User
from aktar.edge.locks import without_waiting

LOGIN_LIFETIME = timedelta(days=30)
USE_NOTED_EVERY = timedelta(minutes=5)
_PRUNED_AT_ONCE = 200
_LOGIN_NAME = "Login"


class InvalidUserName(ValueError):
    """A user name takes at most 150 letters, digits and @ . + - _."""


class InvalidEmail(ValueError):
    """This is no e-mail address."""


class InvalidTokenName(ValueError):
    """A token's name takes at most 100 printable characters and is not blank."""


class UserNameTaken(ValueError):
    """There is a user of this name already."""


class WrongCredentials(Exception):
    """No active user has this name and this password."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token just made, and its key, which nobody can read again."""

    token: ApiToken
    key: str


def create_user(
    name: str, *, is_admin: bool, now: datetime, password: str | None = None, email: str = ""
) -> User:
    """Make a user, without a password a service that cannot log in; an admin may do everything.

    Raises InvalidUserName, InvalidEmail, UserNameTaken.
    """
    user = User(
        username=User.normalize_username(name),
        email=email,
        is_staff=is_admin,
        is_superuser=is_admin,
        date_joined=now,
    )
    user.set_password(password)
    try:
        user.clean_fields(exclude={"password"})
    except ValidationError as error:
        refused = InvalidUserName if "username" in error.message_dict else InvalidEmail
        raise refused(refused.__doc__) from error
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise UserNameTaken(UserNameTaken.__doc__) from error
    return user


def set_password(user: User, *, password: str) -> None:
    """Give a user another password; tokens stay as they are."""
    user.set_password(password)
    user.save(update_fields=["password"])


def create_token(
    user: User,
    *,
    name: str,
    now: datetime,
    reach: Reach,
    is_read_only: bool = False,
    expires_at: datetime | None = None,
) -> IssuedToken:
    """Make a token of `user`; its key is in the answer and nowhere else. Raises InvalidTokenName."""
    if not rules.is_token_name(name):
        raise InvalidTokenName(InvalidTokenName.__doc__)
    key = rules.new_key()
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=rules.shown_prefix(key),
        digest=rules.digest(key),
        reach=reach,
        is_read_only=is_read_only,
        created_at=now,
        expires_at=expires_at,
    )
    return IssuedToken(token=token, key=key)


def revoke_token(token: ApiToken, *, now: datetime) -> None:
    """Close a token for good, from this moment; a second time changes nothing."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now)


def log_in(username: str, password: str, *, now: datetime) -> IssuedToken:
    """Give a person a token for 30 days, and clear away some that have expired; raises WrongCredentials.

    An unknown name takes as long as a wrong password, for Django hashes the password either way.
    """
    user = authenticate(username=User.normalize_username(username), password=password)
    if not isinstance(user, User):
        raise WrongCredentials
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(last_login=now)
        issued = create_token(
            user, name=_LOGIN_NAME, now=now, reach=Reach.USER, expires_at=now + LOGIN_LIFETIME
        )
        _prune_expired(now=now)
    return issued


def note_use(token: ApiToken, *, now: datetime) -> None:
    """Keep when a token was last used, to within five minutes: at most one write in that time."""
    stale = now - USE_NOTED_EVERY
    if token.last_used_at is not None and token.last_used_at > stale:
        return
    # The condition again, for another request may have been here first.
    noted = ApiToken.objects.filter(Q(last_used_at__isnull=True) | Q(last_used_at__lte=stale), pk=token.pk)
    # A read is not to wait for somebody's long write: the next request notes it as well.
    with contextlib.suppress(OperationalError), without_waiting():
        noted.update(last_used_at=now)


def _prune_expired(*, now: datetime) -> None:
    # A batch, so that no login pays for a year of forgotten tokens.
    expired = ApiToken.objects.filter(expires_at__lte=now).order_by("expires_at").values_list("pk", flat=True)
    ApiToken.objects.filter(pk__in=list(expired[:_PRUNED_AT_ONCE])).delete()
