"""What the tests of the feed start from."""

import pytest
from django.test import Client

from tests.factories import a_caller, a_workflow


@pytest.fixture(autouse=True)
def _installation(db: None) -> None:
    """The states and the commands that every installation has."""
    a_workflow()


@pytest.fixture
def caller(db: None) -> Client:
    """A client that sees everything."""
    return a_caller()
