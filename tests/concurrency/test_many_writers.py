"""Many processes on the same transfer orders lose nothing, double nothing and leave nothing half done."""

from collections import Counter

import pytest

from aktar.transfers.models import TransferOrder
from aktar.workflow.models import TransitionLog
from tests.concurrency.ledger import ORDER, moves, require_agreement
from tests.concurrency.processes import life, writers
from tests.concurrency.rows import contested_orders

PROCESSES = 8


@pytest.mark.parametrize("commands", [100, pytest.param(1_000, marks=pytest.mark.soak)])
def test_no_update_is_lost_when_eight_processes_write_at_once(
    commands: int, database_url: str, aktar_environment: dict[str, str]
) -> None:
    orders = contested_orders(packages=commands // 5, each=3)
    with writers(
        database_url, aktar_environment, orders, seeds=range(PROCESSES), commands=commands
    ) as started:
        lives = [life(writer) for writer in started]
    for lived in lives:
        assert (lived.returncode, len(lived.entries)) == (0, commands), lived.complaints
    entries = [entry for lived in lives for entry in lived.entries]
    written = [entry for entry in entries if entry["done"]]
    _require_versions(orders, written)
    require_agreement()
    ran = sum(1 for entry in written if entry["command"])
    assert TransitionLog.objects.filter(content_type=ORDER).count() == ran
    # Else it was no storm.
    assert ran > commands // 2
    assert len(entries) - len(written) > commands


def _require_versions(orders: list[int], written: list[dict[str, object]]) -> None:
    writes = Counter(entry["order"] for entry in written)
    versions = dict(TransferOrder.objects.values_list("pk", "version"))
    assert versions == {order: 1 + writes[order] for order in orders}
    commands = Counter(entry["order"] for entry in written if entry["command"])
    assert {order: moves(order) for order in orders} == {order: commands[order] for order in orders}
