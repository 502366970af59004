"""How to get into a demo: its administrator and its token, the same each time they are asked for."""

import os
import secrets
from datetime import datetime
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import transaction

from aktar.accounts.actions import create_token, create_user, set_password
from aktar.accounts.models import ApiToken, Reach, User
from aktar.accounts.rules import digest

FILE_NAME = "demo-access.json"
USERNAME = "demo-admin"
TOKEN_NAME = "demo"  # noqa: S105 - the name by which people know it


class DemoAccess(msgspec.Struct, frozen=True):
    """The address of the service, its administrator's name and password, and a token that opens all."""

    address: str
    username: str
    password: str
    token: str


def demo_access(*, now: datetime) -> DemoAccess:
    """The access data of the data folder; what is gone or no longer valid is made anew and kept there.

    Raises OSError for a folder in which nothing can be kept: then nothing has been made.
    """
    path = settings.DATA_DIR / FILE_NAME
    kept = _read(path)
    # What cannot be kept is not made either: nobody would see the token, and it would open everything.
    with transaction.atomic():
        access = _made(kept, now=now)
        if access != kept:
            _write(path, access)
    return access


def _made(kept: DemoAccess | None, *, now: datetime) -> DemoAccess:
    user = User.objects.filter(username=USERNAME).first()
    password = kept.password if kept else secrets.token_urlsafe(12)
    if user is None:
        user = create_user(USERNAME, is_admin=True, password=password, now=now)
    elif kept is None or not user.check_password(kept.password):
        set_password(user, password=password)
    key = kept.token if kept and _opens(kept.token, user, now=now) else ""
    if not key:
        key = create_token(user, name=TOKEN_NAME, now=now, reach=Reach.ALL).key
    return DemoAccess(address=settings.AKTAR_PUBLIC_URL, username=USERNAME, password=password, token=key)


def _opens(key: str, user: User, *, now: datetime) -> bool:
    token = ApiToken.objects.filter(user=user, digest=digest(key), revoked_at=None).first()
    return token is not None and (token.expires_at is None or token.expires_at > now)


def _read(path: Path) -> DemoAccess | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=DemoAccess)
    except (OSError, msgspec.DecodeError):
        return None


def _write(path: Path, access: DemoAccess) -> None:
    # With a database elsewhere and keys from the environment nothing has needed the folder yet.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(access), indent=2) + b"\n")
    draft.replace(path)
