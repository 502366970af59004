"""What the tests of lists start from: a workflow, and somebody who may see everything."""

import pytest
from django.test import Client

from tests.factories import a_caller, a_carrier, a_workflow


@pytest.fixture(autouse=True)
def _installation(db: None) -> None:
    """The states, the commands and the first cargo company that every installation has."""
    a_workflow()
    a_carrier()


@pytest.fixture
def caller() -> Client:
    """A client that may see everything."""
    return a_caller()
