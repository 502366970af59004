"""Django's settings, read from the environment once; `.env.example` lists every variable."""

import os
from pathlib import Path
from typing import Any

import dj_database_url

from aktar.site import sqlite

sqlite.install()

DATA_DIR = Path(os.environ.get("AKTAR_DATA_DIR", "var")).resolve()
SECRET_KEY = os.environ.get("AKTAR_SECRET_KEY", "set-by-the-site-helper")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("AKTAR_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
ROOT_URLCONF = "aktar.site.urls"
WSGI_APPLICATION = "aktar.site.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "rest_framework",
    "aktar.edge",
    "aktar.accounts",
    "aktar.workflow",
    "aktar.webhooks",
    "aktar.places",
    "aktar.catalog",
    "aktar.orders",
    "aktar.transfers",
    "aktar.site",
]

_database: dict[str, Any] = dict(
    dj_database_url.parse(os.environ.get("DATABASE_URL", f"sqlite:///{DATA_DIR / 'aktar.sqlite3'}"))
)
if _database["ENGINE"] == "django.db.backends.sqlite3":
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
DATABASES = {"default": _database}

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
LANGUAGES = [("en-us", "English"), ("tr-tr", "Türkçe")]
USE_I18N = True
STATIC_URL = "static/"
