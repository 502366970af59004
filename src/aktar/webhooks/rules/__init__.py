"""Rules of webhooks: what is sent, how, when again, to whom, and what of it may be shown."""

from aktar.webhooks.rules.additions import (
    MOST_HEADERS,
    ConfigRefused,
    HeaderFault,
    HeaderRefused,
    check_config,
    check_headers,
    is_secret,
)
from aktar.webhooks.rules.addresses import Network, is_allowed_address, parse_allowed
from aktar.webhooks.rules.dialect import PAYLOAD_LANGUAGE, envelope, request_headers
from aktar.webhooks.rules.pausing import (
    FAILURES_BEFORE_PAUSE,
    GIVES_UP_AFTER,
    LONGEST_PAUSE,
    has_given_up,
    pause_after,
)
from aktar.webhooks.rules.retries import (
    LONGEST_RETRY,
    RETRY_CHOICES,
    delay,
    is_retry_config,
    retry_after,
    wait,
)
from aktar.webhooks.rules.showing import config_without_secrets, headers_without_secrets, with_kept_secrets
from aktar.webhooks.rules.targets import LONGEST_TARGET, Reason, TargetRefused, check_target, is_elsewhere

__all__ = [
    "FAILURES_BEFORE_PAUSE",
    "GIVES_UP_AFTER",
    "LONGEST_PAUSE",
    "LONGEST_RETRY",
    "LONGEST_TARGET",
    "MOST_HEADERS",
    "PAYLOAD_LANGUAGE",
    "RETRY_CHOICES",
    "ConfigRefused",
    "HeaderFault",
    "HeaderRefused",
    "Network",
    "Reason",
    "TargetRefused",
    "check_config",
    "check_headers",
    "check_target",
    "config_without_secrets",
    "delay",
    "envelope",
    "has_given_up",
    "headers_without_secrets",
    "is_allowed_address",
    "is_elsewhere",
    "is_retry_config",
    "is_secret",
    "parse_allowed",
    "pause_after",
    "request_headers",
    "retry_after",
    "wait",
    "with_kept_secrets",
]
