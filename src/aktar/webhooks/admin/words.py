"""What the pages of webhooks say in several places: why one is off, and what cannot be read any more."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from aktar.webhooks.models import Deactivation

WHY_OFF: Mapping[str, Promise] = {
    Deactivation.BY_HAND: _("switched off by hand"),
    Deactivation.GONE: _("its address answered 410 Gone"),
    Deactivation.FAILING: _("nothing but failures for five days"),
}
BY_ITSELF = (Deactivation.GONE, Deactivation.FAILING)
OFF_SENTENCE = _("The webhook is off: resume it first.")
ADDITIONAL_HEADERS = _("additional headers")
CONFIGURATION = _("configuration")
_SECRETS = {"secret_key": _("secret"), "additional_headers": ADDITIONAL_HEADERS, "config": CONFIGURATION}


def lost_sentence(column: str) -> str:
    """What to do about a secret column whose key is gone."""
    if column == "previous_secret_key":
        return gettext(
            "The former secret cannot be read any more, for the server no longer has its key; while it signs "
            "nothing is delivered. Give the key back (AKTAR_WEBHOOK_KEY), or sign with the new secret alone."
        )
    said = gettext(
        "Cannot be read any more: {column}. The server no longer has the key, and nothing is delivered. Give "
        "the key back (AKTAR_WEBHOOK_KEY), or enter it anew: saving replaces what was kept."
    )
    return said.format(column=_SECRETS[column])
