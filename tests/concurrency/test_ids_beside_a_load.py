"""Loading takes ids from documents while others take theirs from the database, and no id is taken twice."""

import threading

import pytest
from django.db import DatabaseError, connection

from aktar.orders.models import Channel
from aktar.transfers.loading.writing import _move_sequence_past

MAKERS, EACH = 3, 700


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no sequences, and one writer.")
@pytest.mark.django_db(transaction=True)
def test_rows_that_are_made_beside_a_load_get_ids_of_their_own() -> None:
    Channel.objects.create(name="the first")
    failures: list[DatabaseError] = []
    is_over = threading.Event()

    def make(maker: int) -> None:
        try:
            for number in range(EACH):
                Channel.objects.create(name=f"{maker}.{number}")
        except DatabaseError as error:
            failures.append(error)
        finally:
            connection.close()

    def move() -> None:
        try:
            while not is_over.is_set():
                _move_sequence_past(Channel)
        finally:
            connection.close()

    movers = [threading.Thread(target=move) for _ in range(2)]
    makers = [threading.Thread(target=make, args=(maker,)) for maker in range(MAKERS)]
    for thread in (*movers, *makers):
        thread.start()
    for thread in makers:
        thread.join()
    is_over.set()
    for thread in movers:
        thread.join()
    assert not failures
    assert Channel.objects.count() == MAKERS * EACH + 1
