"""Whether the process lives (`/healthz`) and whether it may be sent requests (`/readyz`)."""

from functools import cache

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse

from aktar.workflow.models import Command, State

PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
"""What machines ask for every few seconds, by whatever name or address they know this one."""
log = structlog.get_logger("aktar.health")


def healthz(_: HttpRequest) -> JsonResponse:
    """200 as long as the process can answer at all; asks no database."""
    return JsonResponse({"status": "alive"})


def readyz(_: HttpRequest) -> JsonResponse:
    """200 when every part is well, else 503; five queries. Why a part is ill stands in the log alone."""
    parts = ills()
    is_ready = not any(parts.values())
    body = {
        "status": "ready" if is_ready else "not ready",
        "parts": {part: ill or "ok" for part, ill in parts.items()},
    }
    return JsonResponse(body, status=200 if is_ready else 503)


def ills() -> dict[str, str]:
    """Each part of the service and what ails it, or an empty text; later parts wait for the earlier ones."""
    parts = {"database": "", "migrations": "", "workflow": ""}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if pending_migrations():
            return parts | {"migrations": "not applied", "workflow": "unknown"}
        if not (State.objects.exists() and Command.objects.exists()):
            return parts | {"workflow": "not loaded"}
    except (Error, ImproperlyConfigured) as error:
        log.warning("database does not answer", error=str(error).strip())
        return {"database": "does not answer", "migrations": "unknown", "workflow": "unknown"}
    return parts


def pending_migrations() -> list[str]:
    """The migrations that this version brings and the database lacks, as `room.name`; two queries."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    return sorted(f"{room}.{name}" for room, name in _known_migrations() - applied)


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)
