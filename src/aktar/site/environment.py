"""The environment variables that steer aktar: one table, typed reading, and the text of `.env.example`."""

import os
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import dj_database_url

Value = TypeVar("Value")


@dataclass(frozen=True)
class Variable:
    """A variable that an operator may set: its name, what holds without it, and what it is for."""

    name: str
    default: str
    meaning: str


VARIABLES = (
    Variable(
        "DATABASE_URL",
        "",
        "Where the rows live: sqlite:///path/to/file or postgresql://user:password@host:5432/name. "
        "Unset: the file aktar.sqlite3 in the data folder. Behind a PostgreSQL pooler that hands out a "
        "connection a transaction, add ?server_side_binding=false; aktar then leaves "
        "lock_timeout (5s) and idle_in_transaction_session_timeout (60s) to be set there.",
    ),
    Variable(
        "AKTAR_DATA_DIR",
        "./var",
        "The data folder: the SQLite file, the keys that were made, the access data of the demo.",
    ),
    Variable(
        "AKTAR_SECRET_KEY",
        "",
        "Signs what the server hands out and takes back; at least 32 characters. Unset: made once and kept "
        "in the data folder. Machines that share one database must be given the same key.",
    ),
    Variable(
        "AKTAR_ALLOWED_HOSTS",
        "localhost,127.0.0.1,[::1]",
        "The host names that the server answers to, by commas; the one of AKTAR_PUBLIC_URL is added.",
    ),
    Variable(
        "AKTAR_PUBLIC_URL",
        "http://127.0.0.1:8000",
        "The address by which others reach the server; links to pictures begin with it.",
    ),
    Variable(
        "AKTAR_LOG_LEVEL",
        "info",
        "How much is logged: debug, info, warning, error or critical.",
    ),
    Variable(
        "AKTAR_SLOW_QUERY_MS",
        "500",
        "From how many milliseconds on a statement of the database is logged as slow, without its values, or "
        "off.",
    ),
    Variable(
        "AKTAR_TRUSTED_PROXIES",
        "",
        "The networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, by "
        "commas, such as 10.0.0.0/8.",
    ),
    Variable(
        "AKTAR_MAX_BODY_BYTES",
        "1048576",
        "The largest request body that is read, in bytes; a larger one is answered with 413.",
    ),
    Variable(
        "AKTAR_DOCUMENT_CACHE_MB",
        "32",
        "What each server process may hold of transfer orders that it has encoded already, in megabytes; 0 "
        "for none.",
    ),
    Variable(
        "AKTAR_THROTTLE_TOKEN",
        "50/s burst 200",
        "How fast one token may call, or off.",
    ),
    Variable(
        "AKTAR_THROTTLE_ADDRESS",
        "10/s burst 20",
        "How fast one address may call without a good token, or off.",
    ),
    Variable(
        "AKTAR_THROTTLE_LOGIN",
        "10/min",
        "How often one address may try to log in, or off.",
    ),
    Variable(
        "AKTAR_WEBHOOK_KEY",
        "",
        "Encrypts the secrets of webhooks in the database; at least 32 characters. More keys may follow by "
        "commas: the first encrypts, the others still decrypt. Unset: made once and kept in the data folder "
        "in the file webhook-key; keep a copy of it, for without it the secrets are lost. Machines that "
        "share one database must be given the same keys.",
    ),
    Variable(
        "AKTAR_WEBHOOK_ALLOWED_NETWORKS",
        "",
        "The internal networks that webhooks may call all the same, by commas, such as 10.20.0.0/16.",
    ),
    Variable(
        "AKTAR_WEBHOOK_TIMEOUT",
        "15",
        "How long one attempt to deliver may take, answer and all, in seconds.",
    ),
    Variable(
        "AKTAR_WEBHOOK_LEASE",
        "60",
        "How long an attempt that was begun is left alone before others may begin it anew, in seconds; more "
        "than AKTAR_WEBHOOK_TIMEOUT.",
    ),
    Variable(
        "AKTAR_WEBHOOK_ATTEMPTS",
        "25",
        "How often delivery of one event is attempted.",
    ),
    Variable(
        "AKTAR_WEBHOOK_RETENTION_DAYS",
        "90",
        "How long what became of deliveries is kept, in days.",
    ),
    Variable(
        "AKTAR_LOAD_TOKEN",
        "",
        "The token that `aktar load --from` calls the other installation with; the server does not read it.",
    ),
)
_DEFAULTS = {variable.name: variable.default for variable in VARIABLES}
LOG_LEVELS = ("debug", "info", "warning", "error", "critical")
SHORTEST_SECRET_KEY = 32


