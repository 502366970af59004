"""Django's settings, read from the environment once; `.env.example` lists every variable."""

import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

from aktar.edge.addresses import parse_networks
from aktar.edge.admin import ADMIN_PATH
from aktar.edge.rates import parse_rate
from aktar.site import admin_theme, environment, postgresql, sqlite
from aktar.site.logs import LogSettings
from aktar.site.secret_key import secret_key
from aktar.site.webhook_key import webhook_keys
from aktar.webhooks.rules import parse_allowed

sqlite.install()

DATA_DIR = environment.data_dir()
SECRET_KEY = secret_key()
SECRET_COLUMN_KEYS = webhook_keys()
DEBUG = False
ALLOWED_HOSTS = environment.allowed_hosts()
AKTAR_PUBLIC_URL = environment.public_url()
ROOT_URLCONF = "aktar.site.urls"
WSGI_APPLICATION = "aktar.site.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular_sidecar",
    "aktar.edge",
    "aktar.accounts",
    "aktar.workflow",
    "aktar.webhooks",
    "aktar.places",
    "aktar.catalog",
    "aktar.orders",
    "aktar.stock",
    "aktar.planning",
    "aktar.transfers",
    "aktar.fulfilment",
    "aktar.site",
    "unfold.apps.BasicAppConfig",  # the theme's templates go before the admin's own
    "aktar.edge.admin.apps.AdminConfig",
    "django.contrib.sessions",
    "django.contrib.messages",
]
MIDDLEWARE = [
    "aktar.site.access_log.access_log",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "aktar.edge.language.language_middleware",
    "aktar.site.front_door.front_door",
    # These act under /admin/ alone.
    "aktar.edge.admin.doors.AdminFrames",
    "aktar.edge.admin.doors.AdminSessions",
    "aktar.edge.admin.doors.AdminUsers",
    "aktar.edge.admin.doors.AdminMessages",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# -- The database -----------------------------------------------------------------------------------------
# Never ATOMIC_REQUESTS: a read would take SQLite's one write lock, and actions own their transactions.
_database: dict[str, Any] = environment.database()
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] |= sqlite.OPTIONS
    # The server's threads live long and so do their connections: opening one costs more than a page of rows.
    _database["CONN_MAX_AGE"] = None
else:
    _database["OPTIONS"] = postgresql.options(_database["OPTIONS"])
    _database["CONN_MAX_AGE"] = 600
    # So that a restart of the database costs a reconnect and not an error.
    _database["CONN_HEALTH_CHECKS"] = True
    _database["ENGINE"] = "aktar.site.postgresql_engine"
DATABASES = {"default": _database}
AKTAR_SLOW_QUERY_MS = environment.slow_query_ms()

# -- HTTP -------------------------------------------------------------------------------------------------
AKTAR_TRUSTED_PROXIES = environment.parsed(
    "AKTAR_TRUSTED_PROXIES", lambda text: parse_networks(text.replace(",", " ").split())
)
AKTAR_MAX_BODY_BYTES = environment.positive("AKTAR_MAX_BODY_BYTES")
AKTAR_DOCUMENT_CACHE = environment.parsed("AKTAR_DOCUMENT_CACHE_MB", environment.megabytes)
AKTAR_THROTTLE_TOKEN = environment.parsed("AKTAR_THROTTLE_TOKEN", parse_rate)
AKTAR_THROTTLE_ADDRESS = environment.parsed("AKTAR_THROTTLE_ADDRESS", parse_rate)
AKTAR_THROTTLE_LOGIN = environment.parsed("AKTAR_THROTTLE_LOGIN", parse_rate)
if AKTAR_TRUSTED_PROXIES:
    # Links in answers begin with the scheme that the client used, which only the proxy knows.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
APPEND_SLASH = False  # the front door does it, for reads only
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # files are served from the packages that brought them: nothing to collect
WHITENOISE_AUTOREFRESH = False

# -- Webhooks ---------------------------------------------------------------------------------------------
# Handed in from above: the room of webhooks knows no states.
WEBHOOK_STATE_EVENTS = "aktar.transfers.queries.state_events"
AKTAR_WEBHOOK_ALLOWED_NETWORKS = environment.parsed("AKTAR_WEBHOOK_ALLOWED_NETWORKS", parse_allowed)
AKTAR_WEBHOOK_TIMEOUT = environment.webhook_timeout()
AKTAR_WEBHOOK_LEASE = environment.webhook_lease()
AKTAR_WEBHOOK_ATTEMPTS = environment.webhook_attempts()
AKTAR_WEBHOOK_RETENTION_DAYS = environment.webhook_retention_days()

# -- The admin --------------------------------------------------------------------------------------------
UNFOLD = admin_theme.UNFOLD
LOGIN_REDIRECT_URL = ADMIN_PATH
SESSION_COOKIE_NAME = "aktar_session"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = ADMIN_PATH
SESSION_COOKIE_AGE = 12 * 60 * 60  # a working day
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = AKTAR_PUBLIC_URL.startswith("https://")
CSRF_COOKIE_HTTPONLY = True
# A proxy may speak plain HTTP with the server while browsers came by https.
CSRF_TRUSTED_ORIGINS = [environment.origin(AKTAR_PUBLIC_URL)]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# -- The API ----------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["aktar.accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["aktar.accounts.authentication.MayCall"],
    "DEFAULT_PARSER_CLASSES": ["aktar.edge.json_parser.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["aktar.edge.renderers.JsonRenderer", "aktar.edge.renderers.HtmlRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "aktar.edge.negotiation.Negotiation",
    "EXCEPTION_HANDLER": "aktar.site.errors.answer",
    "DEFAULT_SCHEMA_CLASS": "aktar.edge.openapi.OperationSchema",
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "aktar",
    "DESCRIPTION": (
        "Transfer orders between stores and warehouses: what is sent and how far it has come. Blanks around "
        "a text in a body are taken off, save of passwords and secrets."
    ),
    "VERSION": version("aktar"),
    "LICENSE": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "SERVERS": [{"url": "/"}],
    "SCHEMA_PATH_PREFIX": "/",
    "POSTPROCESSING_HOOKS": [],
    # As in the routes, where a resource's parts stand together.
    "SORT_OPERATIONS": False,
}

# -- Languages and logs -----------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
LANGUAGES = [("en-us", "English"), ("tr-tr", "Türkçe")]
USE_I18N = True
LOCALE_PATHS = [Path(__file__).parent.parent / "locale"]
LOGGING_CONFIG = "aktar.site.logs.configure"
LOGGING: LogSettings = {"level": environment.log_level(), "is_terminal": os.isatty(2)}
