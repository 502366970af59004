"""A caller that may read the metrics, where the workflow is loaded."""

import pytest
from django.test import Client

from tests.factories import a_caller, a_workflow


@pytest.fixture
def prometheus(transactional_db: None) -> Client:
    a_workflow()
    return a_caller(is_read_only=True)
