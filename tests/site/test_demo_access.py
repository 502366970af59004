"""The demo's login and token stay the same until they no longer work, and are made anew then."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from aktar.accounts.actions import revoke_token, set_password
from aktar.accounts.models import ApiToken, User
from aktar.site.demo_access import FILE_NAME, demo_access

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _folder(settings: object, tmp_path: Path, db: None) -> None:
    settings.DATA_DIR = tmp_path


def test_it_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    access = demo_access(now=NOW)
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert demo_access(now=NOW) == access
    user = User.objects.get(username=access.username)
    assert user.is_superuser
    assert user.check_password(access.password)


@pytest.mark.parametrize("content", [None, b"", b"[]", b'{"address": 1}'])
def test_a_lost_file_is_made_anew(tmp_path: Path, content: bytes | None) -> None:
    lost = demo_access(now=NOW)
    if content is None:
        (tmp_path / FILE_NAME).unlink()
    else:
        (tmp_path / FILE_NAME).write_bytes(content)
    access = demo_access(now=NOW)
    assert access.token != lost.token
    assert User.objects.get(username=access.username).check_password(access.password)
    assert User.objects.count() == 1


def test_a_revoked_token_is_made_anew_and_the_password_stays() -> None:
    before = demo_access(now=NOW)
    revoke_token(ApiToken.objects.get(), now=NOW)
    after = demo_access(now=NOW)
    assert after.password == before.password
    assert after.token != before.token
    assert demo_access(now=NOW) == after


def test_a_password_that_was_changed_is_set_back() -> None:
    before = demo_access(now=NOW)
    set_password(User.objects.get(), password="something else entirely")
    after = demo_access(now=NOW)
    assert after == before
    assert User.objects.get().check_password(after.password)


def test_the_folder_is_made_for_its_owner_alone(settings: object, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "var" / "aktar"
    access = demo_access(now=NOW)
    assert (tmp_path / "var" / "aktar").stat().st_mode & 0o777 == 0o700
    assert demo_access(now=NOW) == access


def test_what_cannot_be_kept_is_not_made(settings: object, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    settings.DATA_DIR = tmp_path / "file"
    for _ in range(2):
        with pytest.raises(OSError, match="exists"):
            demo_access(now=NOW)
    assert not ApiToken.objects.exists()
    assert not User.objects.exists()


def test_a_file_of_another_database_gets_nobody_in() -> None:
    before = demo_access(now=NOW)
    User.objects.all().delete()
    after = demo_access(now=NOW)
    assert after.token != before.token
    assert User.objects.get().check_password(after.password)
