"""A demo that is loaded once for all tests that read it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_django.plugin import DjangoDbBlocker

from aktar.site.demo import DemoSummary, load_demo
from tests.factories import a_workflow
from tests.taken_back import checked, taken_back

NOW = datetime(2026, 11, 2, 9, 30, 15, 123456, tzinfo=UTC)
ORDERS = 200


def no_progress(done: int, total: int) -> None:
    """Tell nobody."""


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[DemoSummary]:
    """A demo of 200 orders, taken back after the module's last test."""
    with django_db_blocker.unblock(), taken_back():
        a_workflow()
        yield checked(load_demo(ORDERS, now=NOW, progress=no_progress))
