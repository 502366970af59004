"""A client that is generated from the committed document, in an environment of its own, runs the story."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aktar.accounts.actions import create_user
from aktar.accounts.models import User
from aktar.places.models import StockLocation, UserMembership
from aktar.site.demo.loading import load_demo
from aktar.workflow.actions import load_workflow, read_workflow
from tests.conftest import ServerProcess

GENERATOR = "openapi-python-client==0.29.1"
DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
STORY = Path(__file__).with_name("client_story.py")
PASSWORD = "correct horse battery"


@pytest.mark.soak
def test_a_generated_client_runs_the_story(
    database_url: str, live_server_process: Callable[..., ServerProcess], tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    load_workflow(read_workflow())
    load_demo(60, now=now, progress=lambda _done, _all: None)
    _works_everywhere(create_user("ayse", is_admin=False, password=PASSWORD, now=now))
    server = live_server_process(database_url)
    python = tmp_path / "venv" / "bin" / "python"
    _run(sys.executable, "-m", "venv", str(tmp_path / "venv"))
    _run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", GENERATOR)
    made = tmp_path / "made"
    generator = python.with_name("openapi-python-client")
    options = ("--path", str(DOCUMENT), "--output-path", str(made), "--meta", "setup")
    said = _run(str(generator), "generate", *options)
    assert "unsupported" not in said.lower()
    _run(str(python), str(STORY), server.url, "ayse", PASSWORD, cwd=made)


def _works_everywhere(user: User) -> None:
    UserMembership.objects.bulk_create(
        UserMembership(user=user, stock_location=location) for location in StockLocation.objects.all()
    )


def _run(*command: str, cwd: Path | None = None) -> str:
    environment = os.environ | {"PYTHONPATH": str(cwd or "")}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
