"""Writes the board report as one HTML page: no script, no network, two printed pages.

Charts are inline SVG images with a text alternative. board.py has every sentence.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise

from figures.intervals import wilson
from figures.p_chart import Point
from figures.process_control import ChartPoint
from figures.released import RateRow
from figures.words import percent, period_words
from publishing.reports.board import Board, Change, Indicator

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 360, 140, 36, 52, 10, 20
_INK, _SIGNAL, _TARGET, _NATIONAL, _LIMIT, _TEXT = (
    "#1f4e79", "#b3261e", "#8a4b08", "#5f5f5f", "#6b7c8f", "#1b1b1b",
)  # fmt: skip
_LABEL_HEIGHT = 10
_STYLE = """
@page { size: letter; margin: 11mm 13mm 12mm; }
@page { @bottom-left { content: string(release); font: 7pt sans-serif; color: #444; }
  @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 7pt sans-serif;
  color: #444; } }
* { box-sizing: border-box; }
body { font: 16px/1.45 "DejaVu Sans", "Segoe UI", Helvetica, Arial, sans-serif; color: #1b1b1b;
  background: #fff; margin: 0 auto; max-width: 68rem; padding: 1rem; }
h1 { font-size: 1.5em; margin: 0; color: #1f3a5f; }
h2 { font-size: 1.15em; margin: 1.1em 0 0.3em; color: #1f3a5f; }
h3 { font-size: 1em; margin: 0; }
p { margin: 0.25em 0; }
.headline { font-size: 1.15em; font-weight: 600; margin: 0.5em 0; }
.about, .small { color: #444; font-size: 0.85em; }
.indicators { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 0.9rem; }
.indicator { border: 1px solid #b7c3d0; border-radius: 4px; padding: 0.6rem 0.75rem; }
.value { font-size: 1.6em; font-weight: 700; color: #1f4e79; }
.indicator img { display: block; width: 100%; height: auto; margin-top: 0.3rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: 0.3em 0; }
th, td { border-bottom: 1px solid #b7c3d0; padding: 0.3em 0.5em; text-align: left; vertical-align: top; }
thead th { background: #eef2f6; }
.owner { width: 24%; }
input { width: 100%; border: 1px solid #6b7c8f; background: #fff; font: inherit; padding: 0.15em; }
ul { margin: 0.25em 0; padding-left: 1.2em; }
.scroll { overflow-x: auto; }
#release { string-set: release content(); }
@media print {
  body { font-size: 8.2pt; line-height: 1.3; max-width: none; padding: 0; }
  .indicators { display: block; }
  .indicator { display: inline-block; width: 49%; height: 71mm; vertical-align: top; margin: 0 0 2mm; padding: 2mm 3mm;
    overflow: hidden; }
  .indicator:nth-child(odd) { margin-right: 1.5%; }
  h2 { margin: 0.8em 0 0.25em; break-after: avoid; }
  h3 { font-size: 8.6pt; }
  .second { break-before: page; }
  input { height: 5mm; }
  .definitions { font-size: 7.2pt; }
  th, td { padding: 0.2em 0.4em; }
  .scroll { overflow: visible; }
}
"""


def page(board: Board) -> str:
    """Return the report as HTML."""
    month = f"{board.month:%B %Y}"
    parts = [
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>Board report {month}</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
        ),
        f"<header>\n<h1>Board report {month}</h1>",
        f'<p class="headline">{_text(board.headline)}</p>',
        (
            f'<p class="about" id="release">Shareable edition · data as of {_text(board.as_of_text)} ·'
            f" release {_text(board.release_id)}</p>\n</header>\n<main>"
        ),
        "<section>\n<h2>Indicators</h2>",
        _indicators(board),
        _legend(),
        '</section>\n<section class="second">\n<h2>What is better, what is worse</h2>',
        _changes("Better", board.better, "No measure is better by more than chance."),
        _changes("Worse", board.worse, "No measure is worse by more than chance."),
        "</section>\n<section>\n<h2>Is anyone left out?</h2>",
        _list(board.equity),
        "</section>\n<section>\n<h2>Caseload against capacity</h2>",
        f"<p>{_text(board.capacity)}</p>",
        "</section>\n<section>\n<h2>About the data</h2>",
        _list(board.caveats),
        '</section>\n<section class="definitions">\n<h2>Definitions</h2>',
        _definitions(board),
        "</section>\n</main>\n</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _text(value: object) -> str:
    return html.escape(str(value))


def _list(sentences: Sequence[str]) -> str:
    return "<ul>\n" + "\n".join(f"<li>{_text(one)}</li>" for one in sentences) + "\n</ul>"


def _indicators(board: Board) -> str:
    if not board.indicators:
        return "<p>No indicator has a published rate.</p>"
    cards = "\n".join(_indicator(one) for one in board.indicators)
    return f'<div class="indicators">\n{cards}\n</div>'


def _indicator(indicator: Indicator) -> str:
    latest = indicator.latest
    numerator, denominator = latest.counts
    chart = (
        f'<img alt="{_text(chart_summary(indicator))}" src="data:image/svg+xml;base64,{_svg(indicator)}"'
        f' width="{_WIDTH}" height="{_HEIGHT}">'
    )
    direction = "higher is better" if indicator.definition.higher_is_better else "lower is better"
    return (
        f'<article class="indicator">\n<h3>{_text(indicator.definition.title)}</h3>\n'
        f'<p><span class="value">{percent(indicator.rate)}</span> {_text(period_words(latest))},'
        f" {numerator:,} of {denominator:,}</p>\n"
        f"<p>{_text(_sentence(indicator.target_text))} {_text(_sentence(indicator.national_text))}</p>\n"
        f'<p class="small">{_text(_sentence(indicator.variation))} {_sentence(direction)}</p>\n'
        f"{chart}\n</article>"
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _legend() -> str:
    return (
        '<p class="small">Charts: the rate by period; gray line: mean of the baseline of 12 points;'
        " dashed gray lines: limits; red diamonds: a rule fires; T: target; N: national figure. Below 12"
        " points there are no limits and no statement about change; a single period has its 95%"
        " interval.</p>"
    )


def _changes(title: str, changes: Sequence[Change], none: str) -> str:
    if not changes:
        return f"<h3>{title}</h3>\n<p>{_text(none)}</p>"
    rows = "\n".join(
        f"<tr><td>{_text(change.sentence)}</td>"
        f'<td><input type="text" aria-label="Owner: {_text(change.definition.title)}"></td>'
        f'<td><input type="text" aria-label="Next step: {_text(change.definition.title)}"></td></tr>'
        for change in changes
    )
    return (
        f'<div class="scroll"><table>\n<caption>{title}</caption>\n<thead><tr><th scope="col">Measure</th>'
        '<th scope="col" class="owner">Owner</th><th scope="col" class="owner">Next step</th></tr>'
        f"</thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>"
    )


def _definitions(board: Board) -> str:
    rows = "\n".join(
        f'<tr><th scope="row">{_text(one.definition.title)}</th><td>{_text(one.definition.description)}'
        f" {_text(_sentence(one.definition.certification))}</td></tr>"
        for one in board.indicators
    )
    return (
        f'<div class="scroll"><table>\n<caption>Release {_text(board.release_id)}</caption>\n<thead><tr>'
        '<th scope="col">Measure</th><th scope="col">Counts</th></tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table></div>"
    )


def chart_summary(indicator: Indicator) -> str:
    """Describe the chart for a reader who does not see it."""
    values = "; ".join(f"{period_words(row)} {percent(_rate(row))}" for row in indicator.charted)
    if len(indicator.charted) == 1:
        low, high = wilson(*indicator.latest.counts)
        values += f", 95% interval {percent(low)} to {percent(high)}"
    last = indicator.chart.points[-1]
    limits = (
        f" Mean {percent(last.mean)}, limits of the latest period {percent(last.lower)} to"
        f" {percent(last.upper)}."
        if last.mean is not None and last.lower is not None and last.upper is not None
        else ""
    )
    return (
        f"Chart of {indicator.definition.title}: {values}.{limits} {_sentence(indicator.variation)}"
    )


def _rate(row: RateRow) -> float:
    numerator, denominator = row.counts
    return numerator / denominator


def _svg(indicator: Indicator) -> str:
    rows = indicator.charted
    shown = indicator.chart.points[-len(rows) :]
    target, national = indicator.definition.target_rate, indicator.definition.national_rate
    references = [
        (float(rate), letter, color)
        for rate, letter, color in ((target, "T", _TARGET), (national, "N", _NATIONAL))
        if rate is not None
    ]
    top = _highest(shown, [rate for rate, _, _ in references])
    first, last = rows[0].period_start, rows[-1].period_end

    def x(row: RateRow) -> float:
        middle = ((row.period_start - first).days + (row.period_end - first).days) / 2
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * middle / max((last - first).days, 1)

    def y(rate: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - min(rate, top) / top)

    xs = [x(row) for row in rows]
    marks = [_grid(y(level), f"{level:.0%}") for level in (0.0, top / 2, top)]
    marks += _references(references, y)
    marks += _limits(shown, xs, y)
    # A line joins adjoining periods only: a period without a published rate leaves a gap.
    marks += [
        f'<line x1="{xs[i]:.1f}" y1="{y(_rate(one)):.1f}" x2="{xs[i + 1]:.1f}" y2="{y(_rate(two)):.1f}"'
        f' stroke="{_INK}" stroke-width="1.5"/>'
        for i, (one, two) in enumerate(pairwise(rows))
        if two.period_start == one.period_end + timedelta(days=1)
    ]
    if len(rows) == 1:
        marks.append(_interval(xs[0], *map(y, wilson(*rows[0].counts))))
    marks += [_mark(a, y(p.point.value), p) for a, p in zip(xs, shown, strict=True)]
    marks += _dates(xs, rows)
    body = "\n".join(marks)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}"'
        f' height="{_HEIGHT}" font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="9"'
        f' fill="{_TEXT}">\n{body}\n</svg>'
    )
    return base64.b64encode(svg.encode()).decode()


def _highest(shown: Sequence[ChartPoint[Point]], references: Sequence[float]) -> float:
    """The top of the scale: a tenth above the highest mark, at most 100%."""
    values = [p.point.value for p in shown] + [p.upper for p in shown if p.upper] + [*references]
    if len(shown) == 1:
        values.append(wilson(shown[0].point.numerator, shown[0].point.denominator)[1])
    tenths = int(max(values) * 10) + 1
    return min(1.0, tenths / 10)


def _interval(x: float, low: float, high: float) -> str:
    """The 95% interval of a single period, which has no process control chart."""
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}" stroke="{_INK}"'
        ' stroke-width="2"/>'
    )


def _grid(y: float, label: str) -> str:
    return (
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dde3e9"/>'
        f'<text x="{_LEFT - 4}" y="{y + 3:.1f}" text-anchor="end">{label}</text>'
    )


def _references(
    references: Sequence[tuple[float, str, str]], y: Callable[[float], float]
) -> list[str]:
    """Target and national figure as lines, their labels one below the other."""
    lines = []
    label = -_LABEL_HEIGHT
    for rate, letter, color in sorted(references, reverse=True):
        height = y(rate)
        label = max(height + 3, label + _LABEL_HEIGHT)
        lines.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{height:.1f}" y2="{height:.1f}"'
            f' stroke="{color}" stroke-dasharray="6 3"/>'
            f'<text x="{_WIDTH - _RIGHT + 3}" y="{label:.1f}" fill="{color}">{letter} {rate:.1%}</text>'
        )
    return lines


def _limits(
    shown: Sequence[ChartPoint[Point]], xs: Sequence[float], y: Callable[[float], float]
) -> list[str]:
    """Mean as a line, limits as steps that follow the denominators."""
    with_limits = [(a, p) for a, p in zip(xs, shown, strict=True) if p.mean is not None]
    if len(with_limits) < 2:
        return []
    lines = []
    for name, dash in (("mean", ""), ("lower", "3 3"), ("upper", "3 3")):
        path = " ".join(f"{a:.1f},{y(getattr(p, name)):.1f}" for a, p in with_limits)
        lines.append(
            f'<polyline points="{path}" fill="none" stroke="{_LIMIT}" stroke-dasharray="{dash}"/>'
        )
    return lines


def _mark(x: float, y: float, point: ChartPoint[Point]) -> str:
    if point.signals:
        return (
            f'<path d="M{x:.1f} {y - 5:.1f}L{x + 5:.1f} {y:.1f}L{x:.1f} {y + 5:.1f}L{x - 5:.1f} {y:.1f}Z"'
            f' fill="{_SIGNAL}"/>'
        )
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{_INK}"/>'


def _dates(xs: Sequence[float], rows: Sequence[RateRow]) -> list[str]:
    """Label the first, the middle and the last period by its first month; a single one in full."""
    if len(rows) == 1:
        return [_date(xs[0], period_words(rows[0]))]
    chosen = sorted({0, len(xs) // 2, len(xs) - 1})
    return [_date(xs[i], f"{rows[i].period_start:%b %Y}") for i in chosen]


def _date(x: float, label: str) -> str:
    return f'<text x="{x:.1f}" y="{_HEIGHT - 6}" text-anchor="middle">{label}</text>'
