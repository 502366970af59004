"""Keys that nobody gave: made once, and kept in the data folder for their owner alone."""

import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from aktar.site import environment


def kept_key(file_name: str, *, variable: str, environ: Mapping[str, str] = os.environ) -> str:
    """The key in that file of the data folder, which is made (readable by its owner only) if missing.

    `variable` is where the key could have been given. Raises WrongSetting for a data folder that cannot be
    written.
    """
    folder = environment.data_dir(environ)
    try:
        return _kept(folder / file_name)
    except OSError as error:
        raise environment.WrongSetting(
            f"No {file_name.replace('-', ' ')} can be kept in the data folder {folder} ({error.strerror}): "
            f"make it writable, point AKTAR_DATA_DIR elsewhere or set {variable}."
        ) from None


def long_enough(key: str, *, variable: str) -> str:
    """The key that was given by that variable; raises WrongSetting for a short one."""
    if len(key) < environment.SHORTEST_SECRET_KEY:
        raise environment.WrongSetting(
            f"{variable} must have at least {environment.SHORTEST_SECRET_KEY} characters."
        )
    return key


def _kept(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
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
