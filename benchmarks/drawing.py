"""Draws how many times as fast as the yardstick each operation is: plain SVG, bars on a logarithmic scale."""

from collections.abc import Sequence
from html import escape
from math import log10

from benchmarks.figures import Figures

_LEFT, _WIDTH, _ROW, _TOP = 190, 520, 18, 46
_COLOURS = {"cold": "#7a9cc6", "warm": "#2f5d94"}


def drawn(databases: Sequence[Figures]) -> str:
    """The drawing as SVG."""
    parts, y = [], _TOP
    for figures in databases:
        parts.append(_text(8, y + 13, figures.database, weight="bold"))
        y += 22
        for operation, ways in figures.samples.items():
            parts.append(_text(8, y + 13, operation))
            for way in ("cold", "warm"):
                if way in ways:
                    parts += _bar(y, way, *figures.ratio(operation, way))
                    y += _ROW
            y += 4
        y += 10
    grid = [
        f'<line x1="{_x(n)}" x2="{_x(n)}" y1="{_TOP - 8}" y2="{y}" stroke="#ddd"/>'
        + _text(_x(n) - 8, 34, f"{n}×")
        for n in (1, 3, 10, 30, 100, 300)
    ]
    legend = _text(8, 16, "Times as fast as the yardstick; light: documents to be made, dark: at hand.")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 {y}" '
        'font-family="sans-serif" font-size="12">'
        f'<rect width="780" height="{y}" fill="#fff"/>{legend}{"".join(grid)}{"".join(parts)}</svg>\n'
    )


def _bar(y: int, way: str, median: float, low: float, high: float) -> list[str]:
    width = max(1.0, _x(median) - _LEFT)
    middle = y + 7
    return [
        f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="14" fill="{_COLOURS[way]}"/>',
        f'<line x1="{_x(low):.1f}" x2="{_x(high):.1f}" y1="{middle}" y2="{middle}" stroke="#222"/>',
        _text(max(_x(high), _x(median)) + 6, y + 11, f"{median:.0f}×" if median >= 10 else f"{median:.1f}×"),
    ]


def _x(ratio: float) -> float:
    return _LEFT + _WIDTH * max(0.0, log10(ratio)) / log10(300)


def _text(x: float, y: float, words: str, *, weight: str = "normal") -> str:
    return f'<text x="{x:.0f}" y="{y}" font-weight="{weight}" fill="#222">{escape(words)}</text>'
