"""Draws one measure: p-chart and table by period, dots and table by group, definition.

A chart and the table beside it have the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards import charts, escaping, frame, html_table
from dashboards.frame import Page
from dashboards.html_table import Cell, Column, Table
from figures import p_chart as rates
from figures import process_control
from figures.intervals import wilson
from figures.p_chart import Point
from figures.process_control import Chart
from figures.released import Definition, RateRow
from figures.words import BREAKDOWNS, group_words, percent, period_words, rate_text

DEFINITIONS = "definitions"


def draw(page: Page, measure_id: str, basis: str | None = None) -> None:
    """Draw the heading, the p-chart with its table, and what the chart says.

    Args:
        page: the page.
        measure_id: the measure; without released rows, a sentence says so.
        basis: the basis; None for the one that reports use.
    """
    definition = page.figures.definitions[measure_id]
    basis = basis or page.figures.basis_of(measure_id)
    st.header(definition.title, anchor=measure_id)
    rows = page.figures.totals(measure_id, basis)
    if not rows:
        st.markdown("No period can be published yet: counts are small or not final.")
        return
    chart = p_chart(page, measure_id, rows)
    left, right = st.columns([3, 2])
    if chart.points:
        left.altair_chart(charts.control_chart(chart, rows, definition), width="stretch")
    else:
        left.markdown("No rate can be published: the counts are small.")
    left.markdown(_statement(chart, definition))
    with right:
        frame.table(period_table(measure_id, rows, chart))
    st.markdown(_about(definition, basis))


def p_chart(page: Page, measure_id: str, rows: Sequence[RateRow]) -> Chart[Point]:
    """Build the p-chart of a measure's periods; periods without a rate leave a gap."""
    points = [Point(row.period_start, *row.counts) for row in rows if row.has_rate]
    rebase = page.figures.rebase_points.get(measure_id, {})
    started = {point.start for point in points}
    return rates.p_chart(points, {day: why for day, why in rebase.items() if day in started})


def period_table(measure_id: str, rows: Sequence[RateRow], chart: Chart[Point]) -> Table:
    """Build the table beside a p-chart, latest period first."""
    charted = {point.point.start: point for point in chart.points}
    lines = []
    for row in reversed(rows):
        point = charted.get(row.period_start) if row.has_rate else None
        limits = "–"
        if point is not None and point.lower is not None and point.upper is not None:
            limits = f"{percent(point.lower)} to {percent(point.upper)}"
        lines.append(
            [
                Cell(period_words(row), row.period_start.isoformat()),
                Cell(rate_text(row), row.rate, definition_link(measure_id)),
                Cell(row.numerator.text, row.numerator.value),
                Cell(row.denominator.text, row.denominator.value),
                Cell(limits),
                Cell(point.signals[0].name if point and point.signals else "–"),
            ]
        )
    columns = [
        Column("period", "Period"),
        Column("rate", "Rate", is_number=True),
        Column("numerator", "Met", is_number=True),
        Column("denominator", "Of", is_number=True),
        Column("limits", "Limits"),
        Column("signal", "Signal"),
    ]
    return Table(measure_id, "By period", columns, lines)


def draw_groups(page: Page, measure_id: str, basis: str | None, breakdown: str) -> None:
    """Draw a measure by group in its latest year with groups, as dots with intervals and a table."""
    rows = latest_groups(page, measure_id, basis, breakdown)
    if not rows:
        st.markdown(
            "Too few to say: groups need a complete year, and counts of 11 or more for at least two"
            " groups."
        )
        return
    definition = page.figures.definitions[measure_id]
    left, right = st.columns([3, 2])
    left.altair_chart(charts.dots(rows, definition, BREAKDOWNS[breakdown]), width="stretch")
    with right:
        frame.table(group_table(measure_id, breakdown, rows))


def latest_groups(page: Page, measure_id: str, basis: str | None, breakdown: str) -> list[RateRow]:
    """Groups of a measure in its latest year with groups; empty without any."""
    found = [
        row
        for row in page.figures.rates
        if row.measure_id == measure_id and row.basis == basis and row.stratum_name == breakdown
    ]
    latest = max((row.measurement_year for row in found), default=None)
    return [row for row in found if row.measurement_year == latest]


def group_table(measure_id: str, breakdown: str, rows: Sequence[RateRow]) -> Table:
    """Build the table of a measure's groups with 95% Wilson intervals."""
    lines = []
    for row in rows:
        interval = "–"
        if row.has_rate:
            low, high = wilson(*row.counts)
            interval = f"{percent(low)} to {percent(high)}"
        lines.append(
            [
                Cell(group_words(breakdown, row.stratum_value)),
                Cell(rate_text(row), row.rate, definition_link(measure_id)),
                Cell(interval),
                Cell(row.numerator.text, row.numerator.value),
                Cell(row.denominator.text, row.denominator.value),
            ]
        )
    columns = [
        Column("group", BREAKDOWNS[breakdown]),
        Column("rate", "Rate", is_number=True),
        Column("interval", "95% interval"),
        Column("numerator", "Met", is_number=True),
        Column("denominator", "Of", is_number=True),
    ]
    year = f", {rows[0].measurement_year}" if rows else ""
    return Table(
        f"{measure_id}_{breakdown}", f"By {BREAKDOWNS[breakdown].lower()}{year}", columns, lines
    )


def definition_link(measure_id: str) -> str:
    """Address of a measure's definition."""
    return f"{DEFINITIONS}?measure={measure_id}"


def _statement(chart: Chart[Point], definition: Definition) -> str:
    """What the chart says of the latest point and of the target."""
    parts = [process_control.variation(chart, higher_is_better=definition.higher_is_better)]
    if definition.target_rate is not None:
        target = float(definition.target_rate)
        says = process_control.assurance(
            chart, target, higher_is_better=definition.higher_is_better
        )
        if says is not None:
            parts.append(f"{says} ({percent(target)})")
    if chart.is_overdispersed:
        parts.append("limits widened for overdispersion (Laney p′)")
    text = "; ".join(parts)
    return f"**{text[:1].upper()}{text[1:]}.**"


def _about(definition: Definition, basis: str | None) -> str:
    parts = [f"[What this number means]({definition_link(definition.measure_id)})"]
    if definition.national_rate is not None:
        parts.append(
            f"national figure {percent(definition.national_rate)}"
            f" ({escaping.markdown(definition.national_label or '')})"
        )
    parts.append(f"basis: {basis}")
    return " · ".join(parts)


__all__ = ["definition_link", "draw", "draw_groups", "html_table"]
