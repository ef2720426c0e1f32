"""Charts of released rates, in colors that work with common color-vision deficiencies."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards.escaping import cell
from dashboards.tables import period_text

_INK, _TARGET, _NATIONAL = "#1f4e79", "#b3541e", "#5f5f5f"
_RATE = alt.Axis(format=".0%", title="Rate")
_HEADROOM = 1.25  # space above the highest mark for the labels of the reference lines


def _scale(rates: pl.DataFrame, definition: dict[str, Any]) -> alt.Scale:
    """Scale from zero to just above the highest rate or reference line."""
    values = [*rates["rate"].to_list(), definition["target_rate"], definition["national_rate"]]
    highest = max((float(value) for value in values if value is not None), default=1.0)
    return alt.Scale(domain=[0, min(1.0, max(highest * _HEADROOM, 0.1))])


def trend(periods: pl.DataFrame, definition: dict[str, Any]) -> alt.LayerChart:
    """Draw the rate by period with target and national rate as reference lines.

    Args:
        periods: periods of one measure; those that are not shown leave a gap.
        definition: definition of the measure, with target_rate and national_rate.
    """
    shown = periods.select(
        pl.col("period_start").cast(pl.String).alias("start"),
        pl.struct("period_start", "period_end")
        .map_elements(
            lambda period: period_text(period["period_start"], period["period_end"]),
            return_dtype=pl.String,
        )
        .alias("period"),
        pl.col("rate").cast(pl.Float64),
    )
    line = (
        alt.Chart(shown)
        .mark_line(
            color=_INK, aria=False, point=alt.OverlayMarkDef(size=60, color=_INK, aria=False)
        )
        .encode(
            x=alt.X("start:T", title=None, axis=alt.Axis(format="%b", tickCount="month")),
            y=alt.Y("rate:Q", axis=_RATE, scale=_scale(shown, definition)),
            tooltip=[alt.Tooltip("period:N"), alt.Tooltip("rate:Q", format=".1%")],
        )
    )
    return _with_rules(line, definition, f"{definition['title']} by period")


def comparison(strata: pl.DataFrame, definition: dict[str, Any], heading: str) -> alt.LayerChart:
    """Draw the rate by group; suppressed groups have no bar."""
    shown = strata.filter(pl.col("rate").is_not_null()).select(
        pl.col("stratum_value").map_elements(cell, return_dtype=pl.String),
        pl.col("rate").cast(pl.Float64),
    )
    bars = (
        alt.Chart(shown)
        .mark_bar(color=_INK, height=18, aria=False)
        .encode(
            y=alt.Y("stratum_value:N", title=heading, sort="-x"),
            x=alt.X("rate:Q", axis=_RATE, scale=_scale(shown, definition)),
            tooltip=["stratum_value:N", alt.Tooltip("rate:Q", format=".1%")],
        )
    )
    return _with_rules(bars, definition, f"{definition['title']} by {heading.lower()}", across=True)


def _with_rules(
    chart: alt.Chart, definition: dict[str, Any], description: str, *, across: bool = False
) -> alt.LayerChart:
    rules = [chart]
    channel = "x" if across else "y"
    for column, name, color, dash in (
        ("target_rate", "target", _TARGET, [6, 3]),
        ("national_rate", "national", _NATIONAL, [2, 3]),
    ):
        value = definition[column]
        if value is None:
            continue
        at = pl.DataFrame({"rate": [float(value)], "name": [f"{name} {float(value):.0%}"]})
        position = {channel: "rate:Q"}
        rules.append(
            alt.Chart(at)
            .mark_rule(color=color, strokeDash=dash, strokeWidth=2, aria=False)
            .encode(**position)
        )
        label = {"aria": False, "align": "left", "dx": 4, "dy": -6, "color": color, "fontSize": 12}
        anchored = alt.Chart(at).mark_text(**label).encode(**position, text="name:N")
        rules.append(anchored)
    # Screen readers read the table next to the chart and skip the marks.
    return alt.layer(*rules).properties(height=300, description=description)
