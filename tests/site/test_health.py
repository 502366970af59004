"""A live process says so without a database, and says when it may be sent requests."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.db import InterfaceError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from aktar.site.health import LATE
from aktar.webhooks.models import Endpoint, EventPosition, Standing, WebhookEvent
from aktar.workflow.actions import load_workflow, read_workflow
from aktar.workflow.models import Command
from tests.factories import a_webhook
from tests.webhooks.deliveries import tell

DISK = {"disk": "ok"} if connection.vendor == "sqlite" else {}


def test_the_process_is_alive_without_asking_the_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_it_is_ready_once_tables_and_workflow_are_there(client: Client, db: None) -> None:
    load_workflow(read_workflow())
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "parts": {"database": "ok", "migrations": "ok", "workflow": "ok", "deliveries": "ok"} | DISK,
    }


def test_a_probe_costs_seven_queries(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    load_workflow(read_workflow())
    client.get("/readyz")
    # Itself, the table of migrations, its rows, a state, a command, the feed, what is due.
    with django_assert_num_queries(7):
        client.get("/readyz")


def test_a_connection_that_broke_is_a_database_that_does_not_answer(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise InterfaceError("connection already closed")

    monkeypatch.setattr("aktar.site.health.pending_migrations", broken)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"] == "does not answer"


def test_it_names_a_workflow_that_is_not_loaded(client: Client, db: None) -> None:
    Command.objects.all().delete()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"] == {"database": "ok", "migrations": "ok", "workflow": "not loaded"}


def test_deliveries_that_nobody_makes_are_named_and_keep_no_request_away(client: Client, db: None) -> None:
    load_workflow(read_workflow())
    webhook = a_webhook("transfer.status.created")
    tell(1)
    EventPosition.objects.update(position=F("event"))
    owed = WebhookEvent.objects.filter(standing=Standing.DUE)
    assert _part(client, "deliveries") == "ok"
    long_ago = datetime.now(UTC) - LATE - timedelta(seconds=1)
    owed.update(due_at=long_ago)
    assert _part(client, "deliveries").startswith("late")
    # What waits because of the receiver is no fault of ours.
    Endpoint.objects.filter(pk=webhook.endpoint_id).update(paused_until=datetime.now(UTC) + LATE)
    assert _part(client, "deliveries") == "ok"


def test_events_that_get_no_place_in_the_feed_are_named(client: Client, db: None) -> None:
    load_workflow(read_workflow())
    tell(1, now=datetime.now(UTC) - LATE - timedelta(seconds=1))
    assert _part(client, "deliveries").startswith("late")
    EventPosition.objects.update(position=F("event"))
    assert _part(client, "deliveries") == "ok"


def test_a_disk_that_is_nearly_full_is_named(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has a disk of its own")
    load_workflow(read_workflow())
    monkeypatch.setattr("aktar.site.health.LEAST_FREE", 10**18)
    assert _part(client, "disk") == "nearly full"


def _part(client: Client, name: str) -> str:
    """What is said of a part, while requests go on being welcome."""
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    found: str = answer.json()["parts"][name]
    return found


def test_it_names_migrations_that_are_not_applied(client: Client, db: None) -> None:
    MigrationRecorder(connection).migration_qs.filter(app="webhooks").delete()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"] == {"database": "ok", "migrations": "not applied", "workflow": "unknown"}


def test_it_names_a_database_that_does_not_answer(aktar_environment: dict[str, str]) -> None:
    asking = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "answer = Client().get('/readyz')\n"
        "print(answer.status_code, answer.json()['parts'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", asking],
        env=aktar_environment
        | {
            "DATABASE_URL": "postgresql://nobody:hidden@127.0.0.1:1/aktar",
            "DJANGO_SETTINGS_MODULE": "aktar.site.settings",
            "AKTAR_ALLOWED_HOSTS": "testserver",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("503 {'database': 'does not answer'")
    assert "database does not answer" in done.stderr
    assert "hidden" not in done.stderr


def test_probes_may_call_by_any_host_name(client: Client) -> None:
    assert client.get("/healthz", headers={"host": "10.1.2.3"}).status_code == 200
