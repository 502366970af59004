"""Draws a month: service level, late share, transfers, kilometres and cost of each policy, as plain SVG."""

from collections.abc import Callable
from html import escape

from aktar.site.simulation.reports import Played, Report
from aktar.site.simulation.tallies import Tally

_LEFT, _WIDTH, _ROW, _PANEL_HEAD = 190, 420, 20, 28
_COLOURS = ("#2f5d94", "#7a9cc6", "#c9a36a", "#b8b8b8")

_PANELS: tuple[tuple[str, Callable[[Tally], float], str], ...] = (
    ("orders served whole", lambda tally: tally.service * 100, "{:.1f} %"),
    ("orders packed late", lambda tally: tally.late_share * 100, "{:.1f} %"),
    ("transfers an order", lambda tally: tally.transfers_an_order, "{:.2f}"),
    ("kilometres an order", lambda tally: tally.kilometres_an_order, "{:,.0f}"),
    ("cost an order, in points", lambda tally: tally.cost_an_order, "{:,.0f}"),
)


def drawn(report: Report) -> str:
    """The drawing as SVG."""
    month = report.month
    rows = [
        (f"{report.carried_out.name}, carried out", report.carried_out),
        *((f"{each.name}, on paper", each) for each in report.on_paper),
    ]
    title = f"{month.orders:,} orders, {month.stores} stores, {month.days} days, seed {month.seed}"
    parts, y = [_text(8, 20, title, weight="bold")], 30
    for name, measure, form in _PANELS:
        parts.append(_text(8, y + 20, name, weight="bold"))
        y += _PANEL_HEAD
        parts += _bars(rows, measure, form, y)
        y += _ROW * len(rows) + 6
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {y + 6}" '
        'font-family="sans-serif" font-size="12">'
        f'<rect width="720" height="{y + 6}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _bars(rows: list[tuple[str, Played]], measure: Callable[[Tally], float], form: str, y: int) -> list[str]:
    values = [measure(played.tally) for _, played in rows]
    most = max(values) or 1.0
    parts = []
    for (name, _), value, colour in zip(rows, values, _COLOURS, strict=True):
        width = _WIDTH * value / most
        parts.append(_text(8, y + 14, name))
        parts.append(f'<rect x="{_LEFT}" y="{y + 3}" width="{width:.1f}" height="14" fill="{colour}"/>')
        parts.append(_text(_LEFT + width + 6, y + 14, form.format(value)))
        y += _ROW
    return parts


def _text(x: float, y: float, words: str, *, weight: str = "normal") -> str:
    return f'<text x="{x:.0f}" y="{y}" font-weight="{weight}" fill="#222">{escape(words)}</text>'
