"""The log of moves is history: the database refuses to change it, and no move goes without its log."""

import pytest
from django.db import DatabaseError, connection, transaction

from aktar.transfers.models import TransferOrder
from aktar.workflow.actions import MovedMeanwhile, move
from aktar.workflow.models import State, TransitionLog
from aktar.workflow.queries import stored_workflow
from tests.factories import NOW, a_transfer_order, a_user, a_workflow

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> TransferOrder:
    a_workflow()
    return a_transfer_order()


def test_a_move_changes_the_state_and_writes_one_log(order: TransferOrder) -> None:
    user = a_user()
    to = stored_workflow().states[78]

    log = move(order, to=to, by=user, attributes={"why": "it was picked"}, now=NOW)

    assert TransferOrder.objects.get(pk=order.pk).state_id == order.state_id == 78
    assert TransitionLog.objects.values().get(content_type=6, object_id=order.pk) == {
        "id": log,
        "old_state_id": 73,
        "new_state_id": 78,
        "user_id": user.pk,
        "attributes": {"why": "it was picked"},
        "created_date": NOW,
        "object_id": order.pk,
        "content_type": 6,
    }


def test_an_object_that_has_moved_meanwhile_is_neither_moved_nor_logged(order: TransferOrder) -> None:
    TransferOrder.objects.filter(pk=order.pk).update(state_id=75)
    with pytest.raises(MovedMeanwhile):
        move(order, to=stored_workflow().states[78], by=None, attributes={}, now=NOW)
    assert TransferOrder.objects.get(pk=order.pk).state_id == 75
    assert not TransitionLog.objects.filter(content_type=6).exists()


def test_the_database_refuses_to_change_a_log(order: TransferOrder) -> None:
    logs = TransitionLog.objects.filter(content_type=4, object_id=order.package_id)
    before = list(logs.values())
    log = logs.get()
    log.attributes = {"another": "story"}
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        log.save()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        logs.update(user=a_user())
    for statement in (
        "UPDATE workflow_transitionlog SET object_id = object_id",
        "UPDATE workflow_transitionlog SET created_date = created_date WHERE id > 0",
    ):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert list(logs.values()) == before


def test_a_state_with_history_cannot_be_deleted(order: TransferOrder) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        State.objects.filter(pk=order.state_id).delete()
