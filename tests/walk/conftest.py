"""The scene that every cell of the walk starts from, made once."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.walk.scene import Scene, a_scene


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """One scene; each test takes back what it does to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        # What Django's TestCase does: durable transactions may open inside of this one.
        transaction.get_connection().atomic_blocks[-1]._from_testcase = True
        made = a_scene()
        connection.check_constraints()  # once; else at the end of each test
        yield made
        transaction.set_rollback(True)
