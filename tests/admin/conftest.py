"""What the tests of the admin start from: a workflow, a carrier, and people who have logged in."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from aktar.accounts.models import User
from tests.factories import a_carrier, a_user, a_workflow


@pytest.fixture(autouse=True)
def _installation(db: None) -> None:
    """The states, the commands and the first cargo company that every installation has."""
    a_workflow()
    a_carrier()


@pytest.fixture
def admin_user() -> User:
    """An administrator."""
    return a_user("yonetici", is_admin=True)


@pytest.fixture
def desk(admin_user: User) -> Client:
    """The browser of an administrator who has logged in."""
    return logged_in(admin_user)


def logged_in(user: User) -> Client:
    """The browser of a user who has logged in."""
    client = Client()
    client.force_login(user)
    return client


def a_member_of_staff(*rights: str) -> Client:
    """The browser of somebody who may enter the admin, with these rights there."""
    staff = a_user(is_admin=True)
    staff.is_superuser = False
    staff.save()
    staff.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return logged_in(staff)
