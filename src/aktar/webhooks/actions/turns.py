"""One turn of a dispatcher: what came of the last claims is settled and new ones are made, in one commit."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from aktar.webhooks.actions.claiming import Claimed, claim
from aktar.webhooks.actions.settling import Outcome, settle
from aktar.webhooks.models import Deactivation


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn came to."""

    claimed: dict[int, list[Claimed]]
    """By endpoint, for each that was asked for."""
    busy: list[Outcome]
    """To be brought again with the next turn."""
    deactivated: dict[int, Deactivation]
    """The webhooks that were switched off, and why."""
    moved: bool
    """Whether something was kept because its webhook has another address by now; it can be released."""


def take_turn(
    outcomes: Sequence[Outcome],
    wanted: Mapping[int, int],
    *,
    lease: timedelta,
    attempts: int,
    chance: random.Random,
    now: datetime,
) -> Turn:
    """Settle `outcomes` and claim, for each endpoint, as much as is `wanted`.

    Either all of it is committed or nothing: a turn that fails is taken again with the same outcomes.
    """
    with transaction.atomic(durable=True):
        settled = settle(outcomes, attempts=attempts, chance=chance, now=now)
        claimed = {
            endpoint: claim(endpoint, most=most, lease=lease) for endpoint, most in sorted(wanted.items())
        }
    return Turn(claimed, settled.busy, settled.deactivated, settled.moved)
