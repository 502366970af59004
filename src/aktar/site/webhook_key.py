"""The keys that encrypt the secrets of webhooks: given by the environment, or one that is made and kept."""

import os
from collections.abc import Mapping

from aktar.site import environment
from aktar.site.kept_keys import kept_key, long_enough

FILE_NAME = "webhook-key"


def webhook_keys(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The keys of AKTAR_WEBHOOK_KEY, the first of which encrypts, or the one kept in the data folder.

    Machines that share one database must be given the same: each would keep a key of its own, and none could
    read what another wrote. Raises WrongSetting for a short key and for a data folder that cannot be written.
    """
    given = environment.names("AKTAR_WEBHOOK_KEY", environ)
    if given:
        return [long_enough(key, variable="AKTAR_WEBHOOK_KEY") for key in given]
    return [kept_key(FILE_NAME, variable="AKTAR_WEBHOOK_KEY", environ=environ)]
