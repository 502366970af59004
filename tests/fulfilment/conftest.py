"""What the tests of this room start from: a workflow, and somebody with a name who may do everything."""

import pytest
from django.test import Client

from aktar.accounts.models import User
from tests.factories import a_caller, a_carrier, a_user, a_workflow


@pytest.fixture(autouse=True)
def _installation(db: None) -> None:
    """The states, the commands and the first cargo company that every installation has."""
    a_workflow()
    a_carrier()


@pytest.fixture
def user(db: None) -> User:
    """The user whose token `caller` calls with."""
    return a_user("depo", email="depo@example.com")


@pytest.fixture
def caller(user: User) -> Client:
    """A client that may do everything."""
    return a_caller(user)