class WrongSetting(ValueError):
    """An environment variable holds what cannot be used; the message names it and says what would do."""


def text(name: str, environ: Mapping[str, str] = os.environ) -> str:
    """The value of a variable of the table, stripped, or its default when it is unset or empty."""
    return environ.get(name, "").strip() or _DEFAULTS[name]


def names(name: str, environ: Mapping[str, str] = os.environ) -> list[str]:
    """A value written by commas, as its parts without the empty ones."""
    return [part.strip() for part in text(name, environ).split(",") if part.strip()]


def parsed(name: str, parse: Callable[[str], Value], environ: Mapping[str, str] = os.environ) -> Value:
    """A value as `parse` reads it; raises WrongSetting with what `parse` says in its ValueError."""
    try:
        return parse(text(name, environ))
    except ValueError as error:
        raise WrongSetting(f"{name}: {error}") from None


def positive(name: str, environ: Mapping[str, str] = os.environ, *, most: int = 10**15) -> int:
    """A whole number above zero and no more than `most`; raises WrongSetting for anything else."""
    value = text(name, environ)
    if not (value.isascii() and value.isdigit() and 0 < len(value) < 16 and int(value) > 0):
        raise WrongSetting(f"{name} must be a whole number above zero, not {value!r}.")
    if int(value) > most:
        raise WrongSetting(f"{name} must be at most {most}, not {value}.")
    return int(value)


def megabytes(value: str) -> int:
    """A whole number of megabytes, in bytes; raises ValueError for anything else."""
    if not (value.isascii() and value.isdigit() and len(value) <= 6):
        raise ValueError(f"must be a whole number of megabytes from 0 to 999999, not {value!r}.")
    return int(value) * 1_000_000


def log_level(environ: Mapping[str, str] = os.environ) -> str:
    """AKTAR_LOG_LEVEL in lower case; raises WrongSetting for a level that does not exist."""
    value = text("AKTAR_LOG_LEVEL", environ).lower()
    if value not in LOG_LEVELS:
        raise WrongSetting(f"AKTAR_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}, not {value!r}.")
    return value


def slow_query_ms(environ: Mapping[str, str] = os.environ) -> int | None:
    """AKTAR_SLOW_QUERY_MS, or None for off; raises WrongSetting for what is no number above zero."""
    if text("AKTAR_SLOW_QUERY_MS", environ).lower() == "off":
        return None
    return positive("AKTAR_SLOW_QUERY_MS", environ)


def data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """AKTAR_DATA_DIR as an absolute path; nothing is created."""
    return Path(text("AKTAR_DATA_DIR", environ)).expanduser().resolve()


def public_url(environ: Mapping[str, str] = os.environ) -> str:
    """AKTAR_PUBLIC_URL without a slash at its end; raises WrongSetting if it is no http(s) one."""
    value = text("AKTAR_PUBLIC_URL", environ).rstrip("/")
    try:
        parts = urlsplit(value)
        is_plain = (
            parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
        )
        _ = parts.port
    except ValueError:
        is_plain = False
    if not is_plain:
        raise WrongSetting(
            f"AKTAR_PUBLIC_URL must be an address like https://aktar.example.com, not {value!r}."
        )
    return value


