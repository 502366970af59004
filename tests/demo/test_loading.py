"""Loading the demo: into an empty database, once, the same rows each time."""

import hashlib

import pytest
from django.db import connection, models, transaction

from aktar.site.demo import DatabaseInUse, DemoAlreadyLoaded, load_demo
from aktar.site.demo.loading import _COUNTED, _NUMBERED
from aktar.transfers.models import TransferOrder
from aktar.workflow.rules import WorkflowFault
from tests.demo.conftest import NOW, no_progress
from tests.factories import a_location, a_workflow


class _TakeBack(Exception):
    """Ends a trial load, whose rows are not to stay."""


@pytest.mark.django_db
def test_the_same_number_and_instant_give_the_same_rows() -> None:
    a_workflow()
    assert _digests_of_a_trial() == _digests_of_a_trial()


@pytest.mark.django_db
def test_a_second_load_is_refused_and_adds_nothing() -> None:
    a_workflow()
    load_demo(5, now=NOW, progress=no_progress)
    before = TransferOrder.objects.count()
    with pytest.raises(DemoAlreadyLoaded):
        load_demo(5, now=NOW, progress=no_progress)
    assert TransferOrder.objects.count() == before


@pytest.mark.django_db
def test_a_database_in_use_is_left_alone() -> None:
    a_workflow()
    a_location()
    with pytest.raises(DatabaseInUse):
        load_demo(5, now=NOW, progress=no_progress)
    assert not TransferOrder.objects.exists()


@pytest.mark.django_db
def test_without_a_workflow_nothing_is_loaded() -> None:
    with pytest.raises(WorkflowFault):
        load_demo(5, now=NOW, progress=no_progress)
    assert not any(model._default_manager.exists() for model in _NUMBERED)


@pytest.mark.django_db
def test_rows_can_be_added_after_the_demo() -> None:
    a_workflow()
    load_demo(12, now=NOW, progress=no_progress)
    last = TransferOrder.objects.latest("id")
    before, last.pk, last.number = last.pk, None, "another"
    last.save(force_insert=True)
    assert last.pk > before


@pytest.mark.django_db
def test_progress_rises_to_the_number_of_orders() -> None:
    a_workflow()
    told: list[tuple[int, int]] = []
    load_demo(12, now=NOW, progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (12, 12)


def _digests_of_a_trial() -> dict[str, str]:
    try:
        with transaction.atomic():
            connection.atomic_blocks[-1]._from_testcase = True
            load_demo(60, now=NOW, progress=no_progress)
            digests = {model.__name__: _digest(model) for model in (*_NUMBERED, *_COUNTED)}
            raise _TakeBack
    except _TakeBack:
        return digests


def _digest(model: type[models.Model]) -> str:
    # Chance and the clock alone differ.
    drawn = ("uuid", "due_at")
    columns = [field.attname for field in model._meta.concrete_fields if field.attname not in drawn]
    rows = model._default_manager.order_by("pk").values_list(*columns)
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()
