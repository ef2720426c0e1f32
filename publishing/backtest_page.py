"""Writes the backtest page: one HTML file with inline SVG plots, readable without a network.

Every plot has a text alternative and its numbers in a table below it. Must not be here: statistics.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from publishing.backtest_words import date_words, group_words, metric_words, ordered_groups

Row = Mapping[str, Any]
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 640, 290, 56, 44, 26
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1b1b; background: #fff; }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; }
caption { text-align: left; font-weight: 600; padding: 0.25rem 0; }
th, td { padding: 0.25rem 0.75rem; border-bottom: 1px solid #c8c8c8; text-align: right;
  vertical-align: top; }
th[scope=row], td.text, th.text { text-align: left; }
.scroll { overflow-x: auto; }
svg { max-width: 100%; height: auto; }
"""


@dataclass(frozen=True)
class Report:
    """What the page shows: rows of the tables of a backtest, and the texts around them."""

    dates: Sequence[str]
    last_delivery: str
    look_ahead_days: int
    outcomes: Mapping[str, str]
    dimensions: Mapping[str, str]
    gain: Sequence[Row]
    calibration: Sequence[Row]
    groups: Sequence[Row]


def render(report: Report) -> str:
    """Return the page as HTML."""
    pooled = report.gain[-1]["as_of"] if report.gain else ""
    parts = [
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>Backtest of the risk score</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"
        ),
        "<h1>Backtest of the risk score</h1>",
        (
            f"<p>As of {_text(' and '.join(map(date_words, report.dates)))}. Scores use only what was delivered by then."
            f" Outcomes are those of the next {report.look_ahead_days} days, from data delivered through"
            f" {_text(date_words(report.last_delivery))}. A client has an outcome once, however many events there"
            " were. Events that a payer reports later are missing. Intervals are Wilson 95%.</p>"
        ),
        (
            "<p>Confidential: for named leaders of the agency. The score is not validated by this page;"
            " it shows how well it ordered these clients on these dates.</p>"
        ),
    ]
    for outcome, title in report.outcomes.items():
        bands = [
            row
            for row in report.calibration
            if row["outcome"] == outcome and row["as_of"] == pooled
        ]
        lists = [row for row in report.gain if row["outcome"] == outcome]
        parts += [
            f"<h2>{_text(title)}</h2>",
            _plot(title, bands, report.look_ahead_days),
            _calibration_table(title, bands),
            _gain_table(title, lists),
        ]
    parts += ["<h2>By group</h2>", _GROUP_TEXT]
    parts += [_group_table(report, dimension) for dimension in report.dimensions]
    parts.append("</main>\n</body>\n</html>\n")
    return "\n".join(parts)


_GROUP_TEXT = (
    "<p>All dates together. Cells of fewer than 11 clients, with or without the event, are not"
    " shown, nor is the smallest other cell where a single one could be calculated. Missing data"
    " lower a score: compare the coverage rows first. A selection ratio below 0.8 is marked."
    " AUROC is the share of pairs of a client with the outcome and one without in which the first has the"
    " higher score. No weight changes because of this table.</p>"
)


def _text(value: object) -> str:
    return html.escape(str(value))


def _percent(value: float | None) -> str:
    return "not shown" if value is None else f"{value:.1%}"


def _interval(row: Row, low: str = "low", high: str = "high") -> str:
    return "" if row[low] is None else f"{_percent(row[low])} to {_percent(row[high])}"


