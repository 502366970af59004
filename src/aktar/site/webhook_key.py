"""The keys that encrypt the secrets of webhooks: given by the environment, or one made once and kept."""

import os
from collections.abc import Mapping

from aktar.site import environment
from aktar.site.secret_key import kept_key

FILE_NAME = "webhook-key"


def webhook_keys(environ: Mapping[str, str] = os.environ) -> list[str]:
    """AKTAR_WEBHOOK_KEY, the first of which encrypts, or the key of the data folder, made if missing.

    Raises WrongSetting for a short key and for a data folder that cannot be written.
    """
    given = environment.names("AKTAR_WEBHOOK_KEY", environ)
    if any(len(key) < environment.SHORTEST_SECRET_KEY for key in given):
        raise environment.WrongSetting(
            f"Each key of AKTAR_WEBHOOK_KEY must have at least {environment.SHORTEST_SECRET_KEY} characters."
        )
    return given or [kept_key(FILE_NAME, "AKTAR_WEBHOOK_KEY", environ)]
