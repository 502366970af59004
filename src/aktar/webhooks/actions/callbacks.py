"""Callbacks: what is done here, by name, with what came of a webhook's attempts. Never an import path."""

from collections.abc import Callable, Mapping

import structlog

from aktar.webhooks.actions.settling import Outcome

_log = structlog.get_logger("aktar.webhooks")


def log_answer(outcome: Outcome) -> None:
    """Write a line to the log with the status of the answer, or with the kind of error."""
    _log.info(
        "webhook_answered",
        webhook=outcome.claimed.listener.id,
        webhook_event=outcome.claimed.id,
        uuid=str(outcome.claimed.uuid),
        status=outcome.status,
        error=outcome.error_kind,
        milliseconds=outcome.duration_ms,
    )


CALLBACKS: Mapping[str, Callable[[Outcome], None]] = {"log_answer": log_answer}
"""The callbacks that a webhook may name."""


def call_back(outcome: Outcome) -> None:
    """Call what the webhook of an attempt names, if that is a callback of ours."""
    callback = CALLBACKS.get(outcome.claimed.listener.callback or "")
    if callback is not None and outcome.is_try:
        callback(outcome)
