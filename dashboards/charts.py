"""Charts of released rates, in colors that work with common color-vision deficiencies.

Screen readers read the table beside a chart and skip its marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import altair as alt
import polars as pl

from dashboards.escaping import cell
from figures.intervals import wilson
from figures.p_chart import Point
from figures.process_control import AnyPoint, Chart
from figures.released import Definition, RateRow
from figures.words import group_words, percent, period_words
from figures.xmr_chart import Measurement

_INK, _SIGNAL, _TARGET, _NATIONAL, _LIMIT = "#1f4e79", "#b3261e", "#b3541e", "#5f5f5f", "#7a869a"
_RATE = alt.Axis(format=".0%", title="Rate")
_HEADROOM = 1.15  # space above the highest mark for the labels of the reference lines
_LEAST_HIGHEST = 0.1


def control_chart(
    chart: Chart[Point], rows: Sequence[RateRow], definition: Definition
) -> alt.LayerChart:
    """Draw a p-chart with mean, limits, target and national figure.

    Args:
        chart: the p-chart, at least one point.
        rows: the periods, for their names; those that are not shown leave a gap.
        definition: the measure.
    """
    frame = _frame(chart, {row.period_start: period_words(row) for row in rows})
    references = [
        float(value)
        for value in (definition.target_rate, definition.national_rate)
        if value is not None
    ]
    scale = _scale(max([_highest(frame), *references]))
    up = alt.Y("value:Q", axis=_RATE, scale=scale)
    tooltip = alt.Tooltip("value:Q", title="rate", format=".1%")
    layers = _control_layers(frame, up, tooltip)
    return _with_references(layers, definition, f"{definition.title} by period", channel="y")


def count_chart(chart: Chart[Measurement], names: Mapping[date, str], title: str) -> alt.LayerChart:
    """Draw an XmR chart of counts with mean and limits.

    Args:
        chart: the XmR chart, at least one point.
        names: names of the periods by their first days.
        title: what is counted.
    """
    frame = _frame(chart, names)
    scale = alt.Scale(domain=[0, max(_highest(frame), 1.0) * _HEADROOM])
    up = alt.Y("value:Q", axis=alt.Axis(title="Count"), scale=scale)
    layers = _control_layers(frame, up, alt.Tooltip("value:Q", title="count", format=",.0f"))
    return alt.layer(*layers).properties(height=300, description=title)


def _frame(chart: Chart[AnyPoint], names: Mapping[date, str]) -> pl.DataFrame:
    """The points of a chart; `phase` counts the phases."""
    phase = 0
    drawn = []
    for point in chart.points:
        phase += point.rebase_reason is not None
        drawn.append(
            {
                "start": point.point.start.isoformat(),
                "period": names[point.point.start],
                "value": point.point.value,
                "mean": point.mean,
                "lower": point.lower,
                "upper": point.upper,
                "signal": point.signals[0].name if point.signals else "none",
                "phase": phase,
                "reason": None if point.rebase_reason is None else cell(point.rebase_reason),
            }
        )
    numbers = dict.fromkeys(("value", "mean", "lower", "upper"), pl.Float64)
    return pl.DataFrame(drawn, schema_overrides={**numbers, "reason": pl.String})


def _highest(frame: pl.DataFrame) -> float:
    return max(value for name in ("value", "upper") for value in frame[name].drop_nulls())


def _control_layers(frame: pl.DataFrame, up: alt.Y, tooltip: alt.Tooltip) -> list[alt.Chart]:
    """Line, marks, mean and limits; points with a signal are diamonds, and lines end at a phase's end."""
    across = alt.X("start:T", title=None, axis=alt.Axis(format="%b %Y", labelAngle=-45))
    base = alt.Chart(frame)
    line = base.mark_line(color=_INK, aria=False).encode(x=across, y=up, detail="phase:N")
    marks = base.mark_point(filled=True, size=70, opacity=1, aria=False).encode(
        x=across,
        y=up,
        shape=alt.condition("datum.signal === 'none'", alt.value("circle"), alt.value("diamond")),
        color=alt.condition("datum.signal === 'none'", alt.value(_INK), alt.value(_SIGNAL)),
        tooltip=["period:N", tooltip, "signal:N"],
    )
    layers: list[alt.Chart] = [line, marks]
    limited = alt.Chart(frame.drop_nulls("mean"))
    for name, dash in (("mean", [1, 0]), ("lower", [4, 3]), ("upper", [4, 3])):
        layers.append(
            limited.mark_line(color=_LIMIT, strokeDash=dash, strokeWidth=1.5, aria=False).encode(
                x=across, y=alt.Y(f"{name}:Q"), detail="phase:N"
            )
        )
    began = alt.Chart(frame.drop_nulls("reason"))
    rule = began.mark_rule(color=_LIMIT, strokeDash=[1, 3], strokeWidth=2, aria=False)
    return [*layers, rule.encode(x=across, tooltip=["period:N", "reason:N"])]


def dots(rows: Sequence[RateRow], definition: Definition, heading: str) -> alt.LayerChart:
    """Draw the rate of each group as a dot with its 95% interval; groups without a rate have none."""
    drawn = []
    for row in rows:
        if row.has_rate:
            low, high = wilson(*row.counts)
            name = cell(group_words(row.stratum_name, row.stratum_value))
            drawn.append({"group": name, "rate": float(row.rate or 0), "low": low, "high": high})
    schema = {"group": pl.String, "rate": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    frame = pl.DataFrame(drawn, schema=schema)
    highest = max(frame["high"].to_list(), default=1.0)
    along = alt.Y("group:N", title=heading, sort="-x")
    scale = _scale(highest)
    bars = (
        alt.Chart(frame)
        .mark_rule(color=_INK, strokeWidth=2, aria=False)
        .encode(y=along, x=alt.X("low:Q", axis=_RATE, scale=scale), x2="high:Q")
    )
    points = (
        alt.Chart(frame)
        .mark_point(filled=True, size=90, color=_INK, opacity=1, aria=False)
        .encode(
            y=along,
            x=alt.X("rate:Q", axis=_RATE, scale=scale),
            tooltip=["group:N", alt.Tooltip("rate:Q", format=".1%")],
        )
    )
    text = f"{definition.title} by {heading.lower()}"
    return _with_references([bars, points], definition, text, channel="x")


def _scale(highest: float) -> alt.Scale:
    return alt.Scale(domain=[0, min(1.0, max(highest * _HEADROOM, _LEAST_HIGHEST))])


def _with_references(
    layers: list[alt.Chart], definition: Definition, description: str, *, channel: str
) -> alt.LayerChart:
    """Add lines for target and national figure."""
    for value, name, color, dash in (
        (definition.target_rate, "target", _TARGET, [6, 3]),
        (definition.national_rate, "national", _NATIONAL, [2, 3]),
    ):
        if value is None:
            continue
        at = pl.DataFrame({"rate": [float(value)], "name": [f"{name} {percent(value)}"]})
        position = {channel: "rate:Q"}
        rule = alt.Chart(at).mark_rule(color=color, strokeDash=dash, strokeWidth=2, aria=False)
        label = alt.Chart(at).mark_text(
            aria=False, align="left", dx=4, dy=-6, color=color, fontSize=12
        )
        layers += [rule.encode(**position), label.encode(**position, text="name:N")]
    return alt.layer(*layers).properties(height=300, description=description)
