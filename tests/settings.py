"""The product's settings for the tests: a data folder of their own, and a database file instead of memory."""

# The environment is set before the product's settings read it.
# ruff: noqa: E402

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="aktar-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["AKTAR_DATA_DIR"] = _folder
# Processes that a test starts open its database too, and must be able to read what it wrote.
os.environ["AKTAR_WEBHOOK_KEY"] = "the key of the tests that is long enough"

from aktar.site.settings import *  # noqa: F403 - Django's own way to derive settings
from aktar.site.settings import DATABASES

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # In memory, no other process could open it, and nothing would ever be locked.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(_folder, "tests.sqlite3")}
PASSWORD_HASHERS = ["tests.hashers.QuickHasher"]
# Each test's client would look for every static file anew.
WHITENOISE_AUTOREFRESH = True
