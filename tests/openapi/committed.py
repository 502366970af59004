"""The committed OpenAPI document: `python -m tests.openapi.committed` writes it, with `--check` compares.

Its examples are what the walk's own requests get from the walk's scene: a fresh database, a clock that stands
still, and dice that always fall alike.
"""

# Django is set up before what needs its models is imported.
# ruff: noqa: E402

import os
import random
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

os.environ.pop("DATABASE_URL", None)
os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "AKTAR_LOG_LEVEL": "error"}

import django

django.setup()

import msgspec
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client

from aktar.edge import references
from aktar.site import openapi
from aktar.webhooks.actions.recording import DIALECTS
from tests.factories import NOW
from tests.openapi.conformity import operation_at
from tests.walk.operations import LISTED, OPERATIONS
from tests.walk.scene import Scene, a_scene
from tests.walk.test_status_walk import TABLE, Impossible

ROOT = Path(__file__).parents[2]
EXAMPLES = Path(openapi.__file__).with_name(openapi.EXAMPLES)
HOST = "aktar.example.com"
SHOWN = (200, 201, 409, 410)
"""The answers worth an example; the other refusals are a sentence each."""


def files() -> dict[Path, bytes]:
    """Every file as it has to be."""
    found = examples()
    made = openapi.document(found)
    return {
        EXAMPLES: _pretty(found),
        ROOT / "docs" / "openapi.json": openapi.written_in_json(made),
        ROOT / "docs" / "openapi.yaml": openapi.written_in_yaml(made),
    }


def examples() -> dict[str, dict[str, Any]]:
    """What each operation is asked and answers, by operation and then by status or `request`."""
    settings.ALLOWED_HOSTS = [HOST]
    found: dict[str, dict[str, Any]] = {}
    with time_machine.travel(NOW, tick=False), _loaded_dice():
        call_command("migrate", verbosity=0)
        scene = a_scene()
        for name, row in TABLE.items():
            operation = operation_at(OPERATIONS[name].method, OPERATIONS[name].route)
            if operation is None:
                continue
            shown = found[operation["operationId"]] = {}
            for status, cell in row.items():
                is_shown = status in SHOWN and "$ref" not in operation["responses"].get(str(status), {})
                if is_shown and not isinstance(cell, Impossible):
                    with _the_scene_again():
                        shown |= _example(name, status, cell, scene)
            if OPERATIONS[name].body is not None:
                shown["request"] = OPERATIONS[name].body
    return dict(sorted(found.items()))


def _example(name: str, status: int, cell: Any, scene: Scene) -> dict[str, Any]:
    query = "?limit=1" if name in LISTED or name == "feed" else OPERATIONS[name].query
    asked = replace(OPERATIONS[name], **{"query": query, **cell})
    asked.prepare()
    answer = asked.send(Client(SERVER_NAME=HOST), scene, "en-us")
    if answer.status_code != status:
        raise SystemExit(f"{name} should answer {status}: {answer.status_code} {answer.content.decode()}")
    return {str(status): answer.json()} if answer.content else {}


@contextmanager
def _the_scene_again() -> Iterator[None]:
    """Undo afterwards whatever is written."""
    file = Path(connections["default"].settings_dict["NAME"])
    kept = file.with_suffix(".kept")
    connections.close_all()
    shutil.copyfile(file, kept)
    yield
    connections.close_all()
    for left in (file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        left.unlink(missing_ok=True)
    kept.replace(file)
    references.forget()


@contextmanager
def _loaded_dice() -> Iterator[None]:
    dice = random.Random(1)
    # SQLite throws its own, where what is owed is inserted.
    drawn = "1000 * (SELECT count(*) FROM webhooks_webhookevent) + webhook"
    loaded = replace(DIALECTS["sqlite"], uuid=f"printf('c35f954b7eff4b61ab9e%%012x', {drawn})")
    with (
        mock.patch.dict(DIALECTS, sqlite=loaded),
        mock.patch.object(os, "urandom", dice.randbytes),  # what uuids are made of
        mock.patch.object(secrets, "token_bytes", dice.randbytes),
    ):
        yield


def _pretty(data: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(data), indent=1) + b"\n"


def main() -> None:
    """Write the files, or say which of them is not as it has to be."""
    wrong = {path: text for path, text in files().items() if not path.exists() or path.read_bytes() != text}
    if "--check" in sys.argv:
        if wrong:
            raise SystemExit(f"not up to date: {', '.join(path.name for path in wrong)}; run `make openapi`")
        return
    for path, text in wrong.items():
        path.write_bytes(text)


if __name__ == "__main__":
    main()
