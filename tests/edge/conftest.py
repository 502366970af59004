"""What tests of the edge share."""

import pytest

from tests.factories import a_key


@pytest.fixture
def key(db: None) -> str:
    """The key of a good token."""
    return a_key()
