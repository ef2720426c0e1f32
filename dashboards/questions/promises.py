"""Are we keeping our promises? Tiles of the promises, tasks by outcome, and what needs attention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import count_section, filters, frame, measure_section
from dashboards.frame import Page
from dashboards.html_table import Cell, Column, Table
from figures import process_control
from figures.month_counts import PeriodCount
from figures.released import Count, Definition, Figures, RateRow
from figures.words import percent, period_words, points, span_words

ADDRESS = "promises"
TITLE = "Are we keeping our promises?"
PROMISES = ("contact_24h", "followup_7d_kept", "no_show_rate", "missed_followup_attempt")
_MOST_SENTENCES = 5
_PERIODS = 24
_LATEST = "latest"


@dataclass(frozen=True)
class Tile:
    """A promise: its rate over the latest 12 months of released periods, against target and before.

    Attributes:
        definition: the measure.
        value: the rate as text.
        change: points against the 12 months before; None without them.
        context: counts, period and target.
        trend: rates of the latest periods, oldest first.
    """

    definition: Definition
    value: str
    change: str | None
    context: str
    trend: Sequence[float]


def draw(page: Page) -> None:
    """Draw the page."""
    frame.head(page, TITLE)
    tiles = [found for name in PROMISES if (found := tile(page.figures, name)) is not None]
    for column, found in zip(st.columns(len(PROMISES)), tiles, strict=False):
        with column.container(border=True, height="stretch"):
            link = measure_section.definition_link(found.definition.measure_id)
            st.markdown(f"**[{found.definition.title}]({link})**")
            st.metric(
                found.definition.title,
                found.value,
                delta=found.change,
                delta_color="normal" if found.definition.higher_is_better else "inverse",
                label_visibility="collapsed",
                chart_data=list(found.trend) if len(found.trend) > 1 else None,
                chart_type="line",
            )
            st.markdown(found.context)
    if not tiles:
        st.info("No promise has a figure that can be published yet.")
    st.header("Needs attention")
    sentences = needs_attention(page)
    for sentence in sentences or ["No rule found a concern in the published figures."]:
        st.markdown(f"- {sentence}")
    st.header("What became of the tasks")
    flow = page.released.metric("task_flow")
    names = {
        str(lane): name
        for lane, name in flow.select("lane", "lane_name").unique().sort("lane").rows()
    }
    lane = filters.choose(
        "tasks",
        "Task group",
        [_LATEST, *names],
        lambda key: names.get(key, "Latest period of each group"),
    )
    frame.table(task_table(flow, None if lane == _LATEST else int(lane)))
    st.markdown(
        "Months are shown once all their tasks are over. An expired task is never counted as done."
    )
    if lane != _LATEST:
        count_section.draw("opened", "Tasks opened by month", opened_tasks(flow, int(lane)))
    st.header("Caseload")
    frame.table(caseload_table(page.released.metric("caseload")))


def caseload_table(caseload: pl.DataFrame) -> Table:
    """Build the table of listed clients: the agency, its sites, and each site by team, program and tier.

    Args:
        caseload: `metrics/caseload.parquet`.
    """
    columns = [
        Column("site", "Site"),
        Column("breakdown", "By"),
        Column("group", "Group"),
        Column("clients", "Clients", is_number=True),
    ]
    kinds = ("agency", "site", "team", "program", "tier")
    lines = []
    for row in sorted(
        caseload.to_dicts(), key=lambda row: (row["site_id"] or "", kinds.index(row["breakdown"]))
    ):
        group = row["team"] or row["program_id"] or row["tier"]
        count = row["clients_status"] if row["clients"] is None else f"{row['clients']:,}"
        lines.append(
            [
                Cell(row["site_id"] or "all sites"),
                Cell("–" if group is None else row["breakdown"]),
                Cell(group or "all clients"),
                Cell(count, row["clients"]),
            ]
        )
    return Table("caseload", "Clients who can be on a list", columns, lines)


def tile(figures: Figures, measure_id: str) -> Tile | None:
    """Build the tile of a measure; None without a rate."""
    definition = figures.definitions.get(measure_id)
    rows = [row for row in figures.totals(measure_id, figures.basis_of(measure_id)) if row.has_rate]
    if definition is None or not rows:
        return None
    latest, before = _years(rows)
    rate = _rate(latest)
    context = [f"{_sum(latest)[0]:,} of {_sum(latest)[1]:,}, {_span(latest)}"]
    if definition.target_rate is not None:
        target = float(definition.target_rate)
        met = (rate >= target) == definition.higher_is_better or rate == target
        context.append(f"target {percent(target)}: {'met' if met else 'missed'}")
    change = None
    if before:
        difference = rate - _rate(before)
        sign = "+" if difference >= 0 else "-"
        change = f"{sign}{points(difference)} from {_span(before)}"
    trend = [float(row.rate or 0) for row in rows[-_PERIODS:]]
    return Tile(definition, percent(rate), change, " · ".join(context), trend)


def _years(rows: Sequence[RateRow]) -> tuple[list[RateRow], list[RateRow]]:
    """Split the periods into the latest 12 months and the 12 months before, as far as shown."""
    end = rows[-1].period_end
    latest = [row for row in rows if _months(row.period_start, end) < 12]
    before = [row for row in rows if 12 <= _months(row.period_start, end) < 24]
    return latest or [rows[-1]], before


def _months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def _sum(rows: Sequence[RateRow]) -> tuple[int, int]:
    counts = [row.counts for row in rows]
    return sum(n for n, _ in counts), sum(d for _, d in counts)


def _rate(rows: Sequence[RateRow]) -> float:
    numerator, denominator = _sum(rows)
    return numerator / denominator


def _span(rows: Sequence[RateRow]) -> str:
    if len(rows) == 1:
        return period_words(rows[0])
    return span_words("months", rows[0].period_start, rows[-1].period_end)


def needs_attention(page: Page) -> list[str]:
    """At most five sentences, each from a rule: late feeds, concerns of the p-charts, missed targets."""
    figures = page.figures
    late = len(page.released.stale_feeds)
    sentences = []
    if late:
        feeds = "1 feed is" if late == 1 else f"{late} feeds are"
        sentences.append(
            f"{feeds} late: the latest figures may miss events. See [Can we trust it?](trust)."
        )
    for measure_id, definition in figures.definitions.items():
        rows = figures.totals(measure_id, figures.basis_of(measure_id))
        chart = measure_section.p_chart(page, measure_id, rows)
        says = process_control.variation(chart, higher_is_better=definition.higher_is_better)
        if chart.has_limits and says.startswith("concern"):
            latest = next(row for row in reversed(rows) if row.has_rate)
            sentences.append(
                f"{definition.title}: {percent(float(latest.rate or 0))} in {period_words(latest)},"
                f" {says.removeprefix('concern: ')}."
            )
    for name in PROMISES:
        found = tile(figures, name)
        if found is not None and found.context.endswith("missed"):
            sentences.append(
                f"{found.definition.title} is {found.value}; {found.context.split(' · ')[1]}."
            )
    return sentences[:_MOST_SENTENCES]


def task_table(flow: pl.DataFrame, lane: int | None = None) -> Table:
    """Build the table of tasks: how many were opened, and each outcome.

    Args:
        flow: `metrics/task_flow.parquet`.
        lane: the lane whose periods are shown; None for the latest period of every lane.
    """
    if lane is None:
        latest = pl.col("period_start") == pl.col("period_start").max().over("lane")
        flow = flow.filter(latest)
    else:
        flow = flow.filter(pl.col("lane") == lane)
    outcomes = [name for name in _OUTCOMES if name in flow["outcome"].unique().to_list()]
    columns = [
        Column("lane", "Group"),
        Column("period", "Opened in"),
        *(Column(name.replace(" ", "_"), name.capitalize(), is_number=True) for name in outcomes),
    ]
    keys = ["lane", "lane_name", "period_type", "period_start", "period_end"]
    lines = []
    for key, rows in flow.sort("period_start", descending=True).group_by(keys, maintain_order=True):
        number, name, kind, start, end = key
        by_outcome: dict[str, dict[str, Any]] = {row["outcome"]: row for row in rows.to_dicts()}
        lines.append(
            [
                Cell(str(name), int(str(number))),
                Cell(span_words(str(kind), start, end), start.isoformat()),
                *(_tasks(by_outcome.get(outcome)) for outcome in outcomes),
            ]
        )
    lines.sort(key=lambda line: int(line[0].value or 0))
    return Table("tasks", "Tasks by group and period of opening", columns, lines)


def opened_tasks(flow: pl.DataFrame, lane: int) -> list[PeriodCount]:
    """Number of tasks of a lane that opened, by period.

    Args:
        flow: `metrics/task_flow.parquet`.
        lane: the lane.
    """
    opened = flow.filter((pl.col("lane") == lane) & (pl.col("outcome") == "opened"))
    return [
        PeriodCount(
            row["period_type"],
            row["period_start"],
            row["period_end"],
            Count(row["tasks"], row["tasks_status"]),
        )
        for row in opened.sort("period_start").to_dicts()
    ]


_OUTCOMES = (
    "opened", "reached or visit kept", "reviewed", "other work done", "expired without contact",
    "cancelled", "still open", "other outcomes",
)  # fmt: skip


def _tasks(row: dict[str, Any] | None) -> Cell:
    if row is None:
        return Cell("–")
    if row["tasks"] is None:
        return Cell(row["tasks_status"])
    return Cell(f"{row['tasks']:,}", row["tasks"])
