"""The floors, the shelves and the doors stand as the house says."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HTTP = ("django.http", "django.urls", "django.views", "django.shortcuts")
DOORS = {"api", "admin", "authentication", "bodies", "urls"}


def test_floors_and_shelves_stand() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_only_the_doors_know_http() -> None:
    # import-linter sees an outside package as a whole, so this one looks for itself.
    house = ROOT / "src" / "aktar"
    for file in house.glob("*/**/*.py"):
        room = file.relative_to(house).parts[0]
        if room in ("edge", "site") or file.stem in DOORS or file.parent.name in DOORS:
            continue
        imported = {
            node.module or ""
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.ImportFrom)
        }
        assert not {name for name in imported if name.startswith(HTTP)}, file


def test_every_file_says_in_its_first_line_what_lives_there() -> None:
    for folder in ("src", "tests"):
        for file in (ROOT / folder).rglob("*.py"):
            if "migrations" not in file.parts:
                assert file.read_text().startswith(('"""', 'r"""')), file
