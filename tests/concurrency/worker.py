"""One writer among many, a process of its own: runs commands at random and prints what came of each.

`python -m tests.concurrency.worker SEED COMMANDS DIES_AT ORDER…` says `ready`, waits for a line on standard
input, and then prints one JSON object a command. With DIES_AT above 0 it kills itself before the statement of
that number among those that run within transactions.
"""

# Django is set up before what needs its models is imported.
# ruff: noqa: E402

import json
import os
import random
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aktar.site.settings")
django.setup()

from django.db import connection

from aktar.places.rules import EVERYWHERE
from aktar.transfers.actions import run_command, set_invoice_number
from aktar.transfers.models import TransferOrder
from aktar.transfers.rules import CommandParameters
from aktar.workflow.models import Command
from aktar.workflow.rules import CommandNotAllowed

NUMBER_OFTEN = 0.2
SEEN_STATE_OFTEN = 0.6


class Death:
    """Counts the statements within transactions, and kills the process before one of them."""

    def __init__(self, dies_at: int) -> None:
        self.left = dies_at

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        self.left -= connection.in_atomic_block
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)


def write(chance: random.Random, order: int, commands: dict[int, tuple[int, str]]) -> dict[str, Any]:
    """Do one thing to an order: half the time something that its state, as just seen, allows."""
    now = datetime.now(UTC)
    if chance.random() < NUMBER_OFTEN:
        set_invoice_number(order, f"INV-{chance.randrange(10**6)}", reach=EVERYWHERE, now=now)
        return {"order": order, "done": True, "command": None}
    picked = chance.choice(sorted(commands))
    if chance.random() < SEEN_STATE_OFTEN:
        state = TransferOrder.objects.values_list("state_id", flat=True).get(pk=order)
        allowed = [command for command, (source, _) in sorted(commands.items()) if source == state]
        picked = chance.choice(allowed or [picked])
    handler = commands[picked][1]
    try:
        run_command(
            order,
            transition=picked,
            parameters=CommandParameters(cargo_company=1 if handler == "ready_advance" else None),
            by=None,
            reach=EVERYWHERE,
            now=now,
        )
    except CommandNotAllowed as refusal:
        if refusal.command.id != picked or refusal.command.source_state == refusal.state.id:
            raise
        return {"order": order, "done": False, "command": picked}
    return {"order": order, "done": True, "command": picked}


def main(seed: int, count: int, dies_at: int, orders: list[int]) -> None:
    """Wait for the start, then write; any error but a refusal ends the process with a traceback."""
    chance = random.Random(seed)
    rows = Command.objects.filter(source_state__content_type=6)
    commands = {
        pk: (state, handler) for pk, state, handler in rows.values_list("pk", "source_state", "handler")
    }
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    if dies_at:
        connection.execute_wrappers.append(Death(dies_at))
    for _ in range(count):
        sys.stdout.write(json.dumps(write(chance, chance.choice(orders), commands)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    seed, count, dies_at, *orders = map(int, sys.argv[1:])
    main(seed, count, dies_at, orders)
