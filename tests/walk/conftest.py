"""The scene that every cell of the walk starts from, made once."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.taken_back import checked, taken_back
from tests.walk.scene import Scene, a_scene


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """One scene; each test takes back what it does to it."""
    with django_db_blocker.unblock(), taken_back():
        yield checked(a_scene())
