"""Users are made once, under a name that a person can type."""

import pytest

from aktar.accounts.actions import InvalidEmail, InvalidUserName, UserNameTaken, create_user, set_password
from aktar.accounts.models import User
from tests.accounts.test_tokens import NOW

pytestmark = pytest.mark.django_db


def test_without_a_password_a_user_is_a_service_that_cannot_log_in() -> None:
    user = create_user("erp", is_admin=False, now=NOW)
    assert not user.has_usable_password()
    assert (user.is_staff, user.is_superuser, user.is_active, user.date_joined) == (False, False, True, NOW)


def test_an_admin_may_do_everything() -> None:
    user = create_user("root", is_admin=True, password="x", email="root@example.com", now=NOW)
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser, user.email) == (True, True, "root@example.com")
    assert user.check_password("x")


@pytest.mark.parametrize("name", ["", " ", "a b", "a" * 151, "a\x00b", "a\n", "a/b", "😀"])
def test_a_name_that_nobody_can_type_is_refused(name: str) -> None:
    with pytest.raises(InvalidUserName):
        create_user(name, is_admin=False, now=NOW)
    assert not User.objects.exists()


def test_what_is_no_address_is_refused_and_not_called_a_name() -> None:
    with pytest.raises(InvalidEmail):
        create_user("ali", is_admin=False, email="nonsense", now=NOW)
    assert not User.objects.exists()


def test_a_name_belongs_to_one_user_however_it_is_composed() -> None:
    create_user("ayşe", is_admin=False, now=NOW)
    for name in ("ayşe", "ays\u0327e"):
        with pytest.raises(UserNameTaken):
            create_user(name, is_admin=False, now=NOW)
    assert User.objects.count() == 1


def test_a_new_password_takes_the_place_of_the_old_one() -> None:
    user = create_user("ayse", is_admin=False, password="old", now=NOW)
    set_password(user, password="new")
    user.refresh_from_db()
    assert (user.check_password("old"), user.check_password("new")) == (False, True)
