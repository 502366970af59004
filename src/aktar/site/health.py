"""Whether the process lives (`/healthz`) and whether it may be sent requests (`/readyz`)."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse

from aktar.site.tables import TablesDiffer, pending_migrations, require_tables
from aktar.webhooks.queries import is_anything_due_since, oldest_unplaced_at
from aktar.workflow.models import Command, State

PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
"""What machines ask for every few seconds, by whatever name or address they know this one."""
LATE = timedelta(minutes=2)
"""Twice the lease that is usual, and four rounds of a dispatcher's housekeeping."""

LEAST_FREE = 256 * 1024 * 1024
"""In bytes; SQLite's log may grow by so much before it is written back."""

MOST_LOGGED = 5
"""Differences of the tables in a line of the log."""

log = structlog.get_logger("aktar.health")


def healthz(_: HttpRequest) -> JsonResponse:
    """200 as long as the process can answer at all; asks no database."""
    return JsonResponse({"status": "alive"})


def readyz(_: HttpRequest) -> JsonResponse:
    """200 when every part is well that requests need, else 503; seven queries.

    Late deliveries and a disk that is nearly full are told and change no status: a balancer that took all
    servers away for a dispatcher's sake would make it worse. Why a part is ill stands in the log alone.
    """
    parts = ills()
    is_ready = not any(parts.values())
    if is_ready:
        parts |= ailments(now=datetime.now(UTC))
    body = {
        "status": "ready" if is_ready else "not ready",
        "parts": {part: ill or "ok" for part, ill in parts.items()},
    }
    return JsonResponse(body, status=200 if is_ready else 503)


def ailments(*, now: datetime) -> dict[str, str]:
    """The parts that requests can do without, and what ails each, or an empty text. Two queries."""
    since = now - LATE
    try:
        unplaced = oldest_unplaced_at()
        is_late = (unplaced is not None and unplaced < since) or is_anything_due_since(since, now=now)
    except Error as error:
        log.warning("database does not answer", error=str(error).strip())
        return {"deliveries": "unknown"}
    parts = {"deliveries": "late: no dispatcher runs, or too few" if is_late else ""}
    # Only the server itself knows how much room PostgreSQL has.
    if connection.vendor == "sqlite":
        free = shutil.disk_usage(Path(connection.settings_dict["NAME"]).parent).free
        parts["disk"] = "nearly full" if free < LEAST_FREE else ""
    return parts


def ills() -> dict[str, str]:
    """Each part that requests need and what ails it, or an empty text; later parts wait for earlier ones."""
    parts = {"database": "", "migrations": "", "workflow": ""}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if pending_migrations():
            return parts | {"migrations": "not applied", "workflow": "unknown"}
        require_tables()
        if not (State.objects.exists() and Command.objects.exists()):
            return parts | {"workflow": "not loaded"}
    except TablesDiffer as refusal:
        log.warning("tables differ", differences=refusal.differences[:MOST_LOGGED])
        return parts | {"migrations": "of another version", "workflow": "unknown"}
    except (Error, ImproperlyConfigured) as error:
        log.warning("database does not answer", error=str(error).strip())
        return {"database": "does not answer", "migrations": "unknown", "workflow": "unknown"}
    return parts