def _number(value: float | None) -> str:
    return "not shown" if value is None else f"{value:,.0f}"


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column names the row; cells are HTML."""
    cells = "".join(
        f'<th scope="col"{" class=text" if i == 0 else ""}>{_text(name)}</th>'
        for i, name in enumerate(head)
    )
    body = "\n".join(
        f'<tr><th scope="row">{row[0]}</th>'
        + "".join(f"<td>{cell}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll"><table>\n<caption>{_text(caption)}</caption>\n'
        f"<thead><tr>{cells}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _calibration_table(title: str, bands: Sequence[Row]) -> str:
    rows = [
        [
            _text(row["band"]), _number(row["clients"]), _number(row["events"]),
            _percent(row["rate"]), _interval(row),
        ]
        for row in bands
    ]  # fmt: skip
    return _table(
        f"{title} by score", ["Score", "Clients", "With outcome", "Rate", "95% interval"], rows
    )


def _gain_table(title: str, lists: Sequence[Row]) -> str:
    rows = []
    for row in lists:
        of = float(row["with_outcome"])
        shares = [
            float(row[name]) / of if of and row[name] is not None else None for name in _METHODS
        ]
        gain = row["gain_over_chance"]
        rows.append(
            [
                f"{_text(date_words(row['as_of']))}: {_text(row['tiers'])}",
                f"{_number(row['listed'])} of {_number(row['clients'])}",
                f"{_number(row['found'])} of {_number(row['with_outcome'])}",
                _share_cell(row),
                *(_percent(share) for share in shares),
                "not shown" if gain is None else f"{float(gain):.1f}",
            ]
        )  # fmt: skip
    return _table(
        f"{title}: share found by lists of equal size",
        [
            "Date and tiers", "Clients listed", "Found", "Found by tier", "By last year's cost",
            "By last year's ED visits", "By chance", "Times chance",
        ],
        rows,
    )  # fmt: skip


def _share_cell(row: Row) -> str:
    if row["share_found"] is None:
        return "not shown"
    return f"{_percent(row['share_found'])} ({_interval(row, 'share_low', 'share_high')})"


_METHODS = ("found_by_cost", "found_by_ed", "found_by_chance")


def _group_table(report: Report, dimension: str) -> str:
    found = [row for row in report.groups if row["dimension"] == dimension]
    groups = ordered_groups(str(row["group"]) for row in found)
    by_cell = {(row["metric"], row["group"]): row for row in found}
    rows = [
        [_text(metric_words(metric))]
        + [_group_cell(by_cell.get((metric, group))) for group in groups]
        for metric in dict.fromkeys(row["metric"] for row in found)
    ]
    words = [group_words(dimension, group) for group in groups]
    return _table(report.dimensions[dimension], ["Measure", *words], rows)


def _group_cell(row: Row | None) -> str:
    if row is None or row["value"] is None:
        return "not shown"
    value = float(row["value"])
    if row["metric"] == "clients":
        return f"{value:,.0f}"
    if row["low"] is None:
        return f"<strong>{value:.2f} (below 0.8)</strong>" if row["is_warning"] else f"{value:.2f}"
    return f"{value:.1%} ({_interval(row)})"


def _plot(title: str, bands: Sequence[Row], days: int) -> str:
    """Observed rate by score band as dots with their intervals."""
    shown = [row for row in bands if row["rate"] is not None]
    top = max((float(row["high"]) for row in shown), default=0.0) or 1.0
    step = (_WIDTH - _LEFT - 16) / max(len(bands), 1)

    def y(rate: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - rate / top)

    summary = "; ".join(f"score {row['band']}: {_percent(row['rate'])}" for row in bands)
    marks = [
        f'<line x1="{_LEFT}" x2="{_WIDTH - 16}" y1="{y(level):.1f}" y2="{y(level):.1f}" stroke="#c8c8c8"/>'
        f'<text x="{_LEFT - 6}" y="{y(level) + 4:.1f}" text-anchor="end">{level:.0%}</text>'
        for level in (0.0, top / 2, top)
    ]
    for index, row in enumerate(bands):
        x = _LEFT + step * (index + 0.5)
        marks.append(
            f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{_text(row["band"])}</text>'
        )
        if row["rate"] is not None:
            marks.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y(row["low"]):.1f}" y2="{y(row["high"]):.1f}"'
                ' stroke="#1f4e79" stroke-width="2"/>'
                f'<circle cx="{x:.1f}" cy="{y(row["rate"]):.1f}" r="5" fill="#1f4e79"/>'
            )
    marks.append(
        f'<text x="{(_LEFT + _WIDTH) / 2:.0f}" y="{_HEIGHT - 6}" text-anchor="middle">Risk score</text>'
        f'<text x="{_LEFT}" y="{_TOP - 5}">Clients with the outcome within {days} days, and 95% interval</text>'
    )
    return (
        f'<svg role="img" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
        ' font-family="system-ui, sans-serif" font-size="13" fill="#1b1b1b">\n'
        f"<title>{_text(title)} within {days} days by risk score</title>\n<desc>{_text(summary)}</desc>\n"
        + "\n".join(marks)
        + "\n</svg>"
    )
