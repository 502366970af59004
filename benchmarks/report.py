"""The report: figures of both databases as Markdown, and their ratios as a drawing.

`python -m benchmarks.report FOLDER` reads what the measurements wrote there and writes docs/benchmarks.
"""

import json
import os
import platform
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.drawing import drawn
from benchmarks.figures import Figures

OUT = Path(__file__).parent.parent / "docs" / "benchmarks"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
WAYS = {
    "cold": "aktar, documents to be made",
    "warm": "aktar, documents at hand",
    "counted": "aktar, count and documents to be made",
    "DRF": "yardstick",
    "stored": "stored bytes, bare driver",
}


_OPENING = """# How fast

Measured {day} by `make bench`: {rows} transfer orders of the demo, {machine}.
The load average of the last quarter of an hour was {load:.0f}: the more of it is not ours, the more only
**the ratios** tell, which compare neighbours in one round, and those of short requests gain by it.

The yardstick (`benchmarks/yardstick`) is the same API in idiomatic Django REST framework: serializers,
`select_related` to one and `prefetch_related` to many, django-filter, and our own authentication, throttle
and exact count. Both answer the same, value by value, before anything is measured. Its command takes the
same lock, snapshots with the serializer, and writes the event, its place in the feed and what two listening
webhooks are owed with the ORM; the product writes the same rows with statements that were compiled once.

*To be made*: the process holds references, and for five seconds a slow count of 10,000 and more, but no
document. *At hand*: it holds those of the page too, and a list that was asked for twice as a whole
([42](../adr/0042-whole-documents-are-kept-in-memory.md)). *Stored bytes*: fetching the same bytes from a
table of two columns by the bare driver, without any request around it.

![How many times as fast as the yardstick](reads.svg)

## In the process

Through the whole WSGI handler; medians, in brackets the tenth and the ninetieth of a hundred, of {rounds}
rounds in turn."""
_TIMES = """
### {database}

| | | ms | times the yardstick |
|---|---|---|---|"""
_SIZES = """
## As the table grows

The list of 50 with that many transfer orders: medians in milliseconds, and in brackets how many times that of
the first line. Ten thousand are the demo's, the others copies of them. Counting anew is what one request in
five seconds pays on PostgreSQL.

| | transfer orders | at hand | to be made | counted anew and to be made |
|---|---|---|---|---|"""
_RATES = """
## Served

`aktar serve --workers 2 --threads 4`, `wrk` with eight connections on the same two processors, one address
over and over.

| | | | requests a second | half within | 99 of 100 within |
|---|---|---|---|---|---|"""
_MEMORY = """
Resident memory of each worker while it answers a mix of details, pages of both lists and filtered lists, at
random places:

| | requests | MB |
|---|---|---|"""


def main(folder: Path) -> None:
    databases = [Figures.read((folder / f"inside-{name}.json").read_text()) for name in NAMES]
    sizes, served = _written(folder, "sizes"), _written(folder, "served")
    OUT.mkdir(exist_ok=True)
    (OUT / "reads.svg").write_text(drawn(databases))
    lines = [_opening(databases[0]), *_inside(databases), *_grown(sizes), *_served(served), ""]
    (OUT / "README.md").write_text("\n".join(lines))


def _written(folder: Path, what: str) -> dict[str, Any]:
    paths = {name: folder / f"{what}-{name}.json" for name in NAMES}
    return {name: json.loads(path.read_text()) for name, path in paths.items() if path.exists()}


def _opening(figures: Figures) -> str:
    return _OPENING.format(
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        rows=f"{figures.transfer_orders:,}",
        machine=f"two shared processors ({platform.machine()}), Python {platform.python_version()}",
        load=os.getloadavg()[2],
        rounds=len(figures.samples["detail"]["DRF"]),
    )


def _inside(databases: list[Figures]) -> Iterator[str]:
    for figures in databases:
        yield _TIMES.format(database=NAMES[figures.database])
        for operation, ways in figures.samples.items():
            for way in (way for way in WAYS if way in ways):
                low, high = figures.spread(operation, way)
                said = f"{figures.median(operation, way):.2f} ({low:.2f} to {high:.2f})"
                name = "aktar" if ways.keys() == {"DRF", "warm"} and way == "warm" else WAYS[way]
                yield f"| {operation} | {name} | {said} | {_ratio(figures, operation, way)} |"


def _ratio(figures: Figures, operation: str, way: str) -> str:
    if way in ("DRF", "stored"):
        return ""
    median, low, high = figures.ratio(operation, way)
    return f"**{median:.1f}** ({low:.1f} to {high:.1f})"


def _grown(sizes: dict[str, Any]) -> Iterator[str]:
    if not sizes:
        return
    yield _SIZES
    for name, found in sizes.items():
        for one in found:
            ratios = (
                f"{one[way]:.2f} ({one[way] / found[0][way]:.2f})" for way in ("warm", "cold", "counted")
            )
            yield f"| {NAMES[name]} | {one['rows']:,} | {' | '.join(ratios)} |"


def _served(served: dict[str, Any]) -> Iterator[str]:
    if not served:
        return
    yield _RATES
    for name, found in served.items():
        for rate in sorted(found["rates"], key=lambda rate: (rate["what"], rate["way"])):
            yield (
                f"| {NAMES[name]} | {rate['what']} | {WAYS[rate['way']]} "
                f"| {rate['rate']:.0f} | {rate['p50']:.1f} ms | {rate['p99']:.1f} ms |"
            )
    yield _MEMORY
    for name, found in served.items():
        seen = found["memory"]
        for one in (seen[0], *(seen[len(seen) * part // 4 - 1] for part in (1, 2, 3, 4))):
            yield f"| {NAMES[name]} | {one['requests']:,} | {', '.join(map(str, one['megabytes']))} |"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
