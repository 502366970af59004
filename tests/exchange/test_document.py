"""docs/tables.md names the columns that there are and what each needs; its samples come in as they stand."""

import csv
import io
import re
from pathlib import Path

import pytest

from aktar.exchange.actions import Report
from aktar.exchange.kinds import KINDS
from aktar.orders.models import OrderItem
from aktar.stock.models import StockLevel
from tests.exchange.tables import a_csv, bring_in
from tests.factories import a_workflow

pytestmark = pytest.mark.django_db

DOCUMENT = (Path(__file__).parents[2] / "docs" / "tables.md").read_text()
SAMPLES = dict(re.findall(r"^`(\w+)\.csv`\n\n```csv\n(.*?)^```", DOCUMENT, re.M | re.S))
SECTIONS = {
    heading.lower().replace(" ", "_"): text
    for heading, text in re.findall(r"^## ([\w ]+)\n(.*?)(?=^## |\Z)", DOCUMENT, re.M | re.S)
}
COLUMNS = {
    kind: dict(re.findall(r"^\| `(\w+)` \| ([\w ]*?) ?\|", text, re.M)) for kind, text in SECTIONS.items()
}
# The first one of an empty installation is one, too.
NEEDED = ("new", "always", "the first")


@pytest.fixture(autouse=True)
def _empty_installation() -> None:
    a_workflow()


def sample(kind: str, *, but: str | None = None, only: frozenset[str] | None = None) -> list[list[str]]:
    """The rows of a sample, headings first: without the column `but`, or with those of `only` alone."""
    text = SAMPLES[kind]
    rows = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ","))
    kept = [
        place
        for place, name in enumerate(rows[0])
        if name != but and (only is None or name in only or name in KINDS[kind].key)
    ]
    return [[row[place] for place in kept] for row in rows]


def take(folder: Path, kind: str, rows: list[list[str]]) -> list[Report]:
    return bring_in(a_csv(folder / f"{kind}.csv", rows), kind)


def fates(reports: list[Report]) -> set[str]:
    return {str(report.fate) for report in reports}


def test_the_columns_are_those_that_there_are() -> None:
    assert list(SAMPLES) == list(SECTIONS) == list(KINDS)
    for name, kind in KINDS.items():
        assert list(COLUMNS[name]) == [column.name for column in kind.columns]
        assert set(COLUMNS[name].values()) <= {"", *NEEDED}


def test_the_samples_come_in_as_they_stand(tmp_path: Path) -> None:
    for name, text in SAMPLES.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(text)
        reports = bring_in(path, name)
        assert fates(reports) <= {"created", "updated", "unchanged"}, reports
        assert fates(bring_in(path, name)) == {"unchanged"}
    assert StockLevel.objects.get(product__sku="TS-1-L").on_hand == 1200
    assert OrderItem.objects.count() == 4


def test_what_is_needed_is_enough_and_each_of_it_is_needed(tmp_path: Path) -> None:
    for kind, columns in COLUMNS.items():
        needed = frozenset(name for name, when in columns.items() if when in NEEDED)
        for missing in sorted(needed - set(KINDS[kind].key)):
            rows = sample(kind, but=missing)
            assert "created" not in fates(take(tmp_path, kind, rows)), missing
        assert "refused" not in fates(take(tmp_path, kind, sample(kind, only=needed)))
