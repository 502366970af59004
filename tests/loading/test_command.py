"""`aktar load` on files: what it says where, and how it exits."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.printed import SAMPLES

Load = Callable[..., "subprocess.CompletedProcess[bytes]"]
LIST = SAMPLES / "transfer_orders.list.json"
DETAIL = SAMPLES / "transfer_orders.detail.json"
BRIEF = SAMPLES / "transfer_orders.list-simple.json"


@pytest.fixture
def aktar_load(aktar_environment: dict[str, str]) -> Load:
    """Runs `aktar load` off a terminal, on an installation with tables and workflow."""

    def run(*arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [sys.executable, "-m", "aktar", *arguments],
            env=aktar_environment,
            input=given,
            capture_output=True,
        )

    assert run("migrate").returncode == 0
    assert run("workflow", "load").returncode == 0
    return lambda *arguments, given=b"": run("load", *arguments, given=given)


def summary(created: int, updated: int, unchanged: int, refused: int) -> bytes:
    return (
        f"Transfer orders: {created} created, {updated} updated, {unchanged} unchanged, 0 older than ours, "
        f"{refused} refused.\n"
    ).encode()


def test_files_and_standard_input_packed_or_not(aktar_load: Load, tmp_path: Path) -> None:
    packed = tmp_path / "detail.json.gz"
    packed.write_bytes(gzip.compress(DETAIL.read_bytes()))

    done = aktar_load(str(LIST), str(packed), "-", given=gzip.compress(LIST.read_bytes()))

    assert (done.returncode, done.stdout) == (0, summary(2, 1, 2, 0))
    notes = done.stderr.decode().splitlines()
    assert "note: city 40 is told in two ways; the first is kept" in notes
    assert all(note.startswith("note: ") for note in notes)


def test_refusals_are_told_by_place_and_id_and_end_with_1(aktar_load: Load, tmp_path: Path) -> None:
    order = json.loads(DETAIL.read_text())
    file = tmp_path / "orders.ndjson"
    lines = [json.dumps(order | {"number": "\x1b[31m" * 99}), "{oops}", json.dumps(order)]
    file.write_text("\n".join(lines))

    done = aktar_load(str(file), str(BRIEF))

    assert (done.returncode, done.stdout) == (1, summary(1, 0, 0, 4))
    told = [line for line in done.stderr.decode().splitlines() if not line.startswith("note: ")]
    assert told[0] == f"{file}: record 1 (id 1358) refused: number: 495 characters are more than 100"
    assert told[1].startswith(f"{file}: record 2 refused: it is no JSON: ")
    assert told[2].startswith(f"{BRIEF}: record 1 (id 1358) refused: source: this is the brief form")
    assert len(told) == 4


def test_a_file_that_is_cut_off_is_told(aktar_load: Load, tmp_path: Path) -> None:
    file = tmp_path / "cut.gz"
    file.write_bytes(gzip.compress(DETAIL.read_bytes())[:-9])
    done = aktar_load(str(file))
    assert done.returncode == 1
    assert b"the rest cannot be read" in done.stderr
    assert b"Traceback" not in done.stderr


def test_without_a_workflow_it_says_what_to_run(aktar_environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "aktar"]
    assert subprocess.run([*command, "migrate"], env=aktar_environment, capture_output=True).returncode == 0
    done = subprocess.run(
        [*command, "load", str(LIST)], env=aktar_environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "run `aktar workflow load` first" in done.stderr
