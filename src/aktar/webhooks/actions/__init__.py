"""Writes of the outbox: what happened, who is owed it, and what became of each delivery."""

from aktar.webhooks.actions.claiming import Claimed, DueEndpoint, Listener, claim, due_endpoints
from aktar.webhooks.actions.keeping import (
    OVERLAP,
    WebhookExists,
    change_secret,
    endpoint_of,
    keep_webhook,
    release_held,
    resume,
    switch_off,
)
from aktar.webhooks.actions.lanes import sweep
from aktar.webhooks.actions.placing import PLACED_AT_ONCE, place_events
from aktar.webhooks.actions.pruning import prune, prune_some
from aktar.webhooks.actions.recording import record_event
from aktar.webhooks.actions.settling import Kind, Outcome, settle
from aktar.webhooks.actions.turns import Turn, take_turn
from aktar.webhooks.actions.waking import wake, woken

__all__ = [
    "OVERLAP",
    "PLACED_AT_ONCE",
    "Claimed",
    "DueEndpoint",
    "Kind",
    "Listener",
    "Outcome",
    "Turn",
    "WebhookExists",
    "change_secret",
    "claim",
    "due_endpoints",
    "endpoint_of",
    "keep_webhook",
    "place_events",
    "prune",
    "prune_some",
    "record_event",
    "release_held",
    "resume",
    "settle",
    "sweep",
    "switch_off",
    "take_turn",
    "wake",
    "woken",
]
