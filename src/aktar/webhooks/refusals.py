"""What is said of a webhook that cannot be kept, in the language of whoever asked."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from aktar.webhooks.queries import event_types
from aktar.webhooks.rules import (
    LONGEST_TARGET,
    MOST_HEADERS,
    RETRY_CHOICES,
    ConfigRefused,
    HeaderFault,
    HeaderRefused,
    Reason,
    TargetRefused,
    check_target,
)

_LONGEST_NAME = 100
_NO_WEB_ADDRESS = _("Give an address that begins with http:// or https://.")
TARGET_SENTENCES: dict[str, Any] = {
    Reason.NO_ADDRESS: _NO_WEB_ADDRESS,
    Reason.SCHEME: _NO_WEB_ADDRESS,
    Reason.TOO_LONG: _("Give a text of at most {longest} characters."),
    Reason.USER_INFO: _("Give an address without a user name in it; a log-in has its place in config."),
    Reason.FRAGMENT: _("Give an address without a # in it."),
    Reason.PORT: _("Give a port from 1 to 65535."),
    Reason.HOST: _("Give a host by its name or its address."),
    Reason.INTERNAL_ADDRESS: _(
        "This leads into a network that is not open to webhooks; the operator opens some by "
        "AKTAR_WEBHOOK_ALLOWED_NETWORKS."
    ),
    Reason.OWN_API: _("A webhook cannot point at this service itself."),
}
"""What is said of a target, by the reason for which it is refused."""
HEADER_SENTENCES: dict[str, Any] = {
    HeaderFault.NAME: _("{name} is no name of a header."),
    HeaderFault.RESERVED: _("{name} cannot be set as a header."),
    HeaderFault.VALUE: _("The value of {name} is no header's value."),
    HeaderFault.TWICE: _("{name} comes twice; capital letters make no difference."),
    HeaderFault.TOO_MANY: _("Give at most {most} headers."),
}
"""What is said of an additional header, by its fault."""
CONFIG_SENTENCE = _(
    '{field} cannot be taken: config is {{}}, or holds "auth" with its "auth_type" ("basic"), '
    '"username" and "password".'
)
SECRET_SENTENCE = _(
    "Give 8 to 500 printable ASCII characters without a space at either end; behind whsec_, 24 to 64 "
    "bytes in base64."
)
ELSEWHERE_SENTENCE = _("The address leads to another host: enter what is kept here anew.")
RETRY_SENTENCE = _('Give {{"choice": …, "kwargs": {{…}}}} with one of {choices} and its whole numbers.')
ONE_OF_SENTENCE = _("Give one of {names}.")


def said_of(refusal: TargetRefused | HeaderRefused | ConfigRefused) -> str:
    """The sentence for a refusal."""
    match refusal:
        case TargetRefused():
            return str(TARGET_SENTENCES[refusal.reason]).format(longest=LONGEST_TARGET)
        case HeaderRefused():
            return str(HEADER_SENTENCES[refusal.fault]).format(
                name=refusal.name[:_LONGEST_NAME], most=MOST_HEADERS
            )
    return str(CONFIG_SENTENCE).format(field=refusal.field[:_LONGEST_NAME])


def said_of_event_type() -> str:
    """The sentence for an event type that there is not. One query."""
    return str(ONE_OF_SENTENCE).format(names=", ".join(event_types()))


def said_of_retries() -> str:
    """The sentence for a way to wait that is none."""
    return str(RETRY_SENTENCE).format(choices=", ".join(RETRY_CHOICES))


def require_target(url: str) -> None:
    """Raises TargetRefused unless a webhook of this installation may point there."""
    check_target(url, allowed=settings.AKTAR_WEBHOOK_ALLOWED_NETWORKS, own=own_addresses())


def own_addresses() -> frozenset[tuple[str, int]]:
    """The host and the port at which this service answers, as its settings say."""
    parts = urlsplit(settings.AKTAR_PUBLIC_URL)
    return frozenset({(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))})
