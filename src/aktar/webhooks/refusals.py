"""What is said of a webhook that cannot be kept, in the language of whoever asked."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

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
_TARGETS = {
    Reason.NO_ADDRESS: _NO_WEB_ADDRESS,
    Reason.SCHEME: _NO_WEB_ADDRESS,
    Reason.TOO_LONG: _("Give a text of at most {longest} characters."),
    Reason.USER_INFO: _("Give an address without a user name in it; a log-in has its place in config."),
    Reason.FRAGMENT: _("Give an address without a # in it."),
    Reason.PORT: _("Give a port from 1 to 65535."),
    Reason.HOST: _("Give a host by its name or its address."),
    Reason.INTERNAL_ADDRESS: _("This leads into a network that is not open to webhooks."),
    Reason.OWN_API: _("A webhook cannot point at this service itself."),
}
_HEADERS = {
    HeaderFault.NAME: _("{name} is no name of a header."),
    HeaderFault.RESERVED: _("{name} cannot be set as a header."),
    HeaderFault.VALUE: _("The value of {name} is no header's value."),
    HeaderFault.TWICE: _("{name} comes twice; capital letters make no difference."),
    HeaderFault.TOO_MANY: _("Give at most {most} headers."),
}


def said_of(refusal: TargetRefused | HeaderRefused | ConfigRefused) -> str:
    """The sentence for a refusal."""
    match refusal:
        case TargetRefused():
            return str(_TARGETS[refusal.reason]).format(longest=LONGEST_TARGET)
        case HeaderRefused():
            return str(_HEADERS[refusal.fault]).format(name=refusal.name[:_LONGEST_NAME], most=MOST_HEADERS)
    return gettext(
        '{field} cannot be taken: config is {{}}, or holds "auth" with its "auth_type" ("basic"), '
        '"username" and "password".'
    ).format(field=refusal.field[:_LONGEST_NAME])


def said_of_secret() -> str:
    """The sentence for a secret that will not do."""
    return gettext(
        "Give 8 to 500 printable ASCII characters without a space at either end; behind whsec_, 24 to 64 "
        "bytes in base64."
    )


def said_of_retries() -> str:
    """The sentence for a way to wait that is none."""
    return gettext(
        'Give {{"choice": …, "kwargs": {{…}}}} with one of {choices} and its whole numbers.'
    ).format(choices=", ".join(RETRY_CHOICES))


def require_target(url: str) -> None:
    """Raises TargetRefused unless a webhook of this installation may point there."""
    check_target(url, allowed=settings.AKTAR_WEBHOOK_ALLOWED_NETWORKS, own=_own())


def _own() -> list[tuple[str, int]]:
    """Where we answer: host and port of our public address."""
    parts = urlsplit(settings.AKTAR_PUBLIC_URL)
    return [(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))]