def origin(url: str) -> str:
    """The scheme, host and port of an address, as browsers name an origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def allowed_hosts(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The hosts of AKTAR_ALLOWED_HOSTS and that of AKTAR_PUBLIC_URL; raises WrongSetting for an address."""
    hosts = names("AKTAR_ALLOWED_HOSTS", environ)
    for host in hosts:
        if "/" in host or " " in host:
            raise WrongSetting(f"AKTAR_ALLOWED_HOSTS takes host names by commas, not {host!r}.")
    own = urlsplit(public_url(environ)).hostname or ""
    own = f"[{own}]" if ":" in own else own
    return hosts if own in hosts else [*hosts, own]


def webhook_timeout(environ: Mapping[str, str] = os.environ) -> int:
    """AKTAR_WEBHOOK_TIMEOUT in seconds, an hour at most; raises WrongSetting for anything else."""
    return positive("AKTAR_WEBHOOK_TIMEOUT", environ, most=60 * 60)


def webhook_lease(environ: Mapping[str, str] = os.environ) -> int:
    """AKTAR_WEBHOOK_LEASE in seconds, a day at most; raises WrongSetting unless it outlasts an attempt."""
    lease, timeout = positive("AKTAR_WEBHOOK_LEASE", environ, most=24 * 60 * 60), webhook_timeout(environ)
    if lease <= timeout:
        raise WrongSetting(
            f"AKTAR_WEBHOOK_LEASE must be greater than AKTAR_WEBHOOK_TIMEOUT ({timeout}), not {lease}."
        )
    return lease


def webhook_attempts(environ: Mapping[str, str] = os.environ) -> int:
    """AKTAR_WEBHOOK_ATTEMPTS, a thousand at most; raises WrongSetting for anything else."""
    return positive("AKTAR_WEBHOOK_ATTEMPTS", environ, most=1000)


def webhook_retention_days(environ: Mapping[str, str] = os.environ) -> int:
    """AKTAR_WEBHOOK_RETENTION_DAYS, a century at most; raises WrongSetting for anything else."""
    return positive("AKTAR_WEBHOOK_RETENTION_DAYS", environ, most=36_500)


def database(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """DATABASE_URL as Django's engine, name, host and so on; raises WrongSetting if it is no such address.

    The password never appears in the sentence.
    """
    url = text("DATABASE_URL", environ)
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(data_dir(environ) / "aktar.sqlite3"),
            "OPTIONS": {},
        }
    scheme = url.partition(":")[0]
    if scheme not in ("sqlite", "postgres", "postgresql"):
        raise WrongSetting("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    try:
        found: dict[str, Any] = dict(dj_database_url.parse(url))
    except ValueError:
        raise WrongSetting(
            "DATABASE_URL cannot be read; write it like postgresql://user:password@host:5432/name "
            "and percent-encode the signs of the password."
        ) from None
    if scheme != "sqlite":
        if not found["NAME"]:
            raise WrongSetting("DATABASE_URL names no database: its address must end in /name.")
    elif found["NAME"] == ":memory:":
        raise WrongSetting(
            "DATABASE_URL must name a file: a database in memory would be gone with its thread."
        )
    else:
        found["NAME"] = str(Path(found["NAME"]).expanduser().resolve())
    found.setdefault("OPTIONS", {})
    return found


def example() -> str:
    """The text of `.env.example`: every variable, what it is for, and its default, all commented out."""
    lines = [
        "# Every variable that aktar reads, with what holds when it is unset. Copy the file to .env,",
        "# uncomment what you change, and load it: `set -a; . ./.env; set +a`, systemd's EnvironmentFile",
        "# or a container's env_file. Made by `make .env.example` from the table in",
        "# src/aktar/site/environment.py.",
    ]
    for variable in VARIABLES:
        quoted = f'"{variable.default}"' if " " in variable.default else variable.default
        lines += [
            "",
            *textwrap.wrap(variable.meaning, width=100, initial_indent="# ", subsequent_indent="# "),
            f"#{variable.name}={quoted}",
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(example())
