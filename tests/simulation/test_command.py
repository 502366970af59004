"""`aktar simulate`: what it prints and draws, and that it leaves other databases alone."""

import sqlite3
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from django.db import connection

from tests.site.conftest import Aktar, aktar, is_refused

__all__ = ["aktar"]


def test_a_month_is_told_and_drawn(aktar: Aktar, tmp_path: Path) -> None:
    drawing, product = tmp_path / "month.svg", tmp_path / "product.sqlite3"
    options = ("--orders", "10", "--stores", "3", "--days", "2")
    done = aktar("simulate", *options, "--draw", str(drawing), DATABASE_URL=f"sqlite:///{product}")
    assert done.returncode == 0, done.stderr
    assert "10 orders in 2 days at 3 stores" in done.stdout
    assert "The planner costs" in done.stdout
    assert "They balance." in done.stdout
    assert len(list(ET.parse(drawing).iter("{http://www.w3.org/2000/svg}rect"))) == 1 + 5 * 4  # noqa: S314 - our own drawing
    assert not product.exists()


def test_a_database_in_use_is_refused(aktar: Aktar, tmp_path: Path) -> None:
    used = tmp_path / "used.sqlite3"
    with sqlite3.connect(used) as rows:
        rows.execute("CREATE TABLE somebodys (name TEXT)")
    done = aktar("simulate", "--orders", "20", "--database", f"sqlite:///{used}")
    assert is_refused(done, "this one is in use")
    with sqlite3.connect(used) as rows:
        assert rows.execute("SELECT name FROM sqlite_master").fetchall() == [("somebodys",)]


@pytest.mark.soak
def test_a_hundred_thousand_orders_over_three_hundred_stores(aktar: Aktar) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("It plays in a file of its own; once is enough.")
    done = aktar("simulate", "--orders", "100000", "--stores", "300")
    assert done.returncode == 0, done.stderr
    assert "The planner costs" in done.stdout
    assert "They balance." in done.stdout
