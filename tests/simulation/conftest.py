"""A small month that is played once for all tests that look at it, and databases that are taken back."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytest_django.plugin import DjangoDbBlocker

from aktar.edge import references
from aktar.planning.queries import desk
from aktar.site.simulation import Month, Report, simulate
from tests.factories import a_workflow
from tests.taken_back import checked, taken_back

SMALL = Month(orders=90, stores=30, seed=2)


@contextmanager
def an_empty_database() -> Iterator[None]:
    """Tables and a workflow; what is written is taken back."""
    with taken_back():
        references.forget()
        desk.forget()
        a_workflow()
        yield


def played(month: Month, *, is_batched: bool = False) -> Report:
    """A month, and nobody told how far it is."""
    return simulate(month, is_batched=is_batched, progress=lambda _name, _orders: None)


@pytest.fixture(scope="module")
def report(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Report]:
    """The small month, its rows still there."""
    with django_db_blocker.unblock(), an_empty_database():
        yield checked(played(SMALL))
