"""How far long work is: a line that is written over on a terminal, a line a minute in a log."""

import sys
from collections.abc import Callable

import pytest

from aktar.site.cli import progress
from aktar.site.cli.progress import ProgressLine

Clock = Callable[[float], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Puts the clock forward by seconds."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])

    def forward(seconds: float) -> None:
        now[0] += seconds

    return forward


def test_a_log_gets_a_line_a_minute(clock: Clock, capfd: pytest.CaptureFixture[str]) -> None:
    line = ProgressLine()
    for done in range(1, 13):
        clock(10)
        line.show(f"{done} rows")
    line.end()
    told = capfd.readouterr()
    assert told.err == "6 rows\n12 rows\n"
    assert told.out == ""


def test_a_terminal_has_one_line_written_over(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    line = ProgressLine()
    line.show("1,000 rows")
    line.show("20 rows")
    line.end()
    line.end()
    assert capfd.readouterr().err == "\r1,000 rows\x1b[K\r20 rows\x1b[K\n"
