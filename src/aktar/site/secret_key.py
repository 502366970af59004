"""The key that signs what the server hands out: given by the environment, or made once and kept."""

import os
from collections.abc import Mapping

from aktar.site import environment
from aktar.site.kept_keys import kept_key, long_enough

FILE_NAME = "secret-key"


def secret_key(environ: Mapping[str, str] = os.environ) -> str:
    """AKTAR_SECRET_KEY, or the key that is kept in the data folder.

    Raises WrongSetting for a short key and for a data folder that cannot be written.
    """
    given = environment.text("AKTAR_SECRET_KEY", environ)
    if given:
        return long_enough(given, variable="AKTAR_SECRET_KEY")
    return kept_key(FILE_NAME, variable="AKTAR_SECRET_KEY", environ=environ)
