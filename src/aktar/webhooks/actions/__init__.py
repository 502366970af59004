"""Writes of the outbox: what happened, who is owed it, and what became of each delivery."""

from aktar.webhooks.actions.callbacks import CALLBACKS, call_back
from aktar.webhooks.actions.claiming import Claimed, DueEndpoint, Listener, claim, due_endpoints
from aktar.webhooks.actions.keeping import (
    OVERLAP,
    WebhookExists,
    change_secret,
    end_overlap,
    endpoint_of,
    keep_webhook,
    resume,
    switch_off,
)
from aktar.webhooks.actions.lanes import sweep
from aktar.webhooks.actions.placing import PLACED_AT_ONCE, place_events
from aktar.webhooks.actions.pruning import prune, prune_some
from aktar.webhooks.actions.recording import record_event
from aktar.webhooks.actions.recording_many import News, record_events
from aktar.webhooks.actions.rekeying import Rekeyed, rekey
from aktar.webhooks.actions.releasing import release_held, release_stranded
from aktar.webhooks.actions.replaying import WebhookNotActive, recover, replay, retry, send_test
from aktar.webhooks.actions.settling import Kind, Outcome, settle
from aktar.webhooks.actions.subscribing import change_webhook, make_webhook
from aktar.webhooks.actions.turns import Turn, take_turn
from aktar.webhooks.actions.waking import wake, woken

__all__ = [
    "CALLBACKS",
    "OVERLAP",
    "PLACED_AT_ONCE",
    "Claimed",
    "DueEndpoint",
    "Kind",
    "Listener",
    "News",
    "Outcome",
    "Rekeyed",
    "Turn",
    "WebhookExists",
    "WebhookNotActive",
    "call_back",
    "change_secret",
    "change_webhook",
    "claim",
    "due_endpoints",
    "end_overlap",
    "endpoint_of",
    "keep_webhook",
    "make_webhook",
    "place_events",
    "prune",
    "prune_some",
    "record_event",
    "record_events",
    "recover",
    "rekey",
    "release_held",
    "release_stranded",
    "replay",
    "resume",
    "retry",
    "send_test",
    "settle",
    "sweep",
    "switch_off",
    "take_turn",
    "wake",
    "woken",
]
