"""A small month that is played once for all tests that look at it, and databases that are taken back."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from aktar.edge import references
from aktar.planning.queries import desk
from aktar.site.simulation import Month, Report, simulate
from tests.factories import a_workflow

SMALL = Month(orders=90, stores=30, seed=2)


@contextmanager
def an_empty_database() -> Iterator[None]:
    """Tables and a workflow; what is written is taken back."""
    with transaction.atomic():
        # What Django's TestCase does: durable transactions may open inside of this one.
        transaction.get_connection().atomic_blocks[-1]._from_testcase = True
        references.forget()
        desk.forget()
        a_workflow()
        yield
        transaction.set_rollback(True)


def played(month: Month, *, is_batched: bool = False) -> Report:
    """A month, and nobody told how far it is."""
    return simulate(month, is_batched=is_batched, progress=lambda _name, _orders: None)


@pytest.fixture(scope="module")
def report(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Report]:
    """The small month, its rows still there."""
    with django_db_blocker.unblock(), an_empty_database():
        played_once = played(SMALL)
        connection.check_constraints()  # once; else at the end of each test
        yield played_once
