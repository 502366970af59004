"""Schemathesis against a served process: whatever it makes up, the answer is a documented one and no 5xx."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aktar.accounts.actions import create_token, create_user
from aktar.accounts.models import Reach
from aktar.site.demo.loading import load_demo
from aktar.workflow.actions import load_workflow, read_workflow
from tests.conftest import ServerProcess

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
ROOT = Path(__file__).parents[2]
Start = Callable[..., ServerProcess]


def test_three_hundred_made_up_requests_get_documented_answers(
    database_url: str, live_server_process: Start, tmp_path: Path
) -> None:
    assert _fuzz(database_url, live_server_process, tmp_path, phases="fuzzing", each=10) >= 300


@pytest.mark.soak
@pytest.mark.parametrize(("phases", "least"), [("fuzzing", 3000), ("examples,coverage", 2000)])
def test_thousands_of_made_up_requests_get_documented_answers(
    phases: str, least: int, database_url: str, live_server_process: Start, tmp_path: Path
) -> None:
    assert _fuzz(database_url, live_server_process, tmp_path, phases=phases, each=100) >= least


def _fuzz(database_url: str, start: Start, folder: Path, *, phases: str, each: int) -> int:
    """How many requests were made; fails with what schemathesis has to say."""
    now = datetime.now(UTC)
    load_workflow(read_workflow())
    load_demo(20, now=now, progress=lambda _done, _all: None)
    user = create_user("fuzz", is_admin=False, now=now)
    key = create_token(user, name="fuzz", now=now, reach=Reach.ALL).key
    off = dict.fromkeys(("AKTAR_THROTTLE_TOKEN", "AKTAR_THROTTLE_ADDRESS", "AKTAR_THROTTLE_LOGIN"), "off")
    server = start(database_url, **off)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/api/schema/"),
            *("--header", f"Authorization: Token {key}"),
            *("--checks", ",".join(CHECKS), "--phases", phases, "--max-examples", str(each)),
            *("--seed", "20261102", "--generation-database", "none", "--no-color", "--warnings", "off"),
        ],
        cwd=folder,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "tests.openapi.hooks", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    made = re.search(r"([\d,]+) generated", done.stdout)
    assert made, done.stdout
    return int(made[1].replace(",", ""))
