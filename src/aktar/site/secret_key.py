"""The key that signs what the server hands out: given by the environment, or made once and kept."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from aktar.site import environment

FILE_NAME = "secret-key"


def secret_key(environ: Mapping[str, str] = os.environ) -> str:
    """AKTAR_SECRET_KEY, or the key of the data folder, which is made (readable by its owner only) if missing.

    Raises WrongSetting for a short key and for a data folder that cannot be written.
    """
    given = environment.text("AKTAR_SECRET_KEY", environ)
    if given:
        if len(given) < environment.SHORTEST_SECRET_KEY:
            raise environment.WrongSetting(
                f"AKTAR_SECRET_KEY must have at least {environment.SHORTEST_SECRET_KEY} characters."
            )
        return given
    return kept_key(FILE_NAME, "AKTAR_SECRET_KEY", environ)


def kept_key(file_name: str, variable: str, environ: Mapping[str, str] = os.environ) -> str:
    """The key that a file of the data folder holds, made if it is missing; `variable` could give one instead.

    Raises WrongSetting for a data folder that cannot be written.
    """
    folder = environment.data_dir(environ)
    try:
        return _kept(folder / file_name)
    except OSError as error:
        raise environment.WrongSetting(
            f"No secret key can be kept in the data folder {folder} ({error.strerror}): "
            f"make it writable, point AKTAR_DATA_DIR elsewhere or set {variable}."
        ) from None


def _kept(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret-key-")
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48) + "\n")
            # A link never replaces: of two processes that start at once, both read the key of the first.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    return path.read_text().strip()
