"""Beside the `_deliver_event` of dj-whisperer 0.5.3: the same payloads, as a dict, on PostgreSQL, in turn.

It is installed into an environment of its own, which is gone afterwards; where that fails the measurement is
left out and says so.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from benchmarks.databases import fresh_database
from benchmarks.webhooks import stage
from benchmarks.webhooks.receiver import receiver
from benchmarks.webhooks.throughput import EACH, delivered_a_second

NEEDED = (
    "dj-whisperer==0.5.3",
    "celery",
    "django-redis",
    "djangorestframework",
    "django-filter",
    "requests",
    "django>=5.2,<6",
    "psycopg[binary]",
)
OBJECTS = 1000
SECONDS = 5
PROGRAM = Path(__file__).with_name("rival_program.py")


def main() -> None:
    if os.environ["DATABASE_URL"].startswith("sqlite"):
        print("dj-whisperer: left out on SQLite, it knows only PostgreSQL")
        return
    with tempfile.TemporaryDirectory(prefix="aktar-bench-") as folder:
        python = _installed(Path(folder) / "venv")
        if python is not None:
            _compare(python, Path(folder) / "payloads.json")


def _installed(folder: Path) -> Path | None:
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", *NEEDED]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode == 0:
        return python
    print(f"dj-whisperer: left out, it cannot be installed ({done.stderr.strip().splitlines()[-1][:200]})")
    return None


def _compare(python: Path, kept: Path) -> None:
    vendor = stage.prepare()
    payloads = stage.real_payloads()
    kept.write_text(json.dumps([json.loads(payload) for payload in payloads]))
    print(f"dj-whisperer beside us on {vendor}, one endpoint, {stage.ROUNDS} rounds in turn")
    ours, its = [], []
    with receiver() as listening, fresh_database(vendor, suffix="_rival") as url:
        listeners = stage.listen([listening.url()])
        for _ in range(stage.ROUNDS):
            its.append(_rival_a_second(python, kept, listening.url(), url))
            ours.append(delivered_a_second(listening, payloads, listeners, objects=OBJECTS, each=EACH))
    ratios = [our / one for our, one in zip(ours, its, strict=True)]
    ratio = statistics.median(ratios)
    print(
        f"  aktar {stage.spread(ours, '.0f')}/s   dj-whisperer {stage.spread(its, '.0f')}/s   "
        f"{stage.spread(ratios, '.1f')} times: {stage.verdict(ratio, aim=20, must=8)}"
    )


def _rival_a_second(python: Path, payloads: Path, target: str, database: str) -> float:
    ours = ("PYTHONPATH", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    command = [str(python), str(PROGRAM), str(payloads), target, str(SECONDS)]
    done = subprocess.run(
        command,
        check=False,
        env=environment | {"DATABASE_URL": database},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"dj-whisperer failed:\n{done.stderr[-3000:]}")
    return float(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
