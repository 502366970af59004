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
_TARGETS = {
    Reason.NO_ADDRESS: _("Give an address that begins with http:// or https://."),
    Reason.TOO_LONG: _("Give an address of at most {most} characters."),
    Reason.SCHEME: _("Give an address that begins with http:// or https://."),
    Reason.USER_INFO: _(
        "Give the address without a user name or password; those belong into the configuration."
    ),
    Reason.FRAGMENT: _("Give the address without a # and what follows it; nobody would receive that."),
    Reason.PORT: _("The port must be a number from 1 to 65535."),
    Reason.HOST: _("The address does not name a host."),
    Reason.INTERNAL_ADDRESS: _(
        "The address leads into an internal network, which the operator has not opened "
        "(AKTAR_WEBHOOK_ALLOWED_NETWORKS)."
    ),
    Reason.OWN_API: _("The address is our own; a webhook points elsewhere."),
}
_HEADERS = {
    HeaderFault.NAME: _("{name} is no name that a header can have."),
    HeaderFault.RESERVED: _(
        "{name} cannot be set as a header: we set it ourselves, or it belongs to the connection."
    ),
    HeaderFault.VALUE: _("The value of {name} is no header's value."),
    HeaderFault.TWICE: _("{name} is there twice; a header's case does not matter."),
    HeaderFault.TOO_MANY: _("There can be at most {most} additional headers."),
}
_CONFIGS = {
    "auth": _("Give auth as an object with auth_type, username and password, or as null."),
    "auth.auth_type": _('The auth_type must be "basic".'),
    "auth.username": _("Give a username of printable characters without a colon, 500 at most."),
    "auth.password": _("Give a password of printable characters, 500 at most."),
}


def said_of(refusal: TargetRefused | HeaderRefused | ConfigRefused) -> str:
    """The sentence for a refusal."""
    match refusal:
        case TargetRefused():
            return str(_TARGETS[refusal.reason]).format(most=LONGEST_TARGET)
        case HeaderRefused():
            return str(_HEADERS[refusal.fault]).format(name=refusal.name[:_LONGEST_NAME], most=MOST_HEADERS)
    said = _CONFIGS.get(refusal.field) or _("{field} is no part of a configuration; there is only auth.")
    return str(said).format(field=refusal.field[:_LONGEST_NAME])


def said_of_secret() -> str:
    """The sentence for a secret that will not do."""
    return gettext(
        "Give 8 to 500 signs of ASCII without a space at either end; behind whsec_ there must be 24 to 64 "
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
