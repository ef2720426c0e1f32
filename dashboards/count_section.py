"""Draws a count by month: XmR chart, the same numbers as a table, and what the chart says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from dashboards import charts, frame
from dashboards.html_table import Cell, Column, Table
from figures import process_control
from figures.month_counts import PeriodCount, month_chart
from figures.process_control import Chart, ChartPoint
from figures.words import span_words
from figures.xmr_chart import Measurement


def draw(
    key: str,
    title: str,
    periods: Sequence[PeriodCount],
    rebase: Mapping[date, str] | None = None,
) -> None:
    """Draw the heading, the chart, the statement and the table.

    Args:
        key: name of the table in the address.
        title: heading, such as `Appointments by month`.
        periods: released periods in order of time, without overlap.
        rebase: rebase points of the chart.
    """
    st.header(title)
    if not periods:
        st.markdown("No period can be published yet: counts are small or not final.")
        return
    chart = month_chart(periods, rebase)
    left, right = st.columns([3, 2])
    if chart.points:
        names = {row.start: span_words(row.period_type, row.start, row.end) for row in periods}
        left.altair_chart(charts.count_chart(chart, names, title), width="stretch")
    left.markdown(_statement(chart))
    with right:
        frame.table(count_table(key, title, periods, chart))


def count_table(
    key: str, title: str, periods: Sequence[PeriodCount], chart: Chart[Measurement]
) -> Table:
    """Build the table beside the chart, latest period first."""
    charted = {point.point.start: point for point in chart.points}
    lines = []
    for row in reversed(periods):
        point = charted.get(row.start) if row.is_charted else None
        lines.append(
            [
                Cell(span_words(row.period_type, row.start, row.end), row.start.isoformat()),
                Cell(row.count.text, row.count.value),
                Cell(_limits(point)),
                Cell(_note(point)),
            ]
        )
    columns = [
        Column("period", "Period"),
        Column("count", "Count", is_number=True),
        Column("limits", "Limits"),
        Column("signal", "Signal"),
    ]
    return Table(key, title, columns, lines)


def _limits(point: ChartPoint[Measurement] | None) -> str:
    if point is None or point.lower is None or point.upper is None:
        return "–"
    return f"{point.lower:,.1f} to {point.upper:,.1f}"


def _note(point: ChartPoint[Measurement] | None) -> str:
    if point is None:
        return "not on the chart: no count of a single month"
    notes = [signal.name for signal in point.signals[:1]]
    if point.rebase_reason is not None:
        notes.append(f"limits begin anew: {point.rebase_reason}")
    return "; ".join(notes) or "–"


def _statement(chart: Chart[Measurement]) -> str:
    if not chart.points:
        return "**No chart: no single month has a published count.**"
    text = process_control.variation(chart, higher_is_better=None)
    return f"**{text[:1].upper()}{text[1:]}.**"
